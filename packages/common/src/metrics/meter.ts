import type { Clock } from '@ottla/platform';

const TICK_MS = 5000;
const ALPHAS = [1, 5, 15].map((minutes) => 1 - Math.exp(-TICK_MS / 60_000 / minutes));

/** Rates as Yammer's Meter gives them: events per second, exponentially weighted over 1, 5 and 15 minutes. */
export interface MeterValue {
  readonly count: number;
  readonly meanRate: number;
  readonly oneMinuteRate: number;
  readonly fiveMinuteRate: number;
  readonly fifteenMinuteRate: number;
}

/** Counts events and their rate. `mark` allocates nothing; the 5-second ticks are caught up when it is next used. */
export class Meter {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #rates = new Float64Array(ALPHAS.length);
  #count = 0;
  #uncounted = 0;
  #tickedMs: number;
  #started = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
    this.#tickedMs = this.#startMs;
  }

  /** Pass `nowMs` (monotonic) where it is already known: it saves reading the clock. */
  mark(events = 1, nowMs: number = this.#clock.monotonicMs()): void {
    if (nowMs - this.#tickedMs >= TICK_MS) this.#tick(nowMs);
    this.#count += events;
    this.#uncounted += events;
  }

  get count(): number {
    return this.#count;
  }

  value(): MeterValue {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#tickedMs >= TICK_MS) this.#tick(nowMs);
    const elapsedMs = nowMs - this.#startMs;
    return {
      count: this.#count,
      meanRate: this.#count === 0 || elapsedMs <= 0 ? 0 : (this.#count * 1000) / elapsedMs,
      oneMinuteRate: this.#rates[0] ?? 0,
      fiveMinuteRate: this.#rates[1] ?? 0,
      fifteenMinuteRate: this.#rates[2] ?? 0,
    };
  }

  #tick(nowMs: number): void {
    const ticks = Math.floor((nowMs - this.#tickedMs) / TICK_MS);
    this.#tickedMs += ticks * TICK_MS;
    const instantRate = (this.#uncounted * 1000) / TICK_MS;
    this.#uncounted = 0;
    for (let index = 0; index < ALPHAS.length; index++) {
      const alpha = ALPHAS[index] ?? 0;
      const rate = this.#rates[index] ?? 0;
      // What was marked belongs to the first of the ticks missed; the others were idle and only decay.
      const first = this.#started ? rate + alpha * (instantRate - rate) : instantRate;
      this.#rates[index] = first * (1 - alpha) ** (ticks - 1);
    }
    this.#started = true;
  }
}
