/*
 * fsync. The recovery point moves only after everything below it is on the device: the records, the indexes of the segments
 * that recovery would not rebuild, the leader epochs, and the directory that names the files. A failed fsync is never
 * tried again: what the device holds is unknown then, so the directory goes offline.
 */
import type { Disk } from '@ottla/platform';
import { isMissing, isPassing } from './disk-errors.ts';
import type { PooledFile } from './file-pool.ts';
import { storeEpochs } from './leader-epoch-file.ts';
import { LEADER_EPOCH_CHECKPOINT, PARTITION_METADATA } from './log-files.ts';
import type { LogSegment } from './log-segment.ts';
import type { LogState } from './log-state.ts';

/**
 * Flushes the log below `offset`. Never rejects; true when the recovery point is at `offset` or beyond. `isLast`: the
 * log is closed after it, so the active segment's indexes count too.
 */
export async function flushLog(
  log: LogState,
  offset: number = log.logEndOffset,
  isLast: boolean = false,
): Promise<boolean> {
  if (log.isOffline || log.isClosed) return false;
  const segments = notDurable(log).filter((segment) => segment.baseOffset < offset || isLast);
  const sealed = isLast ? segments : segments.filter((segment) => segment !== log.active);
  const namesCount = isLast && log.names.isChanged;
  if (offset <= log.recoveryPoint && sealed.length === 0 && !log.epochFile.isChanged && !namesCount) return true;
  const { generation } = log;
  try {
    await syncSegments(log, segments, sealed);
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
  for (const segment of sealed) segment.isDurable = true;
  log.recoveryPoint = Math.max(log.recoveryPoint, Math.min(offset, log.logEndOffset));
  log.lastFlushMs = log.owner.platform.clock.monotonicMs();
  return true;
}

/** The segments that were written to since they were last flushed as a whole, the active one last. */
export function notDurable(log: LogState): LogSegment[] {
  const found: LogSegment[] = [];
  for (let index = log.segments.count - 1; index >= 0; index--) {
    const segment = log.segments.at(index);
    if (segment === undefined || segment.isDurable) break;
    found.unshift(segment);
  }
  return found;
}

/** What flushing for an acknowledgement needs: the records, not the indexes. Rejects with DiskError. */
export function syncRecords(log: LogState): Promise<void> {
  return syncSegments(log, notDurable(log), []);
}

/**
 * The recovery point as the checkpoint may tell it. Recovery begins with the segment that holds it, so it stays within the
 * first one whose indexes are not certain to be on the device; at the very end of the log a segment may yet begin.
 */
export function recoveryPointToWrite(log: LogState): number {
  const [first] = notDurable(log);
  if (first === undefined || first.sizeBytes === 0) return log.recoveryPoint;
  const next = log.segments.at(log.segments.floorIndex(first.baseOffset) + 1);
  return Math.min(log.recoveryPoint, Math.max(first.baseOffset, (next?.baseOffset ?? log.logEndOffset) - 1));
}

async function syncSegments(
  log: LogState,
  segments: readonly LogSegment[],
  withIndexes: readonly LogSegment[],
): Promise<void> {
  const { disk } = log.owner.platform;
  if (log.epochsAreUnwritten) storeEpochs(log, log.epochs.format());
  for (const segment of segments) await sync(segment.log);
  for (const { offsetIndex, timeIndex, txnIndex } of withIndexes) {
    for (const { index } of [offsetIndex, timeIndex, txnIndex]) {
      index.flush();
      // An empty one too: that it was emptied must last.
      await sync(index.file);
    }
  }
  const { names } = log;
  for (const [file, name] of [
    [log.epochFile, LEADER_EPOCH_CHECKPOINT],
    [log.idFile, PARTITION_METADATA],
  ] as const) {
    if (!file.isChanged) continue;
    const changes = file.begin();
    await syncPath(disk, `${log.directory}/${name}`);
    file.synced(changes);
  }
  if (names.isChanged) {
    const changes = names.begin();
    await disk.syncDirectory(log.directory);
    names.synced(changes);
  }
}

export async function syncPath(disk: Disk, path: string): Promise<void> {
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
