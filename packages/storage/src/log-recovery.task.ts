/*
 * Recovery after an unclean stop (Java: LogLoader.recoverLog, LogSegment.recover). Segments from the one that holds the recovery
 * point on are read in full: the log ends before the first batch that is cut, damaged or out of order, and what follows
 * goes. On the way the three indexes, the leader epochs and the producer state are built anew.
 */
import {
  batchBaseOffset,
  batchLastOffset,
  batchLastOffsetDelta,
  batchMagic,
  batchMaxTimestamp,
  batchPartitionLeaderEpoch,
  batchProducerId,
  batchRecordCount,
} from '@ottla/protocol/records';
import type { EpochEntry } from './leader-epoch-cache.ts';
import { endOffsetOf } from './log-reader.ts';
import { dropSnapshots, removeSegments, takeSnapshot, wantsSnapshot } from './log-roll.ts';
import type { LogSegment } from './log-segment.ts';
import type { LogState } from './log-state.ts';
import { producerAppendOf } from './producer-batch.ts';
import { loadSnapshotUpTo, replayTo } from './producer-load.task.ts';
import { ProducerStateManager } from './producer-state-manager.ts';
import { scanSegment } from './segment-scan.task.ts';

/** Recovers all segments that were not flushed. Afterwards the producer state is that of the log end. Rejects with DiskError. */
export async function recoverUnflushed(log: LogState, recoveryPoint: number): Promise<void> {
  const unflushed = log.segments.all.slice(Math.max(0, log.segments.floorIndex(recoveryPoint)));
  const first = unflushed[0];
  if (first === undefined) return;
  await loadSnapshotUpTo(log, log.producers, first.baseOffset);
  await replayTo(log, log.producers, first.baseOffset);
  // Of these the batches tell: the checkpoint may know of records that were lost, or not of those that were kept.
  if (log.owner.rules.truncateEpochsWithLog) log.epochs.truncateFromEnd(first.baseOffset);
  for (const [done, segment] of unflushed.entries()) {
    log.logger.info(
      `Recovering unflushed segment ${segment.baseOffset}. ${done}/${unflushed.length} recovered for ${log.where}.`,
    );
    const recovered = await recoverSegment(log, log.producers, segment);
    const rest = unflushed.slice(done + 1);
    const [next] = rest;
    if (next === undefined) break;
    if (recovered.truncatedBytes === 0 && fits(log, recovered, next)) continue;
    log.logger.warn(`Corruption found in segment ${segment.baseOffset}, truncating to offset ${recovered.endOffset}`);
    removeSegments(log, rest);
    break;
  }
  const end = endOffsetOf(log.active);
  if (log.owner.rules.dropSnapshotsBeyondLogEnd) dropSnapshots(log, (offset) => offset <= end);
  if (wantsSnapshot(log, end)) takeSnapshot(log, end);
}

/** Rebuilds the indexes of one segment that is not among the unflushed: its files are not complete. Rejects with DiskError. */
export async function recoverSingle(log: LogState, segment: LogSegment): Promise<void> {
  const producers = new ProducerStateManager(log.where, log.logStartOffset);
  await loadSnapshotUpTo(log, producers, segment.baseOffset);
  await replayTo(log, producers, segment.baseOffset);
  await recoverSegment(log, producers, segment);
}

interface Recovered {
  readonly truncatedBytes: number;
  readonly endOffset: number;
  /** No offset is missing from the segment's base to its end. */
  readonly isDense: boolean;
}

/**
 * Does `next` go on where the recovered segment ends? After a power loss a file can end at a batch that once was its last, with nothing to
 * see of what followed; or be older, and longer, than the segment after it. Where compaction takes records a gap is in
 * order, but then there are others before it.
 */
function fits(log: LogState, recovered: Recovered, next: LogSegment): boolean {
  if (recovered.endOffset >= next.baseOffset) return recovered.endOffset === next.baseOffset;
  return log.config.compact && !recovered.isDense;
}

/** `producers` stands at the segment's base offset and then at its end. */
async function recoverSegment(log: LogState, producers: ProducerStateManager, segment: LogSegment): Promise<Recovered> {
  segment.resetIndexes();
  const { indexIntervalBytes } = log.config;
  const { replayTailAfterSnapshot, checkCrcOnRecovery } = log.owner.rules;
  let endOffset = segment.baseOffset;
  let isDense = true;
  let lastEpoch = log.epochs.epochOf(segment.baseOffset - 1) ?? -1;
  const options = { startPosition: 0, checkCrc: checkCrcOnRecovery };
  const validBytes = await scanSegment(segment, options, (bytes, at, end, position) => {
    const lastOffset = batchLastOffset(bytes, at);
    if (batchMagic(bytes, at) >= 2) {
      const epoch = batchPartitionLeaderEpoch(bytes, at);
      // Epochs never fall: these bytes are of a time before the log was cut, and outlived the power loss that took the cut.
      if (epoch >= 0 && epoch < lastEpoch) return false;
      lastEpoch = Math.max(lastEpoch, epoch);
      const gap = batchBaseOffset(bytes, at) - endOffset;
      if (gap > 0 || batchRecordCount(bytes, at) <= batchLastOffsetDelta(bytes, at)) isDense = false;
      if (epoch > (log.epochs.latestEpoch ?? -1)) log.epochs.assign(epoch, batchBaseOffset(bytes, at));
      if (batchProducerId(bytes, at) >= 0 && replayTailAfterSnapshot) noteProducer(producers, segment, bytes, at, end);
    }
    segment.sawTimestamp(batchMaxTimestamp(bytes, at), lastOffset);
    segment.indexBatch(lastOffset, position, end - at, indexIntervalBytes);
    endOffset = lastOffset + 1;
    producers.mapEndOffset = endOffset;
    return true;
  });
  const truncatedBytes = segment.log.open().sizeSync() - validBytes;
  segment.sizeBytes = validBytes;
  if (truncatedBytes > 0) {
    log.logger.warn(`Found invalid messages in log segment ${segment.log.path} at byte offset ${validBytes}.`);
    await cut(segment, validBytes);
  }
  segment.seal();
  return { truncatedBytes, endOffset, isDense };
}

/**
 * On the device when it resolves: the recovery point may be the very end of this segment already, and once the next one has
 * begun nobody would look here again for bytes that a power loss brings back.
 */
async function cut(segment: LogSegment, bytes: number): Promise<void> {
  const file = segment.log.pin();
  try {
    file.truncateSync(bytes);
    await file.sync();
  } finally {
    segment.log.unpin();
  }
}

function noteProducer(
  producers: ProducerStateManager,
  segment: LogSegment,
  bytes: Buffer,
  at: number,
  end: number,
): void {
  const append = producerAppendOf(bytes, at, end);
  if (append === undefined) return;
  const completed = producers.apply(append);
  if (completed === undefined) return;
  if (completed.isAborted) {
    segment.txnIndex.append({ ...completed, lastStableOffset: producers.lastStableOffsetAfter(completed) });
  }
  producers.complete(completed);
}

/** For a log whose leader epoch checkpoint is lost: the epochs of all batches below the unflushed ones. Rejects with DiskError. */
export async function rebuildEpochs(log: LogState): Promise<void> {
  // A log that was never led has none.
  if (log.segments.sizeBytes === 0) return;
  log.logger.warn(`Rebuilding the leader epochs of ${log.where} from its batches`);
  const entries: EpochEntry[] = [];
  for (const segment of log.segments.all) {
    await scanSegment(segment, { startPosition: 0, checkCrc: false }, (bytes, at) => {
      const epoch = batchPartitionLeaderEpoch(bytes, at);
      if (epoch > (entries.at(-1)?.epoch ?? -1)) entries.push({ epoch, startOffset: batchBaseOffset(bytes, at) });
      return true;
    });
  }
  log.epochs.replace(entries);
}
