import { forEachBounded } from './bounded.task.ts';
import { writeCheckpoint } from './checkpoints.task.ts';
import { formatCleanShutdown, UNKNOWN_BROKER_EPOCH } from './clean-shutdown-file.ts';
import { makeFirstFiles } from './first-files.ts';
import { fileOperationsAtOnceMax } from './limits.ts';
import type { Log } from './log.ts';
import type { LogDirectory } from './log-directory.ts';
import { CLEAN_SHUTDOWN, SNAPSHOT_SUFFIX, segmentFileName } from './log-files.ts';
import { flushLog, syncPath } from './log-flush.task.ts';
import type { LogManager } from './log-manager.ts';
import { wantsSnapshot } from './log-roll.ts';
import type { LogState } from './log-state.ts';
import { writeSnapshot } from './snapshot.task.ts';

/** Closes all logs. Never rejects: a directory that does not close in order simply gets no mark. */
export async function closeDirectories(
  manager: LogManager,
  options: { readonly clean: boolean; readonly brokerEpoch?: number },
): Promise<void> {
  manager.logger.info('Shutting down.');
  await Promise.all(manager.housekeeper.running);
  await forEachBounded(manager.directories, manager.directories.length, async (directory) => {
    const logs = [...manager.logs()].filter((log) => log.logDirectory === directory.path);
    if (options.clean && !directory.isOffline) {
      await closeInOrder(manager, directory, logs, options.brokerEpoch ?? UNKNOWN_BROKER_EPOCH);
    }
    for (const log of logs) closeFiles(log);
    await directory.lock?.release();
  });
  manager.logger.info('Shutdown complete.');
}

async function closeInOrder(
  manager: LogManager,
  directory: LogDirectory,
  logs: readonly Log[],
  brokerEpoch: number,
): Promise<void> {
  const { disk } = manager.platform;
  manager.logger.debug(`Flushing and closing logs at ${directory.path}`);
  let inOrder = true;
  const atOnce = Math.max(manager.settings.recoveryThreadsPerDataDir, fileOperationsAtOnceMax);
  await forEachBounded(logs, atOnce, async (log) => {
    if (!(await closeLog(log))) inOrder = false;
  });
  if (!inOrder || directory.isOffline) return;
  for (const kind of ['recovery-point', 'log-start-offset', 'high-watermark'] as const) {
    if (!(await writeCheckpoint(manager, directory, kind))) return;
  }
  try {
    await disk.replaceFile(`${directory.path}/${CLEAN_SHUTDOWN}`, formatCleanShutdown(brokerEpoch));
    manager.logger.debug(`Writing clean shutdown marker at ${directory.path} with broker epoch=${brokerEpoch}`);
  } catch (error) {
    manager.logger.warn(`The clean shutdown marker of ${directory.path} was not written`, error);
  }
}

/** See `LogManager.settled`. */
export async function settleLogs(manager: LogManager): Promise<void> {
  for (const log of manager.logs()) if (log.writer.hasStaged) await settle(log);
}

async function settle({ writer }: Log): Promise<void> {
  while (writer.hasStaged) {
    writer.writeStaged();
    await writer.settled();
  }
}

/** Everything of the log in its files and on the device. */
async function closeLog(log: Log): Promise<boolean> {
  const { state } = log;
  await settle(log);
  makeFirstFiles(state);
  if (state.isOffline) return false;
  try {
    state.active.seal();
    const end = state.logEndOffset;
    if (wantsSnapshot(state, end)) await keepSnapshot(state, end);
    return await flushLog(state, end, true);
  } catch (error) {
    state.logger.error(`Error while closing ${state.where}`, error);
    return false;
  }
}

/** The next start trusts the snapshot at the end: without one there are no producers. */
async function keepSnapshot(log: LogState, end: number): Promise<void> {
  if (log.snapshots[log.snapshots.length - 1] !== end) {
    await writeSnapshot(log, end, log.producers.snapshot(), true);
  } else if (log.unsyncedSnapshots.delete(end)) {
    await syncPath(log.owner.platform.disk, `${log.directory}/${segmentFileName(end, SNAPSHOT_SUFFIX)}`);
  }
}

function closeFiles(log: Log): void {
  log.stop();
  log.state.isClosed = true;
  for (const segment of log.state.segments.all) segment.closeFiles();
}
