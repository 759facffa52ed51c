// What our broker says of its own process. Kafka has no such figures.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../conformance/lib/wait.mjs';

const FIGURES = {
  'loop delay p99.9 ms': 'ottla_runtime_eventloop_delayms999thpercentile',
  'GC %': 'ottla_runtime_garbagecollector_timepercent',
};

/** @param {import('../conformance/lib/targets.mjs').Target} target @returns {Promise<Record<string, number>>} */
export async function runtimeFigures(target) {
  if (target.isKafka) return {};
  const file = join(target.dir, 'logs', 'metrics.prom');
  rmSync(file, { force: true });
  process.kill(target.pid, 'SIGUSR2');
  let text = '';
  await until(
    'the metrics',
    5000,
    async () => {
      try {
        text = readFileSync(file, 'utf8');
      } catch {}
      return text.endsWith('\n');
    },
    20,
  );
  const value = (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  return Object.fromEntries(Object.entries(FIGURES).map(([figure, name]) => [figure, value(name)]));
}
