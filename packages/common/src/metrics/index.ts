export type { HistogramOptions, HistogramValue } from './histogram.ts';
export { Histogram } from './histogram.ts';
export type { MeterValue } from './meter.ts';
export { Meter } from './meter.ts';
export type { MetricName } from './metric-name.ts';
export { mbeanName, metricKey } from './metric-name.ts';
export { prometheusText } from './prometheus.ts';
export type { MetricSample, MetricsSnapshot } from './registry.ts';
export { Counter, DurationTimer, MetricsRegistry } from './registry.ts';
