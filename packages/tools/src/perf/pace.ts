import type { Clock } from '@ottla/platform';

/** What is waited for at least: timers are no finer. */
const REST_MS_MIN = 2;
/** How long records are sent before the answers that have come are looked at. */
const TURN_MS = 1;

/** Holds a loop to so many steps a second, and lets others run in between. Java: ThroughputThrottler. */
export class Pace {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #signal: AbortSignal;
  readonly #beganMs: number;
  #turnBeganMs: number;

  /** `perSecond` below 0: no limit; 0: nothing after the first step. */
  constructor(clock: Clock, perSecond: number, signal: AbortSignal) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#signal = signal;
    this.#beganMs = clock.monotonicMs();
    this.#turnBeganMs = this.#beganMs;
  }

  /** Whether to rest after `step`, which counts from 0. */
  isDue(step: number): boolean {
    const nowMs = this.#clock.monotonicMs();
    return nowMs - this.#turnBeganMs >= TURN_MS || this.#missingMs(step, nowMs) >= REST_MS_MIN;
  }

  /** Rejects with the signal's reason. */
  async rest(step: number): Promise<void> {
    const missingMs = this.#missingMs(step, this.#clock.monotonicMs());
    if (missingMs >= REST_MS_MIN) await this.#clock.sleep(missingMs, this.#signal);
    else await new Promise<void>((resolve) => this.#clock.endOfTurn(resolve));
    this.#turnBeganMs = this.#clock.monotonicMs();
  }

  #missingMs(step: number, nowMs: number): number {
    if (this.#perSecond < 0) return 0;
    // The longest that a timer takes.
    if (this.#perSecond === 0) return 2 ** 31 - 1;
    return this.#beganMs + (step / this.#perSecond) * 1000 - nowMs;
  }
}
