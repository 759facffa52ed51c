import type { Uuid } from '@ottla/common';
import { isPassing } from './disk-errors.ts';
import { PARTITION_METADATA } from './log-files.ts';
import type { LogState } from './log-state.ts';
import { formatPartitionMetadata } from './partition-metadata-file.ts';
import { replaceNow } from './replace-now.ts';

/** A log belongs to one topic id for good (KIP-516). */
export class InconsistentTopicIdError extends Error {
  override readonly name = 'InconsistentTopicIdError';
}

/** Takes and records the id of a log that has none. Throws InconsistentTopicIdError. */
export function assignTopicId(log: LogState, topicId: Uuid): void {
  if (log.topicId === topicId) return;
  if (log.topicId !== undefined) {
    throw new InconsistentTopicIdError(
      `Tried to assign topic ID ${topicId} to log for topic partition ${log.where},but log already contained topic ID ${log.topicId}`,
    );
  }
  log.topicId = topicId;
  if (!log.lacksFiles) storeTopicId(log, topicId);
}

/** Writes partition.metadata. */
export function storeTopicId(log: LogState, topicId: Uuid): void {
  const path = `${log.directory}/${PARTITION_METADATA}`;
  try {
    replaceNow(log.owner.platform.disk, path, formatPartitionMetadata(topicId));
    log.idFile.changed();
    log.names.changed();
  } catch (error) {
    if (!isPassing(error)) {
      log.fail(`Error while writing partition metadata file ${path}`, error);
      return;
    }
    // Without the file the next start is told the id once more.
    log.logger.error(`Partition metadata file ${path} could not be written`, error);
  }
}
