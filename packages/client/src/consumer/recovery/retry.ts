import { invalidArgument } from '../../errors.ts';
import { type ErrorPolicy, errorPolicy } from './error-policy.ts';

export interface RetryOptions {
  /** How often the handler is called again. */
  readonly times: number;
  /** Before the first retry; doubles with each. Default 100. */
  readonly delayMs?: number | undefined;
  /** Default 10 s. The record's partition waits meanwhile: keep it well below `maxPollIntervalMs`. */
  readonly delayMaxMs?: number | undefined;
  /** Which errors are worth it; default: all. */
  readonly when?: ((error: unknown) => boolean) | undefined;
}

/** Calls the handler again, on the spot. */
export function retry<R = unknown>(options: RetryOptions): ErrorPolicy<R> {
  const { times, delayMs = 100, delayMaxMs = 10_000, when = () => true } = options;
  if (!(times >= 0)) throw invalidArgument(`retry: times is ${times}, not a number from 0 on`);
  return errorPolicy<R>(async ({ attempt, error, wait }) => {
    if (attempt > times || !when(error)) return 'pass';
    // Ends early when the partition goes: `run` then gives the record up.
    await wait(Math.min(delayMaxMs, delayMs * 2 ** (attempt - 1)));
    return 'retry';
  });
}
