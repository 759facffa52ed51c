import { writeFileSync } from 'node:fs';
import type { Broker } from '@ottla/broker';
import { prometheusText } from '@ottla/common';
import type { LogSink } from '@ottla/platform';

/**
 * On SIGUSR2 the broker's metrics go to `file`, in Prometheus' text format: what a look at JMX is for Kafka. Returns how
 * to stop listening.
 */
export function writeMetricsOnSignal(broker: Broker, file: string, log: LogSink): () => void {
  const write = (): void => {
    try {
      writeFileSync(file, prometheusText(broker.services.metrics.registry.snapshot()));
    } catch (error) {
      log.write('WARN', 'kafka.Kafka$', `The metrics could not be written to ${file}`, error);
    }
  };
  // Windows has no such signal.
  if (process.platform === 'win32') return () => undefined;
  process.on('SIGUSR2', write);
  return () => void process.off('SIGUSR2', write);
}
