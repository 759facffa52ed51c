import { isPassing } from './disk-errors.ts';
import { LEADER_EPOCH_CHECKPOINT } from './log-files.ts';
import type { LogState } from './log-state.ts';
import { replaceNow } from './replace-now.ts';

/**
 * Replaces the leader epoch checkpoint within the call: an epoch must be on file before its first record, and before a
 * leader that never wrote one answers for it (KAFKA-7415). The next flush syncs it; after a power loss before that, the
 * epochs are rebuilt from the batches.
 */
export function storeEpochs(log: LogState, text: string): void {
  const path = `${log.directory}/${LEADER_EPOCH_CHECKPOINT}`;
  try {
    replaceNow(log.owner.platform.disk, path, text);
    log.epochFile.changed();
    log.names.changed();
    log.epochsAreUnwritten = false;
    log.hasEpochFile = true;
  } catch (error) {
    log.epochsAreUnwritten = true;
    if (isPassing(error)) log.logger.error(`The leader epochs of ${log.where} could not be written`, error);
    else log.fail(`Error while writing the leader epochs of ${log.where}`, error);
  }
}
