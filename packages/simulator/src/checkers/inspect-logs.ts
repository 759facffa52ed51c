import type { BrokerConfig } from '@ottla/common';
import type { Platform } from '@ottla/platform';
import type { SimulatedDisk } from '@ottla/platform/simulated';
import { type LogConfig, LogManager, type StorageRules } from '@ottla/storage';
import type { Verdict } from '../verdict.ts';
import { checkLog } from './log-checks.ts';

export interface Inspection {
  readonly platform: Platform;
  readonly disk: SimulatedDisk;
  readonly config: BrokerConfig;
  readonly logConfig: LogConfig;
  readonly rules: StorageRules;
  readonly verdict: Verdict;
}

/**
 * Recovers the logs without a broker, looks at them before any leader has touched them, and leaves without a mark: to the
 * broker that starts next it was a crash during recovery. Rejects with what opening the logs rejects with.
 */
export async function inspectLogs(inspection: Inspection): Promise<void> {
  const { platform, disk, config, logConfig, rules, verdict } = inspection;
  const manager = new LogManager({
    platform,
    logDirectories: config.logDirs,
    configFor: () => logConfig,
    storageRules: rules,
  });
  await manager.start();
  for (const log of manager.logs()) {
    const { entries } = log.state.epochs;
    verdict.require(
      entries.every(({ startOffset }) => startOffset < log.logEndOffset),
      'R8 epoch-cache',
      () =>
        `${log.topic}-${log.partition} ends at ${log.logEndOffset} after recovery, its epochs are ${JSON.stringify(entries)}`,
    );
    checkLog(log, disk, verdict, true);
  }
  await manager.shutdown({ clean: false });
}
