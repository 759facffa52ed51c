import { AsyncMutex } from '@ottla/common';
import type { DirectoryLock } from '@ottla/platform';
import { UNKNOWN_BROKER_EPOCH } from './clean-shutdown-file.ts';

/** One entry of `log.dirs`. */
export class LogDirectory {
  readonly path: string;
  /** One checkpoint at a time: what is collected later must not be overtaken by what was collected before. */
  readonly checkpoints = new AsyncMutex();
  isOffline = false;
  /** Logs it holds. */
  logCount = 0;
  /** The last run ended in order; until its logs are loaded. */
  hadCleanShutdown = false;
  /** Of the run that ended in order (KIP-966). */
  previousBrokerEpoch = UNKNOWN_BROKER_EPOCH;
  lock: DirectoryLock | undefined;

  constructor(path: string) {
    this.path = path;
  }
}
