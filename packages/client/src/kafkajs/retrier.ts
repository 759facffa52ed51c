/** Tries again as kafkajs does: a number of times, with waits that grow. */
import type { Clock, Random } from '@ottla/platform';
import { toKafkaJSError } from './error-mapping.ts';
import { KafkaJSNonRetriableError, KafkaJSNumberOfRetriesExceeded } from './errors.ts';

export interface RetryOptions {
  /** The longest wait between two tries, in milliseconds. */
  readonly maxRetryTime?: number;
  readonly initialRetryTime?: number;
  /** How far a wait is spread, as a share of it. */
  readonly factor?: number;
  readonly multiplier?: number;
  readonly retries?: number;
  readonly restartOnFailure?: (error: Error) => Promise<boolean>;
}

export const RETRY_DEFAULTS = { maxRetryTime: 30_000, initialRetryTime: 300, factor: 0.2, multiplier: 2, retries: 5 };

export type RetryWorld = { readonly clock: Clock; readonly random: Random };

/** The waits of one series of tries. */
export class RetrySeries {
  count = 0;
  /** The wait before the next try. */
  timeMs: number;
  readonly #options: typeof RETRY_DEFAULTS;
  readonly #world: RetryWorld;

  constructor(options: RetryOptions, world: RetryWorld) {
    this.#options = withDefaults(options);
    this.#world = world;
    this.timeMs = this.#spread(this.#options.initialRetryTime);
  }

  /** Waits for the next try. Throws KafkaJSNumberOfRetriesExceeded, or KafkaJSNonRetriableError when `error` does not pass. */
  async next(error: Error, signal?: AbortSignal): Promise<void> {
    if (!mayPass(error)) throw new KafkaJSNonRetriableError(error, { cause: causeOf(error) });
    if (this.count >= this.#options.retries)
      throw new KafkaJSNumberOfRetriesExceeded(error, { retryCount: this.count, retryTime: this.timeMs });
    await this.#world.clock.sleep(this.timeMs, signal);
    this.count++;
    this.timeMs = Math.min(this.#spread(this.timeMs) * this.#options.multiplier, this.#options.maxRetryTime);
  }

  #spread(ms: number): number {
    const delta = this.#options.factor * ms;
    return Math.ceil(ms - delta + this.#world.random.next() * 2 * delta);
  }
}

/** Runs `attempt` until it works; it may tell what of the series it is. `isFinal`: errors that are thrown as they are. */
export async function retrying<T>(
  options: RetryOptions,
  world: RetryWorld,
  attempt: (series: RetrySeries) => Promise<T>,
  isFinal: (error: Error) => boolean = () => false,
): Promise<T> {
  const series = new RetrySeries(options, world);
  for (;;) {
    try {
      return await attempt(series);
    } catch (thrown) {
      const error = toKafkaJSError(thrown);
      if (isFinal(error)) throw error;
      await series.next(error);
    }
  }
}

function withDefaults(options: RetryOptions): typeof RETRY_DEFAULTS {
  return {
    maxRetryTime: options.maxRetryTime ?? RETRY_DEFAULTS.maxRetryTime,
    initialRetryTime: options.initialRetryTime ?? RETRY_DEFAULTS.initialRetryTime,
    factor: options.factor ?? RETRY_DEFAULTS.factor,
    multiplier: options.multiplier ?? RETRY_DEFAULTS.multiplier,
    retries: options.retries ?? RETRY_DEFAULTS.retries,
  };
}

/** Errors of the program itself do not pass. */
const BUGS = new Set(['RangeError', 'ReferenceError', 'SyntaxError', 'TypeError']);

export function mayPass(error: Error): boolean {
  return !('retriable' in error && error.retriable === false) && !BUGS.has(error.name);
}

/** What is behind an error, or the error. */
export function causeOf(error: Error): Error {
  return error.cause instanceof Error ? error.cause : error;
}
