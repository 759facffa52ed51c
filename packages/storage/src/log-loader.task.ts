/*
 * Opening a log that is on disk (Java: LogLoader): finish or undo what a crash interrupted, find the segments, recover those that
 * were not flushed, establish the end, the epochs and the producer state.
 */
import type { FileStat } from '@ottla/platform';
import type { Slots } from './bounded.task.ts';
import { CheckpointError } from './checkpoint-text.ts';
import { isMissing } from './disk-errors.ts';
import { type EpochEntry, LeaderEpochCache } from './leader-epoch-cache.ts';
import { scanChunkBytes } from './limits.ts';
import type { LogConfig } from './log-config.ts';
import {
  LEADER_EPOCH_CHECKPOINT,
  LOG_SUFFIX,
  OFFSET_INDEX_SUFFIX,
  offsetOfFileName,
  PARTITION_METADATA,
  SNAPSHOT_SUFFIX,
  segmentFileName,
  TIME_INDEX_SUFFIX,
  TXN_INDEX_SUFFIX,
} from './log-files.ts';
import { endOffsetOf } from './log-reader.ts';
import { rebuildEpochs, recoverSingle, recoverUnflushed } from './log-recovery.task.ts';
import { dropSnapshots, newSegment, removeSegments, takeSnapshot, wantsSnapshot } from './log-roll.ts';
import { LogSegment } from './log-segment.ts';
import { type LogIdentity, type LogOwner, LogState } from './log-state.ts';
import { finishInterruptedSwaps } from './log-swaps.task.ts';
import { parsePartitionMetadata } from './partition-metadata-file.ts';
import { loadSnapshotUpTo, replayTo } from './producer-load.task.ts';

export interface LoadOptions {
  readonly hadCleanShutdown: boolean;
  /** Of the directory: for those with more to read than one chunk. */
  readonly readers: Slots;
  /** Of the checkpoints; 0 where they know nothing of the log. */
  readonly recoveryPoint: number;
  readonly logStartOffset: number;
  readonly highWatermark: number;
}

/** Rejects with DiskError, PartitionMetadataError. */
export async function loadLog(
  identity: LogIdentity,
  config: LogConfig,
  owner: LogOwner,
  options: LoadOptions,
): Promise<LogState> {
  const { disk } = owner.platform;
  const { names, isChanged } = await finishInterruptedSwaps(owner.platform, identity.directory);
  const epochs = await readEpochs(owner, identity.directory);
  const log = new LogState(identity, config, owner, epochs ?? []);
  const before = log.names.begin();
  if (isChanged) log.names.changed();
  // What is cut off here would be cut off again at the next start.
  log.hasEpochFile = epochs !== undefined;
  log.epochsMayWait = log.hasEpochFile;
  log.topicId = await readTopicId(owner, identity.directory);
  log.logStartOffset = options.logStartOffset;
  log.snapshots = offsetsOf(names, SNAPSHOT_SUFFIX);
  if (!options.hadCleanShutdown) for (const offset of log.snapshots) log.unsyncedSnapshots.add(offset);
  await openSegments(log, names);
  if (epochs === undefined) await rebuildEpochs(log);
  await recoverIncomplete(log, names, options);
  if (!options.hadCleanShutdown) {
    const recover = (): Promise<void> => recoverUnflushed(log, options.recoveryPoint);
    if (log.segments.sizeBytes > scanChunkBytes) await options.readers.run(recover);
    else await recover();
  }
  establishEnd(log, options);
  if (owner.rules.truncateEpochsWithLog) log.epochs.truncateFromEnd(log.logEndOffset);
  log.epochs.truncateFromStart(log.logStartOffset);
  dropStraySnapshots(log);
  if (options.hadCleanShutdown || log.producers.mapEndOffset !== log.logEndOffset) await loadProducers(log, options);
  log.highWatermark = Math.min(Math.max(options.highWatermark, log.logStartOffset), log.logEndOffset);
  log.producers.highWatermarkMoved(log.highWatermark);
  log.epochsMayWait = false;
  // Recovery must not be undone once there are new files.
  if (!options.hadCleanShutdown && log.names.begin() !== before) await disk.syncDirectory(identity.directory);
  return log;
}

/** Undefined: the file is damaged or missing, so the batches have to tell. */
async function readEpochs(owner: LogOwner, directory: string): Promise<EpochEntry[] | undefined> {
  const path = `${directory}/${LEADER_EPOCH_CHECKPOINT}`;
  try {
    const text = (await owner.platform.disk.readFile(path)).toString('utf8');
    // A rename that outlived the content it was for.
    return text.endsWith('\n') ? LeaderEpochCache.parse(text, path) : undefined;
  } catch (error) {
    if (error instanceof CheckpointError || isMissing(error)) return undefined;
    throw error;
  }
}

async function readTopicId(owner: LogOwner, directory: string): Promise<string | undefined> {
  const path = `${directory}/${PARTITION_METADATA}`;
  try {
    const bytes = await owner.platform.disk.readFile(path);
    // A rename that outlived the content it was for: whoever leads or follows the partition is told the id again.
    return bytes.every((byte) => byte === 0) ? undefined : parsePartitionMetadata(bytes.toString('utf8'), path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function offsetsOf(names: ReadonlySet<string>, suffix: string): number[] {
  const offsets: number[] = [];
  for (const name of names) {
    const offset = name.endsWith(suffix) ? offsetOfFileName(name) : undefined;
    if (offset !== undefined && name === segmentFileName(offset, suffix)) offsets.push(offset);
  }
  return offsets.sort((left, right) => left - right);
}

async function openSegments(log: LogState, names: ReadonlySet<string>): Promise<void> {
  const { clock, disk } = log.owner.platform;
  for (const name of names) {
    const offset = offsetOfFileName(name);
    if (offset === undefined || !INDEX_SUFFIXES.some((suffix) => name === segmentFileName(offset, suffix))) continue;
    if (names.has(segmentFileName(offset, LOG_SUFFIX))) continue;
    log.logger.warn(`Found an orphaned index file ${log.directory}/${name}, with no corresponding log file.`);
    await disk.unlink(`${log.directory}/${name}`);
    log.names.changed();
  }
  for (const baseOffset of offsetsOf(names, LOG_SUFFIX)) {
    const stat: FileStat | undefined = await disk.stat(`${log.directory}/${segmentFileName(baseOffset, LOG_SUFFIX)}`);
    if (stat === undefined) continue;
    log.segments.add(
      new LogSegment(log.owner.files, {
        directory: log.directory,
        baseOffset,
        sizeBytes: stat.sizeBytes,
        isNew: false,
        createdMs: clock.monotonicMs(),
        modifiedMs: stat.modifiedMs,
        jitterMs: log.randomJitterMs(),
      }),
    );
  }
}

const INDEX_SUFFIXES = [OFFSET_INDEX_SUFFIX, TIME_INDEX_SUFFIX, TXN_INDEX_SUFFIX];

/** Segments whose indexes are missing, or of an impossible size. Those that recovery will read anyway are left to it. */
async function recoverIncomplete(log: LogState, names: ReadonlySet<string>, options: LoadOptions): Promise<void> {
  const recoveredAnyway = options.hadCleanShutdown
    ? Number.POSITIVE_INFINITY
    : (log.segments.floor(options.recoveryPoint)?.baseOffset ?? 0);
  for (const segment of log.segments.all) {
    if (segment.baseOffset >= recoveredAnyway) break;
    const file = segmentFileName(segment.baseOffset, LOG_SUFFIX);
    if (!names.has(segmentFileName(segment.baseOffset, OFFSET_INDEX_SUFFIX))) {
      log.logger.error(
        `Could not find offset index file corresponding to log file ${log.directory}/${file}, recovering segment and rebuilding index files...`,
      );
      await recoverSingle(log, segment);
    } else if (!(options.hadCleanShutdown ? endIsSound(log, segment) : indexesAreSound(segment))) {
      log.logger.warn(
        `Found a corrupted index file corresponding to log file ${log.directory}/${file}, recovering segment and rebuilding index files...`,
      );
      await recoverSingle(log, segment);
    }
  }
}

/**
 * After a clean stop only what is read anyway is looked at: an index whose last entry leads nowhere would put the end of
 * the log, and with it what is written next, in the wrong place.
 */
function endIsSound(log: LogState, segment: LogSegment): boolean {
  if (segment !== log.active) return true;
  const last = segment.offsetIndex.last();
  if (last === undefined) return true;
  return last.position < segment.sizeBytes && endOffsetOf(segment) > last.offset;
}

/** The last entries lie within the segment; an index that was never cut to its content ends in zeros. */
function indexesAreSound(segment: LogSegment): boolean {
  const lastOffset = segment.offsetIndex.last();
  if (lastOffset !== undefined) {
    const isZero =
      segment.offsetIndex.entries > 1 && lastOffset.offset === segment.baseOffset && lastOffset.position === 0;
    if (isZero || lastOffset.offset < segment.baseOffset || lastOffset.position >= segment.sizeBytes) return false;
  }
  const lastTime = segment.timeIndex.last();
  if (lastTime === undefined) return true;
  const first = segment.timeIndex.entry(0);
  return lastTime.offset >= segment.baseOffset && lastTime.timestamp >= first.timestamp;
}

/** Log start and end, and a segment to write to. */
function establishEnd(log: LogState, options: LoadOptions): void {
  if (log.segments.count > 0) {
    const end = endOffsetOf(log.active);
    if (end < options.logStartOffset) {
      log.logger.warn(
        `Deleting all segments because logEndOffset (${end}) is smaller than logStartOffset ${options.logStartOffset}. This could happen if segment files were deleted from the file system.`,
      );
      removeSegments(log, [...log.segments.all]);
      log.epochs.clear();
      log.producers.clear(options.logStartOffset);
      dropSnapshots(log, () => false);
    }
  }
  if (log.segments.count === 0) log.segments.add(newSegment(log, options.logStartOffset));
  log.logEndOffset = Math.max(endOffsetOf(log.active), log.active.baseOffset);
  log.logStartOffset = Math.max(options.logStartOffset, log.segments.first.baseOffset);
  log.recoveryPoint = options.hadCleanShutdown ? log.logEndOffset : Math.min(options.recoveryPoint, log.logEndOffset);
}

/** A snapshot belongs to a segment, except the newest, which may be the log end's of a clean shutdown. */
function dropStraySnapshots(log: LogState): void {
  const bases = new Set(log.segments.all.map((segment) => segment.baseOffset));
  const newest = log.snapshots[log.snapshots.length - 1];
  const lastBase = log.active.baseOffset;
  dropSnapshots(log, (offset) => bases.has(offset) || (offset === newest && offset > lastBase));
}

async function loadProducers(log: LogState, options: LoadOptions): Promise<void> {
  const { clock } = log.owner.platform;
  log.logger.info(`Loading producer state till offset ${log.logEndOffset} with message format version 2`);
  if (log.snapshots.length === 0 && options.hadCleanShutdown) {
    // No snapshot after a clean stop: there never was a producer with an id.
    log.producers.clear(log.logEndOffset);
    return;
  }
  log.logger.info(`Reloading from producer snapshot and rebuilding producer state from offset ${log.logEndOffset}`);
  const startedMs = clock.monotonicMs();
  await loadSnapshotUpTo(log, log.producers, log.logEndOffset);
  const loadedMs = clock.monotonicMs();
  await replayTo(log, log.producers, log.logEndOffset);
  if (wantsSnapshot(log, log.logEndOffset)) takeSnapshot(log, log.logEndOffset);
  const endedMs = clock.monotonicMs();
  log.logger.info(
    `Producer state recovery took ${Math.round(loadedMs - startedMs)}ms for snapshot load and ${Math.round(endedMs - loadedMs)}ms for segment recovery from offset ${log.logEndOffset}`,
  );
}
