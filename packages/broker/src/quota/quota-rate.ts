/** How a rate is measured: over the last `count` windows of `sizeMs` each (`quota.window.num`, `quota.window.size.seconds`). */
export interface QuotaWindows {
  readonly count: number;
  readonly sizeMs: number;
}

interface Sample {
  readonly startMs: number;
  total: number;
}

/** Largest `throttleTimeMs` that an answer can tell. */
const THROTTLE_MS_MAX = 2 ** 31 - 1;

/** What happened per second of late, as Kafka's quotas count it (Java: Rate over a SampledStat, QuotaUtils). Times are monotonic ms. */
export class QuotaRate {
  readonly #windows: QuotaWindows;
  readonly #samples: Sample[] = [];
  /** Of the last `record`. */
  lastMs = Number.NEGATIVE_INFINITY;

  constructor(windows: QuotaWindows) {
    this.#windows = windows;
  }

  record(value: number, nowMs: number): void {
    this.lastMs = nowMs;
    this.#forget(nowMs);
    const current = this.#samples[this.#samples.length - 1];
    if (current !== undefined && nowMs - current.startMs < this.#windows.sizeMs) current.total += value;
    else this.#samples.push({ startMs: nowMs, total: value });
  }

  /** Per second. */
  measure(nowMs: number): number {
    this.#forget(nowMs);
    let total = 0;
    for (const sample of this.#samples) total += sample.total;
    return (total / this.#elapsedMs(nowMs)) * 1000;
  }

  /** How long nothing may happen until the rate is down to `bound`, ms; 0 while it is not above it. */
  throttleMs(bound: number, nowMs: number): number {
    const rate = this.measure(nowMs);
    if (rate <= bound) return 0;
    return Math.min(THROTTLE_MS_MAX, Math.round(((rate - bound) / bound) * this.#elapsedMs(nowMs)));
  }

  /** All windows but the last count as full, so that a burst after silence is measured over the whole time. */
  #elapsedMs(nowMs: number): number {
    const { count, sizeMs } = this.#windows;
    const elapsedMs = nowMs - (this.#samples[0]?.startMs ?? nowMs);
    const missing = count - 1 - Math.floor(elapsedMs / sizeMs);
    // With a single window that begins now no time has passed at all.
    return Math.max(missing > 0 ? elapsedMs + missing * sizeMs : elapsedMs, 1);
  }

  #forget(nowMs: number): void {
    const { count, sizeMs } = this.#windows;
    while ((this.#samples[0]?.startMs ?? nowMs) <= nowMs - count * sizeMs) this.#samples.shift();
    while (this.#samples.length > count) this.#samples.shift();
  }
}
