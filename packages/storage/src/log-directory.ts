import type { DirectoryLock } from '@ottla/platform';
import { UNKNOWN_BROKER_EPOCH } from './clean-shutdown-file.ts';

/** One entry of `log.dirs`. */
export class LogDirectory {
  readonly path: string;
  isOffline = false;
  /** The last run ended in order; until its logs are loaded. */
  hadCleanShutdown = false;
  /** Of the run that ended in order (KIP-966). */
  previousBrokerEpoch = UNKNOWN_BROKER_EPOCH;
  lock: DirectoryLock | undefined;

  constructor(path: string) {
    this.path = path;
  }
}
