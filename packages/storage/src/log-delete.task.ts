import { isMissing } from './disk-errors.ts';
import { markedDirectoryName } from './log-files.ts';
import type { LogManager } from './log-manager.ts';
import { removeLogDirectory } from './removal.task.ts';

/** See `LogManager.delete`. */
export async function deleteLog(manager: LogManager, topic: string, partition: number): Promise<void> {
  const log = manager.get(topic, partition);
  if (log === undefined) return;
  const { state } = log;
  manager.remove(log);
  state.isClosed = true;
  log.stop();
  const uniqueId = manager.platform.crypto.randomBytes(16).toString('hex');
  const renamed = `${log.logDirectory}/${markedDirectoryName(topic, partition, 'delete', uniqueId)}`;
  const { disk } = manager.platform;
  for (const segment of state.segments.all) segment.closeFiles();
  try {
    await disk.rename(state.directory, renamed);
    await disk.syncDirectory(log.logDirectory);
  } catch (error) {
    if (!state.isOffline && !isMissing(error)) {
      manager.directoryFailed(log.logDirectory, `Error while renaming dir for ${state.where}`, error);
    }
    return;
  }
  state.directory = renamed;
  for (const segment of state.segments.all) segment.moved(renamed);
  manager.logger.info(`Log for partition ${state.where} is renamed to ${renamed} and is scheduled for deletion`);
  manager.housekeeper.after(state.config.fileDeleteDelayMs, () =>
    removeLogDirectory(manager.platform, state.where, renamed),
  );
  const directory = manager.directoryOf(log.logDirectory);
  await manager.checkpoint('recovery-point', directory);
  await manager.checkpoint('log-start-offset', directory);
  await manager.checkpoint('high-watermark', directory);
}
