import { type IntervalHistogram, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { NO_RUNTIME_FIGURES, type Runtime, type RuntimeFigures } from '../runtime.ts';

/** How often the loop is asked, ms: a stall is measured whole, a wait shorter than this may be missed. */
const RESOLUTION_MS = 10;
const WINDOW_MS = 60_000;
/** Questions within this time, ms, get the same answer: who asks for one figure after the other gets them of one window. */
const SAME_ANSWER_MS = 500;

export class NodeRuntime implements Runtime {
  #delay: IntervalHistogram | undefined;
  #observer: PerformanceObserver | undefined;
  #gcMs = 0;
  #windowStartMs = 0;
  #answer = NO_RUNTIME_FIGURES;
  #answeredMs = Number.NEGATIVE_INFINITY;

  watch(): void {
    if (this.#delay !== undefined) return;
    this.#delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#delay.enable();
    this.#observer = new PerformanceObserver((list) => this.#collected(list.getEntries()));
    this.#observer.observe({ entryTypes: ['gc'] });
    this.#windowStartMs = performance.now();
  }

  figures(): RuntimeFigures {
    const delay = this.#delay;
    if (delay === undefined) return NO_RUNTIME_FIGURES;
    const nowMs = performance.now();
    if (nowMs - this.#answeredMs < SAME_ANSWER_MS) return this.#answer;
    if (delay.count === 0) return NO_RUNTIME_FIGURES;
    this.#collected(this.#observer?.takeRecords() ?? []);
    // The histogram holds the whole time between two visits.
    const late = (nanos: number): number => Math.max(0, nanos / 1e6 - RESOLUTION_MS);
    const elapsedMs = nowMs - this.#windowStartMs;
    this.#answer = {
      loopDelayMs: {
        p50: late(delay.percentile(50)),
        p99: late(delay.percentile(99)),
        p999: late(delay.percentile(99.9)),
        max: late(delay.max),
      },
      gcShare: elapsedMs > 0 ? Math.min(1, this.#gcMs / elapsedMs) : 0,
    };
    this.#answeredMs = nowMs;
    if (elapsedMs >= WINDOW_MS) {
      delay.reset();
      this.#gcMs = 0;
      this.#windowStartMs = nowMs;
    }
    return this.#answer;
  }

  close(): void {
    this.#delay?.disable();
    this.#delay = undefined;
    this.#answeredMs = Number.NEGATIVE_INFINITY;
    this.#observer?.disconnect();
    this.#observer = undefined;
  }

  #collected(entries: readonly { readonly duration: number }[]): void {
    for (const { duration } of entries) this.#gcMs += duration;
  }
}
