import { defaultLogConfig, type LogConfig } from '@ottla/storage';
import type { SimulationOptions } from './simulation-options.ts';

/** The properties of the broker: what a run needs beyond what it draws. */
export function brokerProperties(options: SimulationOptions, host: string): Map<string, string> {
  return new Map([
    ['broker.id', '0'],
    ['listeners', 'PLAINTEXT://:9092'],
    ['advertised.listeners', `PLAINTEXT://${host}:9092`],
    ['log.dirs', options.logDirs.join(',')],
    ['offsets.topic.replication.factor', '1'],
    ['group.min.session.timeout.ms', '100'],
    ['auto.create.topics.enable', 'false'],
    ...Object.entries(options.brokerConfig),
  ]);
}

/** The configuration of the run's topics, for those who have no metadata to ask. */
export function logConfigOf(options: SimulationOptions): LogConfig {
  const { topicConfig } = options;
  const number = (name: string, otherwise: number): number => Number(topicConfig[name] ?? otherwise);
  return {
    ...defaultLogConfig,
    segmentBytes: number('segment.bytes', defaultLogConfig.segmentBytes),
    indexIntervalBytes: number('index.interval.bytes', defaultLogConfig.indexIntervalBytes),
    indexBytesMax: number('segment.index.bytes', defaultLogConfig.indexBytesMax),
    fileDeleteDelayMs: number('file.delete.delay.ms', defaultLogConfig.fileDeleteDelayMs),
    retentionMs: number('retention.ms', -1),
    retentionBytes: number('retention.bytes', -1),
  };
}
