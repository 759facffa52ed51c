import { ErrorCode } from '@ottla/protocol';
import { isPassing } from './disk-errors.ts';
import { Log } from './log.ts';
import type { LogDirectory } from './log-directory.ts';
import { PARTITION_METADATA } from './log-files.ts';
import { type CreateOptions, type LogManager, StorageError } from './log-manager.ts';
import { newSegment } from './log-roll.ts';
import { LogState } from './log-state.ts';
import { formatPartitionMetadata } from './partition-metadata-file.ts';

/** See `LogManager.create`. */
export async function createLog(
  manager: LogManager,
  topic: string,
  partition: number,
  options: CreateOptions,
): Promise<Log | StorageError> {
  const where = `${topic}-${partition}`;
  const found = existing(manager, topic, partition, options);
  if (found !== undefined) return found;
  const directory = chooseDirectory(manager, where, options.directory);
  if (directory instanceof StorageError) return directory;
  const { disk } = manager.platform;
  const path = `${directory.path}/${where}`;
  try {
    await disk.makeDirectory(path);
    if (options.topicId !== undefined) {
      await disk.replaceFile(`${path}/${PARTITION_METADATA}`, formatPartitionMetadata(options.topicId));
    }
    // Somebody else may have made it, or taken the directory offline, meanwhile.
    const raced = existing(manager, topic, partition, options);
    if (raced !== undefined) return raced;
    if (directory.isOffline || manager.isStopped) return offline(where, directory);
    const identity = { topic, partition, logDirectory: directory.path, directory: path };
    const state = new LogState(identity, manager.configFor(topic), manager.owner, []);
    state.topicId = options.topicId;
    state.segments.add(newSegment(state, 0));
    const log = new Log(state);
    manager.add(log);
    manager.logger.info(`Created log for partition ${where} in ${path} with properties {}`);
    await disk.syncDirectory(directory.path);
    return log;
  } catch (error) {
    const reason = `Error while creating log for ${where} in dir ${directory.path}`;
    if (isPassing(error)) manager.logger.error(reason, error);
    else manager.directoryFailed(directory.path, reason, error);
    return new StorageError(ErrorCode.KAFKA_STORAGE_ERROR, reason);
  }
}

function existing(
  manager: LogManager,
  topic: string,
  partition: number,
  options: CreateOptions,
): Log | StorageError | undefined {
  const log = manager.get(topic, partition);
  if (log === undefined || options.topicId === undefined) return log;
  if (log.topicId === undefined) log.topicId = options.topicId;
  if (log.topicId === options.topicId) return log;
  return new StorageError(
    ErrorCode.INCONSISTENT_TOPIC_ID,
    `Tried to assign topic ID ${options.topicId} to log for topic partition ${topic}-${partition},but log already contained topic ID ${log.topicId}`,
  );
}

function chooseDirectory(manager: LogManager, where: string, wanted: string | undefined): LogDirectory | StorageError {
  if (wanted !== undefined) {
    const directory = manager.directories.find((one) => one.path === wanted);
    if (directory === undefined) {
      return new StorageError(ErrorCode.LOG_DIR_NOT_FOUND, `Log dir ${wanted} is not found in the config.`);
    }
    return directory.isOffline ? offline(where, directory) : directory;
  }
  let best: LogDirectory | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const directory of manager.directories) {
    if (directory.isOffline) continue;
    const count = [...manager.statesIn(directory)].length;
    if (count < fewest) {
      fewest = count;
      best = directory;
    }
  }
  return (
    best ??
    new StorageError(
      ErrorCode.KAFKA_STORAGE_ERROR,
      `Can not create log for ${where} because log directories are offline`,
    )
  );
}

function offline(where: string, directory: LogDirectory): StorageError {
  return new StorageError(
    ErrorCode.KAFKA_STORAGE_ERROR,
    `Can not create log ${where} because log directory ${directory.path} is offline`,
  );
}
