import { ErrorCode, type Int64 } from '@ottla/protocol';
import type { ReadLimit } from '@ottla/storage';
import type { Partition } from './partition.ts';

const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const EARLIEST_LOCAL = -4;
const LATEST_TIERED = -5;
const EARLIEST_PENDING_UPLOAD = -6;

/** Timestamps that stand for something else, and the first version of ListOffsets that knows them. */
export const LISTED_SINCE: ReadonlyMap<number, number> = new Map([
  [LATEST, 1],
  [EARLIEST, 1],
  [MAX_TIMESTAMP, 7],
  [EARLIEST_LOCAL, 8],
  [LATEST_TIERED, 9],
  [EARLIEST_PENDING_UPLOAD, 11],
]);

export interface OffsetLookup {
  readonly timestamp: Int64;
  /** -1: the client did not say. */
  readonly currentLeaderEpoch: number;
  readonly leaderOnly: boolean;
  /** How far the asker may see; 'log-end' for a replica. */
  readonly upTo: ReadLimit;
}

export interface FoundOffset {
  readonly error: ErrorCode;
  readonly timestamp: Int64;
  readonly offset: number;
  readonly leaderEpoch: number;
}

const NOT_FOUND: FoundOffset = { error: ErrorCode.NONE, timestamp: -1, offset: -1, leaderEpoch: -1 };

/**
 * The first offset whose timestamp is at least the one asked for (Java: Partition.fetchOffsetForTimestamp). A client of
 * a new leader whose high watermark has not reached the start of its epoch is told to wait, lest "latest" go back
 * (KIP-207).
 */
export function lookUpOffset(partition: Partition, lookup: OffsetLookup): FoundOffset {
  const error = partition.checkLocal(lookup.currentLeaderEpoch, lookup.leaderOnly);
  if (error !== ErrorCode.NONE) return { ...NOT_FOUND, error };
  const { log } = partition;
  const isLagging = lookup.upTo !== 'log-end' && partition.epochStartOffset > log.highWatermark;
  const end =
    lookup.upTo === 'log-end'
      ? log.logEndOffset
      : lookup.upTo === 'last-stable'
        ? log.lastStableOffset
        : log.highWatermark;
  switch (lookup.timestamp) {
    case LATEST:
      if (isLagging) return { ...NOT_FOUND, error: ErrorCode.OFFSET_NOT_AVAILABLE };
      return { error: ErrorCode.NONE, timestamp: -1, offset: end, leaderEpoch: partition.leaderEpoch };
    case EARLIEST:
    case EARLIEST_LOCAL:
      return {
        error: ErrorCode.NONE,
        timestamp: -1,
        offset: log.logStartOffset,
        leaderEpoch: log.epochForOffset(log.logStartOffset) ?? -1,
      };
    case LATEST_TIERED:
    case EARLIEST_PENDING_UPLOAD:
      return NOT_FOUND;
  }
  const found =
    lookup.timestamp === MAX_TIMESTAMP ? log.maxTimestampOffset() : log.offsetForTimestamp(lookup.timestamp);
  if (found !== undefined && found.offset < end) return { error: ErrorCode.NONE, ...found };
  return isLagging ? { ...NOT_FOUND, error: ErrorCode.OFFSET_NOT_AVAILABLE } : NOT_FOUND;
}
