import { WorkSlice } from '@ottla/common';
import { flushLog } from './log-flush.task.ts';
import type { LogManager } from './log-manager.ts';
import { deleteOldSegments } from './retention.ts';

/** Deletes what retention allows to delete. Never rejects. */
export async function runRetention(manager: LogManager): Promise<void> {
  const { clock } = manager.platform;
  manager.logger.debug('Beginning log cleanup...');
  const startedMs = clock.monotonicMs();
  let removed = 0;
  const slice = new WorkSlice(clock);
  for (const log of manager.logs()) {
    if (slice.isSpent()) await slice.pause();
    if (manager.isStopped) return;
    try {
      removed += deleteOldSegments(log.state);
    } catch (error) {
      log.state.fail(`Error while deleting segments for ${log.state.where} in dir ${log.logDirectory}`, error);
    }
  }
  const seconds = Math.round((clock.monotonicMs() - startedMs) / 1000);
  manager.logger.debug(`Log cleanup completed. ${removed} files deleted in ${seconds} seconds`);
}

/** `flush.ms`: fsyncs the logs whose last flush is that long ago. Never rejects. */
export async function flushDueLogs(manager: LogManager): Promise<void> {
  const { clock } = manager.platform;
  const slice = new WorkSlice(clock);
  for (const log of manager.logs()) {
    if (slice.isSpent()) await slice.pause();
    if (manager.isStopped) return;
    const { lastFlushMs, config } = log.state;
    if (clock.monotonicMs() - lastFlushMs >= config.flushMs) await flushLog(log.state);
  }
}

/** Forgets idle producers. Never rejects. */
export async function expireProducers(manager: LogManager): Promise<void> {
  const { clock } = manager.platform;
  const slice = new WorkSlice(clock);
  for (const log of manager.logs()) {
    if (slice.isSpent()) await slice.pause();
    if (manager.isStopped) return;
    log.state.producers.removeExpired(clock.wallMs(), manager.settings.producerIdExpirationMs);
  }
}
