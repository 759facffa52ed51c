import type { Int64 } from '@ottla/common';
import { DiskError, type DiskFile } from '@ottla/platform';
import {
  batchMaxTimestamp,
  batchPartitionLeaderEpoch,
  type DecodedRecord,
  iterateRecords,
} from '@ottla/protocol/records';
import { walkHeaders } from './header-walk.ts';
import { writeBytesMax } from './limits.ts';
import type { LogSegment } from './log-segment.ts';
import type { LogState } from './log-state.ts';
import type { TimestampOffset } from './read.ts';

/** The first record with at least `timestamp` (ListOffsets; Java: UnifiedLog.fetchOffsetByTimestamp). Throws DiskError, RecordsError. */
export function offsetForTimestamp(log: LogState, timestamp: Int64): TimestampOffset | undefined {
  for (const segment of log.segments.all) {
    if (segment.largestTimestampMs < timestamp) continue;
    const from = Math.max(segment.timeIndex.lookup(timestamp), log.logStartOffset);
    const found = findInSegment(
      segment,
      segment.offsetIndex.lookup(from),
      (batchMax) => batchMax >= timestamp,
      (record) => record.timestamp >= timestamp && record.offset >= log.logStartOffset,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The record with the largest timestamp (KIP-734). Throws DiskError, RecordsError. */
export function maxTimestampOffset(log: LogState): TimestampOffset | undefined {
  let best: LogSegment | undefined;
  for (const segment of log.segments.all) {
    if (best === undefined || segment.maxTimestamp.timestamp > best.maxTimestamp.timestamp) best = segment;
  }
  if (best === undefined || best.maxTimestamp.timestamp < 0) return undefined;
  const { timestamp, offset } = best.maxTimestamp;
  return findInSegment(
    best,
    best.offsetIndex.lookup(offset),
    (batchMax) => batchMax === timestamp,
    (record) => record.timestamp === timestamp,
  );
}

const LATEST = -1;
const EARLIEST = -2;

/** ListOffsets v0: base offsets of segments written before `timestamp`, and the log end, newest first. */
export function legacyOffsetsBefore(log: LogState, timestamp: Int64, maxOffsets: number): number[] {
  const places = log.segments.all.map((segment) => ({
    offset: Math.max(segment.baseOffset, log.logStartOffset),
    writtenMs: segment.modifiedMs,
  }));
  if (log.active.sizeBytes > 0) {
    places.push({ offset: log.logEndOffset, writtenMs: log.owner.platform.clock.wallMs() });
  }
  let last = places.length - 1;
  if (timestamp === EARLIEST) last = 0;
  else if (timestamp !== LATEST) last = places.findLastIndex((place) => place.writtenMs <= timestamp);
  return places
    .slice(0, last + 1)
    .reverse()
    .slice(0, Math.max(0, maxOffsets))
    .map((place) => place.offset)
    .sort((left, right) => right - left);
}

/** Walks the batches from `position` whose largest timestamp is `wanted` until `pick` takes a record of one. */
function findInSegment(
  segment: LogSegment,
  position: number,
  wanted: (batchMax: Int64) => boolean,
  pick: (record: DecodedRecord) => boolean,
): TimestampOffset | undefined {
  const file = segment.log.open();
  let next = position;
  for (;;) {
    const found = walkHeaders(file, next, segment.sizeBytes, (bytes, at, place, sizeBytes) =>
      wanted(batchMaxTimestamp(bytes, at))
        ? { position: place, sizeBytes, epoch: batchPartitionLeaderEpoch(bytes, at) }
        : undefined,
    );
    if (found === undefined) return undefined;
    for (const record of iterateRecords(readBatch(file, found.position, found.sizeBytes), 0)) {
      if (pick(record)) return { timestamp: record.timestamp, offset: record.offset, leaderEpoch: found.epoch };
    }
    next = found.position + found.sizeBytes;
  }
}

function readBatch(file: DiskFile, position: number, sizeBytes: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(sizeBytes);
  for (let at = 0; at < sizeBytes; ) {
    const read = file.readSync(bytes, at, Math.min(writeBytesMax, sizeBytes - at), position + at);
    if (read === 0) throw new DiskError('EIO', 'read', file.path, `the file ends at ${position + at}`);
    at += read;
  }
  return bytes;
}
