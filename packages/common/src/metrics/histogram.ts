import type { Clock } from '@ottla/platform';

/** Buckets per power of two: a percentile is at most 1/32 above the true value. */
const SUB_BUCKET_BITS = 5;
const SUB_BUCKETS = 1 << SUB_BUCKET_BITS;
/** Percentiles cover the current window and the one before it: 2.5 to 5 minutes, as Yammer's biased samples. */
const WINDOW_MS = 150_000;
/** Everything at or above 2^53 units shares the last bucket. */
const UNITS_MAX = Number.MAX_SAFE_INTEGER;

export interface HistogramOptions {
  /** Smallest difference between values that matters, default 1. 0.001 for milliseconds measured in microseconds. */
  readonly resolution?: number;
}

/** `count`, `sum`, `min`, `max`, `mean` and `stdDev` since the start; percentiles of the last minutes. */
export interface HistogramValue {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stdDev: number;
  readonly p50: number;
  readonly p75: number;
  readonly p95: number;
  readonly p98: number;
  readonly p99: number;
  readonly p999: number;
}

/**
 * A distribution of values >= 0 in logarithmic buckets. `update` allocates nothing once the buckets reach the largest
 * value seen; memory is at most 1,600 counters of 4 bytes, twice.
 */
export class Histogram {
  readonly #clock: Clock;
  readonly #resolution: number;
  #current = new Uint32Array(0);
  #previous = new Uint32Array(0);
  #windowStartMs: number;
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #mean = 0;
  #squares = 0;

  constructor(clock: Clock, options: HistogramOptions = {}) {
    this.#clock = clock;
    this.#resolution = options.resolution ?? 1;
    this.#windowStartMs = clock.monotonicMs();
  }

  /** Negative values count as 0. Pass `nowMs` (monotonic) where it is already known. */
  update(value: number, nowMs: number = this.#clock.monotonicMs()): void {
    const sample = value > 0 ? value : 0;
    if (nowMs - this.#windowStartMs >= WINDOW_MS) this.#rotate(nowMs);
    const bucket = bucketOf(Math.min(Math.round(sample / this.#resolution), UNITS_MAX));
    if (bucket >= this.#current.length) this.#grow(bucket);
    this.#current[bucket] = (this.#current[bucket] ?? 0) + 1;
    this.#count++;
    this.#sum += sample;
    if (sample < this.#min) this.#min = sample;
    if (sample > this.#max) this.#max = sample;
    const delta = sample - this.#mean;
    this.#mean += delta / this.#count;
    this.#squares += delta * (sample - this.#mean);
  }

  get count(): number {
    return this.#count;
  }

  value(): HistogramValue {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#windowStartMs >= WINDOW_MS) this.#rotate(nowMs);
    const [p50, p75, p95, p98, p99, p999] = this.#percentiles([0.5, 0.75, 0.95, 0.98, 0.99, 0.999]);
    return {
      count: this.#count,
      sum: this.#sum,
      min: this.#count === 0 ? 0 : this.#min,
      max: this.#count === 0 ? 0 : this.#max,
      mean: this.#mean,
      stdDev: this.#count > 1 ? Math.sqrt(this.#squares / (this.#count - 1)) : 0,
      p50: p50 ?? 0,
      p75: p75 ?? 0,
      p95: p95 ?? 0,
      p98: p98 ?? 0,
      p99: p99 ?? 0,
      p999: p999 ?? 0,
    };
  }

  /** The values at ascending `quantiles`: the upper bound of the bucket each one falls into. */
  #percentiles(quantiles: readonly number[]): number[] {
    const length = Math.max(this.#current.length, this.#previous.length);
    let total = 0;
    for (let bucket = 0; bucket < length; bucket++) total += this.#countIn(bucket);
    const result: number[] = [];
    let seen = 0;
    let bucket = -1;
    for (const quantile of quantiles) {
      const rank = Math.max(1, Math.ceil(quantile * total));
      while (seen < rank && bucket < length) seen += this.#countIn(++bucket);
      result.push(total === 0 ? 0 : Math.min(upperBoundOf(bucket) * this.#resolution, this.#max));
    }
    return result;
  }

  #countIn(bucket: number): number {
    return (this.#current[bucket] ?? 0) + (this.#previous[bucket] ?? 0);
  }

  #rotate(nowMs: number): void {
    const older = this.#previous;
    const isStale = nowMs - this.#windowStartMs >= 2 * WINDOW_MS;
    this.#previous = this.#current;
    this.#current = older.fill(0);
    if (isStale) this.#previous.fill(0);
    this.#windowStartMs = nowMs;
  }

  #grow(bucket: number): void {
    const larger = new Uint32Array(Math.ceil((bucket + 1) / SUB_BUCKETS) * SUB_BUCKETS);
    larger.set(this.#current);
    this.#current = larger;
  }
}

/** Units below 64 have a bucket each; above, every power of two is cut into 32. */
function bucketOf(units: number): number {
  if (units < 2 * SUB_BUCKETS) return units;
  const exponent = units < 2 ** 31 ? 31 - Math.clz32(units) : 62 - Math.clz32(Math.floor(units / 2 ** 31));
  const shift = exponent - SUB_BUCKET_BITS;
  return shift * SUB_BUCKETS + Math.floor(units / 2 ** shift);
}

function upperBoundOf(bucket: number): number {
  if (bucket < 2 * SUB_BUCKETS) return Math.max(bucket, 0);
  const shift = Math.floor(bucket / SUB_BUCKETS) - 1;
  return (bucket - shift * SUB_BUCKETS + 1) * 2 ** shift - 1;
}
