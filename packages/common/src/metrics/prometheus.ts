import type { HistogramValue } from './histogram.ts';
import type { MetricName } from './metric-name.ts';
import type { MetricSample, MetricsSnapshot } from './registry.ts';

const QUANTILES: readonly (readonly [string, keyof HistogramValue])[] = [
  ['0.50', 'p50'],
  ['0.75', 'p75'],
  ['0.95', 'p95'],
  ['0.98', 'p98'],
  ['0.99', 'p99'],
  ['0.999', 'p999'],
];

interface Family {
  readonly type: 'counter' | 'gauge' | 'summary';
  readonly lines: string[];
}

/**
 * A snapshot in Prometheus' text format 0.0.4. Names follow the rules that dashboards for Kafka's JMX exporter expect:
 * lower case, `kafka_server_brokertopicmetrics_messagesin_total{topic="x"}` for a `...PerSec` meter, `quantile` for a
 * histogram's percentiles. Gauges that are text are left out.
 */
export function prometheusText(snapshot: MetricsSnapshot): string {
  const families = new Map<string, Family>();
  for (const sample of snapshot.samples) add(families, sample);
  let text = '';
  for (const [name, family] of families) {
    text += `# TYPE ${name} ${family.type}\n`;
    for (const line of family.lines) text += `${line}\n`;
  }
  return text;
}

function add(families: Map<string, Family>, sample: MetricSample): void {
  const labels = labelsOf(sample.name);
  switch (sample.kind) {
    case 'counter':
      line(families, baseName(sample.name), 'gauge', labels, sample.value);
      return;
    case 'gauge':
      if (typeof sample.value === 'number') line(families, baseName(sample.name), 'gauge', labels, sample.value);
      return;
    case 'meter':
      line(families, `${perSecondName(sample.name)}_total`, 'counter', labels, sample.value.count);
      return;
    case 'histogram':
    case 'timer': {
      const name = baseName(sample.name);
      for (const [quantile, field] of QUANTILES) {
        line(families, name, 'summary', [...labels, ['quantile', quantile]], sample.value[field]);
      }
      line(families, name, 'summary', labels, sample.value.sum, '_sum');
      line(families, name, 'summary', labels, sample.value.count, '_count');
    }
  }
}

type Labels = readonly (readonly [string, string])[];

function line(
  families: Map<string, Family>,
  name: string,
  type: Family['type'],
  labels: Labels,
  value: number,
  suffix = '',
): void {
  const family = families.get(name) ?? { type, lines: [] };
  families.set(name, family);
  const text = labels.map(([key, label]) => `${key}="${escapeLabel(label)}"`).join(',');
  family.lines.push(`${name}${suffix}${text === '' ? '' : `{${text}}`} ${numberText(value)}`);
}

function baseName(name: MetricName): string {
  const parts = [name.group, name.type, name.name, name.attribute].filter((part) => part !== undefined);
  return parts
    .join('_')
    .replace(/[^a-zA-Z0-9_]/g, '_')
    .toLowerCase();
}

function perSecondName(name: MetricName): string {
  return baseName(name).replace(/persec$/, '');
}

function labelsOf(name: MetricName): Labels {
  return Object.entries(name.tags ?? {}).map(([key, value]) => [key.replace(/[^a-zA-Z0-9_]/g, '_'), value]);
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
