/*
 * Which old segments go (Java: UnifiedLog.deleteOldSegments): those below the log start offset always; with
 * `cleanup.policy=delete` also those whose newest record is older than `retention.ms`, and the oldest ones while the log
 * is larger than `retention.bytes`. Never one with an offset at or beyond the high watermark, nor one that is being
 * written to. When all go, an empty one takes their place.
 */
import { subtractInt64 } from '@ottla/common';
import { dropSnapshots, removeSegments, roll } from './log-roll.ts';
import type { LogSegment } from './log-segment.ts';
import type { LogState } from './log-state.ts';

/** Returns the number of segments removed. Throws DiskError. */
export function deleteOldSegments(log: LogState): number {
  if (log.isOffline || log.isClosed) return 0;
  const { config } = log;
  let removed = 0;
  if (config.deleteOld) removed += deleteBySize(log) + deleteByTime(log);
  return removed + deleteBelowLogStart(log);
}

function deleteByTime(log: LogState): number {
  const { retentionMs } = log.config;
  if (retentionMs < 0) return 0;
  const nowMs = log.owner.platform.clock.wallMs();
  return deleteWhile(
    log,
    (segment) => subtractInt64(nowMs, segment.largestTimestampMs) > retentionMs,
    (segment) =>
      segment.maxTimestamp.timestamp >= 0
        ? `log retention time ${retentionMs}ms breach based on the largest record timestamp in the segment`
        : `log retention time ${retentionMs}ms breach based on the last modified time of the segment`,
  );
}

function deleteBySize(log: LogState): number {
  const { retentionBytes } = log.config;
  const sizeBytes = log.segments.sizeBytes;
  if (retentionBytes < 0 || sizeBytes < retentionBytes) return 0;
  let surplus = sizeBytes - retentionBytes;
  let left = sizeBytes;
  return deleteWhile(
    log,
    (segment) => {
      if (surplus < segment.sizeBytes) return false;
      surplus -= segment.sizeBytes;
      return true;
    },
    (segment) => {
      left -= segment.sizeBytes;
      return `log retention size ${retentionBytes} breach. Log size after deletion will be ${left}.`;
    },
  );
}

function deleteBelowLogStart(log: LogState): number {
  const start = log.logStartOffset;
  return deleteWhile(
    log,
    (_segment, next) => next !== undefined && next.baseOffset <= start,
    () => `log start offset ${start} breach`,
  );
}

function deleteWhile(
  log: LogState,
  isOld: (segment: LogSegment, next: LogSegment | undefined) => boolean,
  reasonOf: (segment: LogSegment) => string,
): number {
  const old: LogSegment[] = [];
  const segments = log.segments.all;
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1];
    const endOffset = next === undefined ? log.logEndOffset : next.baseOffset;
    if (next === undefined && (segment.sizeBytes === 0 || log.isWriting)) break;
    if (log.highWatermark < endOffset || !isOld(segment, next)) break;
    old.push(segment);
  }
  if (old.length === 0) return 0;
  for (const segment of old) {
    log.logger.info(`Deleting segment ${describe(segment)} due to ${reasonOf(segment)}`);
  }
  if (old.length === segments.length) roll(log, log.logEndOffset);
  const first = log.segments.at(old.length);
  if (first !== undefined && first.baseOffset > log.logStartOffset) {
    log.logStartOffset = first.baseOffset;
    log.epochs.truncateFromStart(first.baseOffset);
    log.producers.logStartMoved(first.baseOffset);
    log.logger.info(`Incremented log start offset to ${first.baseOffset} due to segment deletion`);
  }
  removeSegments(log, old);
  const bases = new Set(old.map((segment) => segment.baseOffset));
  dropSnapshots(log, (offset) => !bases.has(offset));
  return old.length;
}

function describe(segment: LogSegment): string {
  return `LogSegment(baseOffset=${segment.baseOffset}, size=${segment.sizeBytes}, lastModifiedTime=${segment.modifiedMs}, largestRecordTimestamp=${segment.maxTimestamp.timestamp})`;
}
