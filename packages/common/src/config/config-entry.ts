import type { ConfigKey } from './config-def.ts';
import { CONFIG_TYPE_CODES } from './config-type.ts';

/** Where a value came from (KIP-226), as DescribeConfigs codes it. */
export const CONFIG_SOURCE = {
  dynamicTopic: 1,
  dynamicBroker: 2,
  dynamicDefaultBroker: 3,
  staticBroker: 4,
  default: 5,
  dynamicBrokerLogger: 6,
  clientMetrics: 7,
  group: 8,
} as const;

export type ConfigSource = (typeof CONFIG_SOURCE)[keyof typeof CONFIG_SOURCE];

export interface ConfigSynonym {
  readonly name: string;
  /** Null when sensitive. */
  readonly value: string | null;
  readonly source: ConfigSource;
}

/** One property of a DescribeConfigs response. Kafka's documentation texts are not carried: they are always absent. */
export interface ConfigEntry {
  readonly name: string;
  /** Null when unset or sensitive. */
  readonly value: string | null;
  readonly source: ConfigSource;
  readonly isReadOnly: boolean;
  readonly isSensitive: boolean;
  /** DescribeConfigsResponse.ConfigType. */
  readonly type: number;
  /** What the value was taken from first, then what it would fall back to. */
  readonly synonyms: readonly ConfigSynonym[];
}

/** Passwords, and properties that nobody knows: those could be a plug-in's passwords (KafkaConfig.maybeSensitive). */
export function isSensitive(key: ConfigKey | undefined): boolean {
  return key === undefined || key.type === 'PASSWORD';
}

export function typeCode(key: ConfigKey | undefined): number {
  return key === undefined ? 0 : CONFIG_TYPE_CODES[key.type];
}
