import { WorkSlice } from '@ottla/common';
import { ErrorCode } from '@ottla/protocol';
import { isPassing } from './disk-errors.ts';
import { Log } from './log.ts';
import type { LogDirectory } from './log-directory.ts';
import { type LogManager, type NewLog, StorageError } from './log-manager.ts';
import { emptySegment } from './log-roll.ts';
import { LogState } from './log-state.ts';

/** See `LogManager.createAll`. */
export async function createLogs(manager: LogManager, wanted: readonly NewLog[]): Promise<(Log | StorageError)[]> {
  const slice = new WorkSlice(manager.platform.clock);
  const outcomes: (Log | StorageError)[] = [];
  const grown = new Set<LogDirectory>();
  for (const one of wanted) {
    if (slice.isSpent()) await slice.pause();
    const found = existing(manager, one);
    const outcome = found ?? makeLog(manager, one);
    outcomes.push(outcome);
    if (found !== undefined || outcome instanceof StorageError) continue;
    manager.firstFiles.add(outcome.state);
    grown.add(manager.directoryOf(outcome.logDirectory));
  }
  const failed = new Set<string>();
  for (const { path } of grown) if (!(await syncNames(manager, path))) failed.add(path);
  if (failed.size === 0) return outcomes;
  return outcomes.map((outcome) =>
    outcome instanceof Log && failed.has(outcome.logDirectory)
      ? notMade(outcome.state.where, outcome.logDirectory)
      : outcome,
  );
}

/**
 * Within a call, so that nobody sees half a log. Its name in the log directory, which a flush of the log does not cover, is
 * synced before anybody gets the log; its files come later (first-files.ts) and are covered by the log's first flush.
 */
function makeLog(manager: LogManager, { topic, partition, topicId, directory: place }: NewLog): Log | StorageError {
  const where = `${topic}-${partition}`;
  const directory = chooseDirectory(manager, where, place);
  if (directory instanceof StorageError) return directory;
  if (directory.isOffline || manager.isStopped) return offline(where, directory);
  const path = `${directory.path}/${where}`;
  try {
    manager.platform.disk.makeDirectorySync(path);
    const identity = { topic, partition, logDirectory: directory.path, directory: path };
    const state = new LogState(identity, manager.configFor(topic), manager.owner, []);
    state.segments.add(emptySegment(state, 0));
    state.topicId = topicId;
    state.lacksFiles = true;
    const log = new Log(state);
    manager.add(log);
    manager.logger.info(`Created log for partition ${where} in ${path} with properties {}`);
    return log;
  } catch (error) {
    return failure(manager, where, directory.path, error);
  }
}

/** False when it failed, and the directory with it. */
async function syncNames(manager: LogManager, path: string): Promise<boolean> {
  try {
    await manager.platform.disk.syncDirectory(path);
    return true;
  } catch (error) {
    manager.directoryFailed(path, `Error while creating logs in dir ${path}`, error);
    return false;
  }
}

function failure(manager: LogManager, where: string, path: string, error: unknown): StorageError {
  const reason = notMade(where, path);
  if (isPassing(error)) manager.logger.error(reason.message, error);
  else manager.directoryFailed(path, reason.message, error);
  return reason;
}

function notMade(where: string, path: string): StorageError {
  return new StorageError(ErrorCode.KAFKA_STORAGE_ERROR, `Error while creating log for ${where} in dir ${path}`);
}

function existing(manager: LogManager, { topic, partition, topicId }: NewLog): Log | StorageError | undefined {
  const log = manager.get(topic, partition);
  if (log === undefined || topicId === undefined) return log;
  if (log.topicId === undefined) log.topicId = topicId;
  if (log.topicId === topicId) return log;
  return new StorageError(
    ErrorCode.INCONSISTENT_TOPIC_ID,
    `Tried to assign topic ID ${topicId} to log for topic partition ${topic}-${partition},but log already contained topic ID ${log.topicId}`,
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
    if (directory.isOffline || directory.logCount >= fewest) continue;
    fewest = directory.logCount;
    best = directory;
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
