import type { MetricsRegistry } from '@ottla/common';
import type { Runtime } from '@ottla/platform';

/**
 * How well the process keeps up: what a client waits for beside its own request. Gauges of our own, under
 * `ottla.runtime`: `type=EventLoop,name=DelayMs50thPercentile` and so on, `type=GarbageCollector,name=TimePercent`.
 */
export function registerRuntimeMetrics(registry: MetricsRegistry, runtime: Runtime): void {
  runtime.watch();
  const loop = { group: 'ottla.runtime', type: 'EventLoop' };
  registry.gauge({ ...loop, name: 'DelayMs50thPercentile' }, () => runtime.figures().loopDelayMs.p50);
  registry.gauge({ ...loop, name: 'DelayMs99thPercentile' }, () => runtime.figures().loopDelayMs.p99);
  registry.gauge({ ...loop, name: 'DelayMs999thPercentile' }, () => runtime.figures().loopDelayMs.p999);
  registry.gauge({ ...loop, name: 'DelayMsMax' }, () => runtime.figures().loopDelayMs.max);
  registry.gauge(
    { group: 'ottla.runtime', type: 'GarbageCollector', name: 'TimePercent' },
    () => runtime.figures().gcShare * 100,
  );
}
