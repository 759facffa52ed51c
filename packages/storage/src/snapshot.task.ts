import { isMissing, isPassing } from './disk-errors.ts';
import { SNAPSHOT_SUFFIX, segmentFileName } from './log-files.ts';
import type { LogState } from './log-state.ts';

/**
 * Writes a producer snapshot that was taken at `offset`. It gets its name only if the log was not cut meanwhile: a snapshot of records
 * that are gone must not be there for the next start. Never rejects: without it, that start only reads more.
 */
export async function writeSnapshot(log: LogState, offset: number, bytes: Buffer, mustSync: boolean): Promise<void> {
  const { disk } = log.owner.platform;
  const { generation } = log;
  const path = `${log.directory}/${segmentFileName(offset, SNAPSHOT_SUFFIX)}`;
  try {
    const file = await disk.open(`${path}.tmp`, { mode: 'write', create: true, truncate: true });
    try {
      await file.write(bytes, 0, bytes.length, 0);
      if (mustSync) await file.sync();
    } finally {
      await file.close();
    }
    if (log.isClosed) return;
    if (log.generation !== generation) {
      await disk.unlink(`${path}.tmp`);
      return;
    }
    disk.renameSync(`${path}.tmp`, path);
    log.names.changed();
    if (mustSync) log.unsyncedSnapshots.delete(offset);
    else log.unsyncedSnapshots.add(offset);
    if (!log.snapshots.includes(offset)) {
      log.snapshots.push(offset);
      log.snapshots.sort((left, right) => left - right);
    }
  } catch (error) {
    if (log.isClosed || log.isOffline || isMissing(error)) return;
    if (isPassing(error))
      log.logger.warn(`The producer snapshot of ${log.where} at offset ${offset} was not written`, error);
    else log.fail(`Error while writing a producer snapshot of ${log.where}`, error);
  }
}
