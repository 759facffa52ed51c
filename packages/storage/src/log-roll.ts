import type { Int64 } from '@ottla/common';
import { isMissing } from './disk-errors.ts';
import { makeFirstFiles } from './first-files.ts';
import { DELETED_SUFFIX, SNAPSHOT_SUFFIX, segmentFileName } from './log-files.ts';
import { LogSegment } from './log-segment.ts';
import type { LogState } from './log-state.ts';

/** Positions in a segment are int32. */
const segmentBytesHard = 1024 * 1024 * 1024;

/** Must records of `bytes` go into a new segment (Java: LogSegment.shouldRoll)? */
export function shouldRoll(log: LogState, bytes: number, lastOffset: number, maxTimestamp: Int64): boolean {
  const { active, config } = log;
  if (!active.holdsOffset(lastOffset)) return true;
  if (active.sizeBytes === 0 || (log.recoveryPointIsAhead && active.sizeBytes < segmentBytesHard)) return false;
  return (
    active.sizeBytes > config.segmentBytes - bytes ||
    active.offsetIndex.isFull(config.indexBytesMax) ||
    active.timeIndex.isFull(config.indexBytesMax) ||
    active.ageMs(maxTimestamp, log.owner.platform.clock) > config.segmentMs - active.jitterMs
  );
}

/**
 * Closes the active segment and begins one at `baseOffset`, the next offset to be written. The producer state is
 * snapshotted there and the old segments are flushed, both in the background. Throws DiskError; nothing has changed then.
 */
export function roll(log: LogState, baseOffset: number): LogSegment {
  makeFirstFiles(log);
  const old = log.active;
  if (old.baseOffset === baseOffset) removeSegments(log, [old]);
  else old.seal();
  const segment = newSegment(log, baseOffset);
  log.segments.add(segment);
  old.log.discard();
  log.producers.mapEndOffset = baseOffset;
  takeSnapshot(log, baseOffset);
  log.owner.flushLater(log, baseOffset);
  log.logger.info(`Rolled new log segment at offset ${baseOffset}`);
  return segment;
}

/** A segment with its files, not yet among the log's. Throws DiskError. */
export function newSegment(log: LogState, baseOffset: number): LogSegment {
  const segment = emptySegment(log, baseOffset);
  segment.createFiles();
  log.names.changed();
  return segment;
}

/** A segment whose files are still to be made, not yet among the log's. */
export function emptySegment(log: LogState, baseOffset: number): LogSegment {
  const { clock } = log.owner.platform;
  return new LogSegment(log.owner.files, {
    directory: log.directory,
    baseOffset,
    sizeBytes: 0,
    isNew: true,
    createdMs: clock.monotonicMs(),
    modifiedMs: clock.wallMs(),
    jitterMs: log.randomJitterMs(),
  });
}

/** Is there anything to know of producers at `offset`, the current end? */
export function wantsSnapshot(log: LogState, offset: number): boolean {
  return offset > log.logStartOffset || log.producers.count > 0;
}

/** Writes the producer state as of `offset`, the current end, in the background. */
export function takeSnapshot(log: LogState, offset: number): void {
  if (log.snapshots[log.snapshots.length - 1] === offset) return;
  log.owner.snapshotLater(log, offset, log.producers.snapshot());
}

/** Takes segments out of the log: their files are renamed at once and removed `file.delete.delay.ms` later. Throws DiskError. */
export function removeSegments(log: LogState, segments: readonly LogSegment[]): void {
  const paths: string[] = [];
  if (segments.length > 0) log.names.changed();
  for (const segment of segments) {
    log.segments.remove(segment);
    segment.markDeleted((from, to) => renameIfThere(log, from, to));
    segment.closeFiles();
    paths.push(...segment.paths);
  }
  log.owner.removeLater(paths, log.config.fileDeleteDelayMs);
}

/** Forgets the snapshots that `keep` refuses; their files are renamed at once and removed in the background. */
export function dropSnapshots(log: LogState, keep: (offset: number) => boolean): void {
  const dropped = log.snapshots.filter((offset) => !keep(offset));
  if (dropped.length === 0) return;
  log.snapshots = log.snapshots.filter(keep);
  log.names.changed();
  const removed: string[] = [];
  for (const offset of dropped) {
    const path = `${log.directory}/${segmentFileName(offset, SNAPSHOT_SUFFIX)}`;
    // At once: a new snapshot may be taken at the same offset.
    if (renameIfThere(log, path, path + DELETED_SUFFIX)) removed.push(path + DELETED_SUFFIX);
  }
  if (removed.length > 0) log.owner.removeLater(removed, 0);
}

/** After a power loss a file may be missing. */
function renameIfThere(log: LogState, from: string, to: string): boolean {
  try {
    log.owner.platform.disk.renameSync(from, to);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
