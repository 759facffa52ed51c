/*
 * fsync. The recovery point moves only after everything below it is on the device: the records, the indexes of the segments
 * that recovery would not rebuild, the leader epochs, and the directory that names the files. A failed fsync is never
 * tried again: what the device holds is unknown then, so the directory goes offline.
 */
import type { Disk } from '@ottla/platform';
import { isMissing, isPassing } from './disk-errors.ts';
import type { PooledFile } from './file-pool.ts';
import { storeEpochs } from './leader-epoch-file.ts';
import { LEADER_EPOCH_CHECKPOINT } from './log-files.ts';
import type { LogSegment } from './log-segment.ts';
import type { LogState } from './log-state.ts';

/** Flushes the log below `offset`. Never rejects; true when the recovery point is at `offset` or beyond. */
export async function flushLog(log: LogState, offset: number = log.logEndOffset): Promise<boolean> {
  if (log.isOffline || log.isClosed) return false;
  if (offset <= log.recoveryPoint && !log.epochsAreDirty) return true;
  const { generation } = log;
  const from = Math.max(0, log.segments.floorIndex(log.recoveryPoint));
  const segments = log.segments.all.slice(from).filter((segment) => segment.baseOffset < offset);
  try {
    await syncSegments(log, segments);
  } catch (error) {
    if (log.isClosed || log.isOffline) return false;
    if (isPassing(error)) {
      log.logger.warn(`Flushing ${log.where} up to offset ${offset} has to wait`, error);
      return false;
    }
    log.fail(`Error while flushing log for ${log.where} in dir ${log.logDirectory} with offset ${offset}`, error);
    return false;
  }
  // A cut meanwhile: what was synced may not be what the log now holds.
  if (log.generation !== generation) return false;
  log.recoveryPoint = Math.max(log.recoveryPoint, Math.min(offset, log.logEndOffset));
  log.lastFlushMs = log.owner.platform.clock.monotonicMs();
  return true;
}

/** Rejects with DiskError. */
export async function syncSegments(log: LogState, segments: readonly LogSegment[]): Promise<void> {
  const { disk } = log.owner.platform;
  if (log.epochsAreUnwritten) storeEpochs(log, log.epochs.format());
  const { active, directoryIsDirty, epochsAreDirty } = log;
  log.directoryIsDirty = false;
  log.epochsAreDirty = false;
  try {
    for (const segment of segments) await syncSegment(segment, segment === active);
    if (epochsAreDirty) await syncPath(disk, `${log.directory}/${LEADER_EPOCH_CHECKPOINT}`);
    if (directoryIsDirty) await disk.syncDirectory(log.directory);
  } catch (error) {
    log.directoryIsDirty = true;
    log.epochsAreDirty = true;
    throw error;
  }
}

async function syncSegment(segment: LogSegment, isActive: boolean): Promise<void> {
  await sync(segment.log);
  if (isActive) return;
  for (const index of [segment.offsetIndex.index, segment.timeIndex.index, segment.txnIndex.index]) {
    index.flush();
    if (index.entries > 0) await sync(index.file);
  }
}

async function syncPath(disk: Disk, path: string): Promise<void> {
  const file = await disk.open(path, { mode: 'write' });
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function sync(file: PooledFile): Promise<void> {
  try {
    const handle = file.pin();
    try {
      await handle.sync();
    } finally {
      file.unpin();
    }
  } catch (error) {
    // Deleted meanwhile: nothing left to keep.
    if (!isMissing(error)) throw error;
  }
}
