import { Logger, type Platform } from '@ottla/platform';
import { isMissing } from './disk-errors.ts';

/** Removes files whose time has come. Never rejects: what stays is removed at the next start. */
export async function removeFiles(platform: Platform, paths: readonly string[]): Promise<void> {
  const logger = new Logger(platform.log, 'kafka.log.LocalLog');
  for (const path of paths) {
    try {
      await platform.disk.unlink(path);
      logger.info(`Deleted ${path}.`);
    } catch (error) {
      if (!isMissing(error)) logger.warn(`Delete of ${path} failed.`, error);
    }
  }
}

/** Removes the directory of a deleted log. Never rejects. */
export async function removeLogDirectory(platform: Platform, where: string, path: string): Promise<void> {
  const logger = new Logger(platform.log, 'kafka.log.LogManager');
  try {
    await platform.disk.removeTree(path);
    logger.info(`Deleted log for partition ${where} in ${path}.`);
  } catch (error) {
    logger.error(`Exception while deleting ${path}`, error);
  }
}

/** One removal after the other, until there is none. */
export async function removeAll(next: () => (() => Promise<void>) | undefined): Promise<void> {
  for (let removal = next(); removal !== undefined; removal = next()) await removal();
}
