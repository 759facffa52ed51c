import type { Clock } from '@ottla/platform';
import { Histogram, type HistogramOptions, type HistogramValue } from './histogram.ts';
import { Meter, type MeterValue } from './meter.ts';
import { type MetricName, mbeanName, metricKey } from './metric-name.ts';

/** A number that only its owner changes. */
export class Counter {
  #count = 0;

  increment(by = 1): void {
    this.#count += by;
  }

  decrement(by = 1): void {
    this.#count -= by;
  }

  get count(): number {
    return this.#count;
  }
}

/** Durations in ms: their distribution, and the rate of events (Yammer's Timer). */
export class DurationTimer {
  readonly meter: Meter;
  readonly histogram: Histogram;

  constructor(clock: Clock) {
    this.meter = new Meter(clock);
    this.histogram = new Histogram(clock, { resolution: 0.001 });
  }

  update(durationMs: number, nowMs?: number): void {
    this.meter.mark(1, nowMs);
    this.histogram.update(durationMs, nowMs);
  }
}

export type MetricSample =
  | { readonly kind: 'counter'; readonly name: MetricName; readonly value: number }
  | { readonly kind: 'gauge'; readonly name: MetricName; readonly value: number | string }
  | { readonly kind: 'meter'; readonly name: MetricName; readonly value: MeterValue }
  | { readonly kind: 'histogram'; readonly name: MetricName; readonly value: HistogramValue }
  | { readonly kind: 'timer'; readonly name: MetricName; readonly meter: MeterValue; readonly value: HistogramValue };

/** Plain data, sorted by MBean name. */
export interface MetricsSnapshot {
  readonly wallMs: number;
  readonly samples: readonly MetricSample[];
}

type Metric =
  | { readonly kind: 'counter'; readonly name: MetricName; readonly metric: Counter }
  | { readonly kind: 'gauge'; readonly name: MetricName; readonly read: () => number | string }
  | { readonly kind: 'meter'; readonly name: MetricName; readonly metric: Meter }
  | { readonly kind: 'histogram'; readonly name: MetricName; readonly metric: Histogram }
  | { readonly kind: 'timer'; readonly name: MetricName; readonly metric: DurationTimer };

/**
 * The metrics of one broker or client. Asking twice for one name gives the same meter, counter or histogram; a gauge
 * registered again replaces the first. Look metrics up once and keep them: a look-up builds the MBean's text.
 */
export class MetricsRegistry {
  readonly #clock: Clock;
  readonly #metrics = new Map<string, Metric>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#metrics.size;
  }

  counter(name: MetricName): Counter {
    const key = metricKey(name);
    const found = this.#metrics.get(key);
    if (found?.kind === 'counter') return found.metric;
    const metric = new Counter();
    this.#add(key, found, { kind: 'counter', name, metric });
    return metric;
  }

  /** `read` is called when a snapshot is taken; a number, or text as some of Kafka's gauges give. */
  gauge(name: MetricName, read: () => number | string): void {
    const key = metricKey(name);
    const found = this.#metrics.get(key);
    this.#add(key, found?.kind === 'gauge' ? undefined : found, { kind: 'gauge', name, read });
  }

  meter(name: MetricName): Meter {
    const key = metricKey(name);
    const found = this.#metrics.get(key);
    if (found?.kind === 'meter') return found.metric;
    const metric = new Meter(this.#clock);
    this.#add(key, found, { kind: 'meter', name, metric });
    return metric;
  }

  histogram(name: MetricName, options?: HistogramOptions): Histogram {
    const key = metricKey(name);
    const found = this.#metrics.get(key);
    if (found?.kind === 'histogram') return found.metric;
    const metric = new Histogram(this.#clock, options);
    this.#add(key, found, { kind: 'histogram', name, metric });
    return metric;
  }

  timer(name: MetricName): DurationTimer {
    const key = metricKey(name);
    const found = this.#metrics.get(key);
    if (found?.kind === 'timer') return found.metric;
    const metric = new DurationTimer(this.#clock);
    this.#add(key, found, { kind: 'timer', name, metric });
    return metric;
  }

  /** False when there is no such metric. */
  remove(name: MetricName): boolean {
    return this.#metrics.delete(metricKey(name));
  }

  /** Drops every metric with these tags, whatever its type: what a deleted topic leaves behind. */
  removeTagged(tags: Readonly<Record<string, string>>): void {
    const wanted = Object.entries(tags);
    for (const [key, metric] of this.#metrics) {
      if (wanted.every(([tag, value]) => metric.name.tags?.[tag] === value)) this.#metrics.delete(key);
    }
  }

  snapshot(): MetricsSnapshot {
    const keys = [...this.#metrics.keys()].sort();
    const samples: MetricSample[] = [];
    for (const key of keys) {
      const metric = this.#metrics.get(key);
      if (metric !== undefined) samples.push(sample(metric));
    }
    return { wallMs: this.#clock.wallMs(), samples };
  }

  #add(key: string, found: Metric | undefined, metric: Metric): void {
    if (found !== undefined)
      throw new Error(`${mbeanName(metric.name)} is a ${found.kind} already, not a ${metric.kind}`);
    this.#metrics.set(key, metric);
  }
}

function sample(metric: Metric): MetricSample {
  const { name } = metric;
  switch (metric.kind) {
    case 'counter':
      return { kind: 'counter', name, value: metric.metric.count };
    case 'gauge':
      return { kind: 'gauge', name, value: metric.read() };
    case 'meter':
      return { kind: 'meter', name, value: metric.metric.value() };
    case 'histogram':
      return { kind: 'histogram', name, value: metric.metric.value() };
    case 'timer':
      return { kind: 'timer', name, meter: metric.metric.meter.value(), value: metric.metric.histogram.value() };
  }
}
