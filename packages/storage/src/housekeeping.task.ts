import { flushLog } from './log-flush.task.ts';
import type { LogManager } from './log-manager.ts';
import { deleteOldSegments } from './retention.ts';

/** Other work gets its turn after this many logs. */
const LOGS_PER_TURN = 50;

/** Deletes what retention allows to delete. Never rejects. */
export async function runRetention(manager: LogManager): Promise<void> {
  const { clock } = manager.platform;
  manager.logger.debug('Beginning log cleanup...');
  const startedMs = clock.monotonicMs();
  let removed = 0;
  let seen = 0;
  for (const log of Array.from(manager.logs())) {
    try {
      removed += deleteOldSegments(log.state);
    } catch (error) {
      log.state.fail(`Error while deleting segments for ${log.state.where} in dir ${log.logDirectory}`, error);
    }
    if (++seen % LOGS_PER_TURN === 0) await clock.sleep(0);
    if (manager.isStopped) return;
  }
  const seconds = Math.round((clock.monotonicMs() - startedMs) / 1000);
  manager.logger.debug(`Log cleanup completed. ${removed} files deleted in ${seconds} seconds`);
}

/** `flush.ms`: fsyncs the logs whose last flush is that long ago. Never rejects. */
export async function flushDueLogs(manager: LogManager): Promise<void> {
  const { clock } = manager.platform;
  for (const log of Array.from(manager.logs())) {
    const { lastFlushMs, config } = log.state;
    if (clock.monotonicMs() - lastFlushMs >= config.flushMs) await flushLog(log.state);
    if (manager.isStopped) return;
  }
}

/** Forgets idle producers. Never rejects. */
export async function expireProducers(manager: LogManager): Promise<void> {
  const { clock } = manager.platform;
  let seen = 0;
  for (const log of Array.from(manager.logs())) {
    log.state.producers.removeExpired(clock.wallMs(), manager.settings.producerIdExpirationMs);
    if (++seen % LOGS_PER_TURN === 0) await clock.sleep(0);
    if (manager.isStopped) return;
  }
}
