/** The client's metrics as `--print-metrics` shows them. Java: ToolsUtils.printMetrics. */
import type { ClientMetric } from '@ottla/client';
import { javaFixed } from '../cli/java-format.ts';

export function metricsTable(metrics: readonly ClientMetric[]): string {
  const rows = metrics
    .map(({ group, name, tags, value }) => {
      const labels = Object.entries(tags).map(([tag, text]) => `${tag}=${text}`);
      return { name: `${group}:${name}:{${labels.join(', ')}}`, value: javaFixed(value, 3) };
    })
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, value }) => `${name.padEnd(width)} : ${value}`);
  return ['', `${'Metric Name'.padEnd(width)}   Value`, ...lines, ''].join('\n');
}
