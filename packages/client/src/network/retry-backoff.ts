import { ExponentialBackoff } from '@ottla/common';
import type { Cluster } from './cluster.ts';

/** Waits between tries, as `retry.backoff.ms` and `retry.backoff.max.ms` have it (KIP-580). */
export function retryBackoff({ options, platform }: Cluster): ExponentialBackoff {
  const { retryBackoffMs, retryBackoffMaxMs } = options;
  return new ExponentialBackoff({ initialMs: retryBackoffMs, maxMs: retryBackoffMaxMs }, platform.random);
}
