import { BrokerConfig } from '@ottla/common';
import type { NodeLogOptions } from '@ottla/platform/node';
import type { KafkaRelease } from './kafka-releases.ts';

export interface NewTestTopic {
  readonly name: string;
  /** Default: `num.partitions`. */
  readonly partitions?: number;
  readonly configs?: TestProperties;
}

/** Kafka's property names. */
export type TestProperties = Readonly<Record<string, string | number | boolean>>;

export interface StartBrokerOptions {
  /** Broker properties, over those a test broker has (`testDefaults`). */
  readonly config?: TestProperties;
  /** Topics that exist when the broker is ready: names, descriptions, or partitions by name. */
  readonly topics?: readonly (string | NewTestTopic)[] | Readonly<Record<string, number>>;
  /** On 127.0.0.1. Default: a free one. */
  readonly port?: number;
  /**
   * Where the logs are: in memory (default), in a folder of the system's temporary directory that goes with the
   * broker, or in the folder with this path, which stays.
   */
  readonly directory?: 'memory' | 'temporary' | (string & {});
  /** What the broker logs: nothing (default), to stdout, or whole lines to a function. */
  readonly log?: 'silent' | 'inherit' | ((lines: string) => void);
  /** Pretends to be this release of Kafka: APIs and versions it lacks are neither listed nor served. */
  readonly asVersion?: KafkaRelease;
}

/** In memory, paths mean nothing to anybody else. */
export const MEMORY_DIRECTORY = '/kafka-logs';

/**
 * Where a test broker differs from Kafka: id 1 unless the folder has one, groups start at once, internal topics have
 * one partition (which is quick to create).
 */
const testDefaults: TestProperties = {
  'group.initial.rebalance.delay.ms': 0,
  'offsets.topic.num.partitions': 1,
  'transaction.state.log.num.partitions': 1,
};

/** Throws ConfigException. */
export function brokerConfig(options: StartBrokerOptions, directory: string): BrokerConfig {
  const config = options.config ?? {};
  const hasId = 'broker.id' in config || 'node.id' in config;
  const own = {
    ...testDefaults,
    // The next id is what a broker without one takes, unless its folder knows better.
    ...(hasId ? {} : { 'reserved.broker.max.id': 0 }),
    listeners: `PLAINTEXT://127.0.0.1:${options.port ?? 0}`,
    'log.dirs': directory,
  };
  return BrokerConfig.parse({ file: textOf(own), overrides: textOf(config) });
}

export function logOptions(log: StartBrokerOptions['log']): NodeLogOptions {
  if (log === undefined || log === 'silent') return { console: 'none', rootLevel: 'OFF' };
  return { console: log === 'inherit' ? 'stdout' : log };
}

export function newTopics(topics: StartBrokerOptions['topics']): NewTestTopic[] {
  if (topics === undefined) return [];
  if (isList(topics)) return topics.map((topic) => (typeof topic === 'string' ? { name: topic } : topic));
  return Object.entries(topics).map(([name, partitions]) => ({ name, partitions }));
}

export function textOf(properties: TestProperties): Map<string, string> {
  return new Map(Object.entries(properties).map(([name, value]) => [name, String(value)]));
}

function isList<List extends readonly unknown[]>(value: List | object): value is List {
  return Array.isArray(value);
}
