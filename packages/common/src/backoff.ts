import type { Random } from '@ottla/platform';

export interface BackoffOptions {
  readonly initialMs: number;
  /** Default 2. */
  readonly multiplier?: number;
  readonly maxMs: number;
  /** The result is drawn from +-jitter of the term. Default 0.2. */
  readonly jitter?: number;
}

/** Exponential backoff with jitter (KIP-580, Kafka's ExponentialBackoff). Holds no state: the caller counts attempts. */
export class ExponentialBackoff {
  readonly #initialMs: number;
  readonly #multiplier: number;
  readonly #maxMs: number;
  readonly #jitter: number;
  readonly #exponentMax: number;
  readonly #random: Random;

  constructor(options: BackoffOptions, random: Random) {
    this.#initialMs = Math.min(options.initialMs, options.maxMs);
    this.#multiplier = options.multiplier ?? 2;
    this.#maxMs = options.maxMs;
    this.#jitter = options.jitter ?? 0.2;
    this.#exponentMax =
      options.maxMs > options.initialMs
        ? Math.log(options.maxMs / Math.max(options.initialMs, 1)) / Math.log(this.#multiplier)
        : 0;
    this.#random = random;
  }

  /** Whole milliseconds to wait before the next try, after `attempts` failures (0: the first wait), never above `maxMs`. */
  delayMs(attempts: number): number {
    const term = this.#initialMs * this.#multiplier ** Math.min(attempts, this.#exponentMax);
    const factor = this.#jitter === 0 ? 1 : 1 - this.#jitter + 2 * this.#jitter * this.#random.next();
    return Math.floor(Math.min(factor * term, this.#maxMs));
  }
}
