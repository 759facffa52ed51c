import type { Clock } from '@ottla/platform';

/** Java's metrics.sample.window.ms and metrics.num.samples. */
const WINDOW_MS = 30_000;
const WINDOWS = 2;

interface Window {
  beganMs: number;
  sum: number;
  count: number;
  max: number;
}

/** What was measured lately, in windows as Kafka's SampledStat has them, and since the beginning. */
export class Samples {
  totalSum = 0;
  totalCount = 0;
  readonly #clock: Clock;
  readonly #windows: Window[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  record(value: number, count = 1): void {
    const window = this.#current();
    window.sum += value;
    window.count += count;
    if (value > window.max) window.max = value;
    this.totalSum += value;
    this.totalCount += count;
  }

  /** NaN without any, as Java's. */
  get avg(): number {
    const windows = this.#recent();
    const count = windows.reduce((all, each) => all + each.count, 0);
    return count === 0 ? Number.NaN : windows.reduce((all, { sum }) => all + sum, 0) / count;
  }

  get max(): number {
    const max = Math.max(...this.#recent().map((window) => window.max));
    return max === Number.NEGATIVE_INFINITY ? Number.NaN : max;
  }

  /** Of what was recorded, a second. */
  get rate(): number {
    return this.#perSecond(({ sum }) => sum);
  }

  /** Of recordings, a second. */
  get frequency(): number {
    return this.#perSecond(({ count }) => count);
  }

  /** Kafka's Rate: the time counts as one full window at least, so that a beginning is no burst. */
  #perSecond(of: (window: Window) => number): number {
    const windows = this.#recent();
    const [first] = windows;
    if (first === undefined) return 0;
    const elapsedMs = Math.max(this.#clock.monotonicMs() - first.beganMs, WINDOW_MS * (WINDOWS - 1));
    return (windows.reduce((all, window) => all + of(window), 0) / elapsedMs) * 1000;
  }

  #current(): Window {
    const now = this.#clock.monotonicMs();
    const last = this.#windows.at(-1);
    if (last !== undefined && now - last.beganMs < WINDOW_MS) return last;
    const window = { beganMs: now, sum: 0, count: 0, max: Number.NEGATIVE_INFINITY };
    this.#windows.push(window);
    if (this.#windows.length > WINDOWS) this.#windows.shift();
    return window;
  }

  #recent(): Window[] {
    const oldest = this.#clock.monotonicMs() - WINDOW_MS * WINDOWS;
    return this.#windows.filter(({ beganMs }) => beganMs > oldest);
  }
}
