import { isMissing } from './disk-errors.ts';
import type { Log } from './log.ts';
import { markedDirectoryName } from './log-files.ts';
import type { LogManager } from './log-manager.ts';
import { removeLogDirectory } from './removal.task.ts';

/** See `LogManager.delete`. */
export async function deleteLog(manager: LogManager, topic: string, partition: number): Promise<void> {
  const log = manager.get(topic, partition);
  if (log === undefined) return;
  manager.remove(log);
  if (!(await discardLog(manager, log))) return;
  const directory = manager.directoryOf(log.logDirectory);
  await manager.checkpoint('recovery-point', directory);
  await manager.checkpoint('log-start-offset', directory);
  await manager.checkpoint('high-watermark', directory);
}

/** Renames the log's directory, and removes it after `file.delete.delay.ms`. False when the log directory failed. Never rejects. */
export async function discardLog(manager: LogManager, log: Log): Promise<boolean> {
  const { state } = log;
  state.isClosed = true;
  log.stop();
  const uniqueId = manager.platform.crypto.randomBytes(16).toString('hex');
  const renamed = `${log.logDirectory}/${markedDirectoryName(log.topic, log.partition, 'delete', uniqueId)}`;
  const { disk } = manager.platform;
  for (const segment of state.segments.all) segment.closeFiles();
  try {
    await disk.rename(state.directory, renamed);
    await disk.syncDirectory(log.logDirectory);
  } catch (error) {
    if (!state.isOffline && !isMissing(error)) {
      manager.directoryFailed(log.logDirectory, `Error while renaming dir for ${state.where}`, error);
    }
    return false;
  }
  state.directory = renamed;
  for (const segment of state.segments.all) segment.moved(renamed);
  manager.logger.info(`Log for partition ${state.where} is renamed to ${renamed} and is scheduled for deletion`);
  manager.housekeeper.after(state.config.fileDeleteDelayMs, () =>
    removeLogDirectory(manager.platform, state.where, renamed),
  );
  return true;
}
