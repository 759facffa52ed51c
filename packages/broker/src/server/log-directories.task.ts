import { type DirectoryLock, DirectoryLockedError, Logger, type Platform } from '@ottla/platform';

/** None of `log.dirs` can be used; Kafka halts with this text. */
export class NoLogDirectoryError extends Error {
  override readonly name = 'NoLogDirectoryError';
}

export interface LogDirectories {
  readonly live: readonly string[];
  /** Could not be made or read: offline from the start. */
  readonly failed: readonly string[];
  readonly locks: readonly DirectoryLock[];
}

/** Makes the directories and takes their locks. Rejects with DirectoryLockedError when another broker has one of them. */
export async function openLogDirectories(platform: Platform, directories: readonly string[]): Promise<LogDirectories> {
  const logger = new Logger(platform.log, 'kafka.log.LogManager');
  const live: string[] = [];
  const failed: string[] = [];
  const locks: DirectoryLock[] = [];
  for (const directory of directories) {
    try {
      if ((await platform.disk.stat(directory)) === undefined) {
        logger.info(`Log directory ${directory} not found, creating it.`);
        await platform.disk.makeDirectory(directory);
      }
      await platform.disk.list(directory);
      locks.push(await platform.locks.lock(directory));
      live.push(directory);
    } catch (error) {
      if (error instanceof DirectoryLockedError) {
        await releaseLocks(locks);
        throw error;
      }
      logger.error(`Failed to create or validate data directory ${directory}`, error);
      failed.push(directory);
    }
  }
  if (live.length === 0) {
    throw new NoLogDirectoryError(
      `Shutdown broker because none of the specified log dirs from ${directories.join(', ')} can be created or validated`,
    );
  }
  return { live, failed, locks };
}

export async function releaseLocks(locks: readonly DirectoryLock[]): Promise<void> {
  for (const lock of locks) await lock.release();
}
