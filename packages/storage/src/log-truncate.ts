/*
 * Cutting a log, at its end (a follower follows its leader; KIP-101) or whole. The bytes beyond the cut are gone when the
 * call returns; what is written afterwards begins at the cut.
 */
import { ErrorCode } from '@ottla/protocol';
import { dropSnapshots, newSegment, removeSegments } from './log-roll.ts';
import type { LogState } from './log-state.ts';
import type { LogWriter } from './log-writer.ts';
import { replayProducers } from './producer-replay.ts';

/** Removes everything at and beyond `offset` (Java: UnifiedLog.truncateTo). Throws DiskError. */
export function truncateTo(log: LogState, writer: LogWriter, offset: number): void {
  writer.drop(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  if (offset >= log.logEndOffset) {
    log.logger.info(
      `Truncating to ${offset} has no effect as the largest offset in the log is ${log.logEndOffset - 1}`,
    );
    // The leader may know that our last epoch never had a record.
    if (log.owner.rules.truncateEpochsWithLog) log.epochs.truncateFromEnd(offset);
    return;
  }
  log.logger.info(`Truncating to offset ${offset}`);
  if (log.segments.first.baseOffset > offset) {
    startAt(log, offset);
    return;
  }
  const later = log.segments.all.filter((segment) => segment.baseOffset > offset);
  if (later.length > 0) removeSegments(log, later);
  const { active } = log;
  const cut = active.locate(offset);
  active.truncateTo(offset, cut === undefined ? active.sizeBytes : cut.position);
  log.generation++;
  log.logEndOffset = offset;
  log.logStartOffset = Math.min(log.logStartOffset, offset);
  log.highWatermark = Math.min(log.highWatermark, offset);
  if (log.owner.rules.truncateEpochsWithLog) log.epochs.truncateFromEnd(offset);
  dropSnapshots(log, (snapshot) => snapshot <= offset);
  replayProducers(log, offset);
  if (log.recoveryPoint > offset) {
    log.recoveryPoint = offset;
    recoveryPointFell(log);
  }
}

/** Removes everything; the next record gets `offset` (Java: UnifiedLog.truncateFullyAndStartAt). Throws DiskError. */
export function truncateFullyAndStartAt(log: LogState, writer: LogWriter, offset: number): void {
  writer.drop(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  log.logger.info(`Truncate and start at offset ${offset}, logStartOffset: ${offset}`);
  startAt(log, offset);
}

function startAt(log: LogState, offset: number): void {
  removeSegments(log, [...log.segments.all]);
  log.segments.add(newSegment(log, offset));
  log.generation++;
  log.logStartOffset = offset;
  log.logEndOffset = offset;
  log.highWatermark = offset;
  log.epochs.clear();
  dropSnapshots(log, () => false);
  log.producers.clear(offset);
  const fell = log.recoveryPoint > offset;
  log.recoveryPoint = offset;
  if (fell) recoveryPointFell(log);
}

function recoveryPointFell(log: LogState): void {
  log.recoveryPointIsAhead = true;
  void log.owner.writeOffsets(log);
}
