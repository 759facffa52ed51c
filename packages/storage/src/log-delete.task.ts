import { forEachBounded } from './bounded.task.ts';
import { writeCheckpoints } from './checkpoints.task.ts';
import { isMissing } from './disk-errors.ts';
import { fileOperationsAtOnceMax } from './limits.ts';
import type { Log } from './log.ts';
import type { LogDirectory } from './log-directory.ts';
import { markedDirectoryName } from './log-files.ts';
import type { LogManager } from './log-manager.ts';
import { removeLogDirectory } from './removal.task.ts';

/** See `LogManager.deleteAll`. */
export async function deleteLogs(
  manager: LogManager,
  unwanted: readonly { readonly topic: string; readonly partition: number }[],
): Promise<void> {
  const logs: Log[] = [];
  for (const { topic, partition } of unwanted) {
    const log = manager.get(topic, partition);
    if (log === undefined) continue;
    manager.remove(log);
    logs.push(log);
  }
  const directories = await discardLogs(manager, logs);
  await writeCheckpoints(manager, directories, ['recovery-point', 'log-start-offset', 'high-watermark']);
}

/**
 * Renames the directories of logs, and removes them after `file.delete.delay.ms`. Resolves with the log directories that hold no
 * trace of these logs even after a power loss. Never rejects.
 */
export async function discardLogs(manager: LogManager, logs: readonly Log[]): Promise<LogDirectory[]> {
  const renamed = new Map<LogDirectory, Log[]>();
  await forEachBounded(logs, fileOperationsAtOnceMax, async (log) => {
    if (!(await renameAway(manager, log))) return;
    const directory = manager.directoryOf(log.logDirectory);
    const others = renamed.get(directory);
    if (others === undefined) renamed.set(directory, [log]);
    else others.push(log);
  });
  const synced: LogDirectory[] = [];
  for (const [directory, gone] of renamed) {
    try {
      await manager.platform.disk.syncDirectory(directory.path);
    } catch (error) {
      manager.directoryFailed(directory.path, `Error while renaming logs in dir ${directory.path}`, error);
      continue;
    }
    synced.push(directory);
    for (const { state } of gone) {
      manager.logger.info(
        `Log for partition ${state.where} is renamed to ${state.directory} and is scheduled for deletion`,
      );
      manager.housekeeper.removeAfter(state.config.fileDeleteDelayMs, () =>
        removeLogDirectory(manager.platform, state.where, state.directory),
      );
    }
  }
  return synced;
}

/** False when the log directory failed. */
async function renameAway(manager: LogManager, log: Log): Promise<boolean> {
  const { state } = log;
  state.isClosed = true;
  log.stop();
  const uniqueId = manager.platform.crypto.randomBytes(16).toString('hex');
  const renamed = `${log.logDirectory}/${markedDirectoryName(log.topic, log.partition, 'delete', uniqueId)}`;
  for (const segment of state.segments.all) segment.closeFiles();
  try {
    await manager.platform.disk.rename(state.directory, renamed);
  } catch (error) {
    if (!state.isOffline && !isMissing(error)) {
      manager.directoryFailed(log.logDirectory, `Error while renaming dir for ${state.where}`, error);
    }
    return false;
  }
  state.directory = renamed;
  for (const segment of state.segments.all) segment.moved(renamed);
  return true;
}
