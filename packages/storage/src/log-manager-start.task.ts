import { DiskError } from '@ottla/platform';
import { forEachBounded, Slots } from './bounded.task.ts';
import { CheckpointError } from './checkpoint-text.ts';
import { parseCleanShutdown } from './clean-shutdown-file.ts';
import { isMissing } from './disk-errors.ts';
import { fileOperationsAtOnceMax } from './limits.ts';
import { Log } from './log.ts';
import { discardLogs } from './log-delete.task.ts';
import type { LogDirectory } from './log-directory.ts';
import {
  CLEAN_SHUTDOWN,
  HIGH_WATERMARK_CHECKPOINT,
  LOG_START_OFFSET_CHECKPOINT,
  parseLogDirectoryName,
  RECOVERY_POINT_CHECKPOINT,
} from './log-files.ts';
import { loadLog } from './log-loader.task.ts';
import type { LogManager } from './log-manager.ts';
import { OffsetCheckpoint } from './offset-checkpoint.ts';
import { removeLogDirectory } from './removal.task.ts';

const METADATA_LOG = '__cluster_metadata-0';

/** Makes and locks every log directory. One that fails goes offline; rejects when all do, or when one is in use by another broker. */
export async function prepareDirectories(manager: LogManager): Promise<void> {
  const paths = manager.directories.map((directory) => directory.path);
  if (new Set(paths).size !== paths.length) throw new Error(`Duplicate log directory found: ${paths.join(', ')}`);
  for (const directory of manager.directories) await guarded(manager, directory, () => prepare(manager, directory));
  requireLive(manager);
}

/** See `LogManager.start`. */
export async function startLogs(manager: LogManager): Promise<void> {
  await manager.prepare();
  await loadDirectories(manager);
  if (!manager.isStopped) manager.housekeeper.start();
}

/** Loads every log directory. One that fails goes offline; rejects when all do. */
async function loadDirectories(manager: LogManager): Promise<void> {
  const { clock } = manager.platform;
  const paths = manager.directories.map((directory) => directory.path);
  const startedMs = clock.monotonicMs();
  manager.logger.info(`Loading logs from log dirs ${paths.join(', ')}`);
  await forEachBounded(manager.directories, manager.directories.length, (directory) =>
    guarded(manager, directory, () => loadDirectory(manager, directory)),
  );
  manager.logger.info(`Loaded ${manager.logCount} logs in ${Math.round(clock.monotonicMs() - startedMs)}ms`);
  requireLive(manager);
}

/** Java: KafkaException. The lines before it say what each directory lacks. */
class NoLogDirectoryError extends Error {
  override readonly name = 'NoLogDirectoryError';
  /** The operator's to mend: no stack is printed. */
  readonly code = 'ENOLOGDIR';
}

function requireLive(manager: LogManager): void {
  if (manager.liveDirectories.length > 0) return;
  const paths = manager.directories.map((directory) => directory.path);
  throw new NoLogDirectoryError(
    `Shutdown broker because none of the specified log dirs from ${paths.join(', ')} can be created or validated`,
  );
}

async function guarded(manager: LogManager, directory: LogDirectory, work: () => Promise<void>): Promise<void> {
  if (directory.isOffline) return;
  try {
    await work();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    directory.isOffline = true;
    for (const state of manager.statesIn(directory)) state.isOffline = true;
    manager.logger.error(`Failed to create or validate data directory ${directory.path}`, error);
  }
}

/** Rejects with DiskError, DirectoryLockedError. */
async function prepare(manager: LogManager, directory: LogDirectory): Promise<void> {
  const { disk, locks } = manager.platform;
  const stat = await disk.stat(directory.path);
  if (stat === undefined) {
    manager.logger.info(`Log directory ${directory.path} not found, creating it.`);
    await disk.makeDirectory(directory.path);
    // Its name, and those of parents that were made with it, must outlive a power loss as the logs in it do.
    for (
      let end = directory.path.lastIndexOf('/');
      end >= 0;
      end = end === 0 ? -1 : directory.path.lastIndexOf('/', end - 1)
    ) {
      await disk.syncDirectory(directory.path.slice(0, Math.max(1, end)));
    }
  } else if (stat.kind !== 'directory') {
    throw new DiskError('ENOTDIR', 'open', directory.path, 'it is not a readable log directory');
  }
  directory.lock = await locks.lock(directory.path);
}

async function loadDirectory(manager: LogManager, directory: LogDirectory): Promise<void> {
  await takeCleanShutdownMark(manager, directory);
  const recoveryPoints = await readCheckpoint(manager, directory, RECOVERY_POINT_CHECKPOINT);
  const startOffsets = await readCheckpoint(manager, directory, LOG_START_OFFSET_CHECKPOINT);
  const highWatermarks = await readCheckpoint(manager, directory, HIGH_WATERMARK_CHECKPOINT);
  const found: { topic: string; partition: number; path: string }[] = [];
  for (const entry of await manager.platform.disk.list(directory.path)) {
    if (entry.kind !== 'directory' || entry.name === METADATA_LOG) continue;
    const path = `${directory.path}/${entry.name}`;
    const name = parseLogDirectoryName(entry.name);
    if (name === undefined) {
      manager.logger.warn(
        `Found directory ${path}, '${entry.name}' is not in the form of topic-partition or topic-partition.uniqueId-delete (if marked for deletion). It is left alone.`,
      );
    } else if (name.kind === 'delete') {
      const { fileDeleteDelayMs } = manager.configFor(name.topic);
      const where = `${name.topic}-${name.partition}`;
      manager.housekeeper.removeAfter(fileDeleteDelayMs, () => removeLogDirectory(manager.platform, where, path));
    } else if (name.kind === 'current') {
      found.push({ topic: name.topic, partition: name.partition, path });
    } else {
      manager.logger.warn(`Found ${name.kind} log ${path}. It is left alone.`);
    }
  }
  if (found.length === 0) manager.logger.info(`No logs found to be loaded in ${directory.path}`);
  else if (directory.hadCleanShutdown) {
    manager.logger.info(
      `Skipping recovery of ${found.length} logs from ${directory.path} since clean shutdown file was found`,
    );
  } else {
    manager.logger.info(
      `Recovering ${found.length} logs from ${directory.path} since no clean shutdown file was found`,
    );
  }
  const { clock } = manager.platform;
  let done = 0;
  // Reading much is bounded as Kafka bounds it; for the rest there are a few small files to open.
  const threads = manager.settings.recoveryThreadsPerDataDir;
  const atOnce = Math.max(threads, fileOperationsAtOnceMax);
  const readers = new Slots(threads);
  await forEachBounded(found, atOnce, async ({ topic, partition, path }) => {
    const startedMs = clock.monotonicMs();
    const state = await loadLog(
      { topic, partition, logDirectory: directory.path, directory: path },
      manager.configFor(topic),
      manager.owner,
      {
        hadCleanShutdown: directory.hadCleanShutdown,
        readers,
        recoveryPoint: recoveryPoints.get(topic, partition) ?? 0,
        logStartOffset: startOffsets.get(topic, partition) ?? 0,
        highWatermark: highWatermarks.get(topic, partition) ?? 0,
      },
    );
    const log = new Log(state);
    // What was written but not acknowledged: its retry will be recognised, and answered at once.
    if (log.flushIsDue) await log.flush();
    await addLoaded(manager, log);
    done++;
    manager.logger.info(
      `Completed load of Log(dir=${path}, topicId=${state.topicId ?? 'null'}, topic=${topic}, partition=${partition}, highWatermark=${state.highWatermark}, lastStableOffset=${state.lastStableOffset}, logStartOffset=${state.logStartOffset}, logEndOffset=${state.logEndOffset}) with ${state.segments.count} segments in ${Math.round(clock.monotonicMs() - startedMs)}ms (${done}/${found.length} completed in ${directory.path})`,
    );
  });
}

/**
 * Of two logs of one partition the one without records goes: it is what is left of a log whose directory failed while it was
 * made, before another directory got it. With records in both the operator has to decide, as with Kafka.
 */
async function addLoaded(manager: LogManager, log: Log): Promise<void> {
  const other = manager.get(log.topic, log.partition);
  if (other === undefined) {
    manager.add(log);
    return;
  }
  const empty = [log, other].find(({ logEndOffset }) => logEndOffset === 0);
  if (empty === undefined) {
    throw new Error(
      `Duplicate log directories for ${log.topic}-${log.partition} are found in both ${other.directory} and ${log.directory}. Recover broker from this failure by manually deleting one of the two directories for this partition.`,
    );
  }
  manager.logger.warn(
    `Duplicate log directories for ${log.topic}-${log.partition} are found in both ${other.directory} and ${log.directory}. ${empty.directory} has no records and is deleted.`,
  );
  if (empty === other) {
    manager.remove(other);
    manager.add(log);
  }
  await discardLogs(manager, [empty]);
}

/** The mark goes before anything is written: a crash from here on is an unclean stop. */
async function takeCleanShutdownMark(manager: LogManager, directory: LogDirectory): Promise<void> {
  const { disk } = manager.platform;
  const path = `${directory.path}/${CLEAN_SHUTDOWN}`;
  try {
    directory.previousBrokerEpoch = parseCleanShutdown((await disk.readFile(path)).toString('utf8'));
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  directory.hadCleanShutdown = true;
  await disk.unlink(path);
  await disk.syncDirectory(directory.path);
}

/** A checkpoint that cannot be read counts as one that knows nothing: then more is recovered, not less. */
async function readCheckpoint(manager: LogManager, directory: LogDirectory, name: string): Promise<OffsetCheckpoint> {
  const path = `${directory.path}/${name}`;
  try {
    return OffsetCheckpoint.parse((await manager.platform.disk.readFile(path)).toString('utf8'), path);
  } catch (error) {
    if (error instanceof CheckpointError) {
      manager.logger.warn(
        `Error occurred while reading ${name} file of directory ${directory.path}, resetting to 0`,
        error,
      );
    } else if (!isMissing(error)) {
      throw error;
    }
    return new OffsetCheckpoint();
  }
}
