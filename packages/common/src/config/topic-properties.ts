import type { BrokerConfig } from './broker-config.ts';
import { ConfigException } from './config-exception.ts';
import type { ConfigValue } from './config-type.ts';
import { TOPIC_CONFIG_DEF } from './definitions.ts';

/** The value of a topic property that the topic does not set: the broker's, else Kafka's default. */
export function topicDefault(name: string, broker: BrokerConfig): ConfigValue {
  switch (name) {
    case 'retention.ms':
      return broker.logRetentionMs;
    case 'segment.ms':
      return broker.logRollMs;
    case 'segment.jitter.ms':
      return broker.logRollJitterMs;
    case 'flush.ms':
      return broker.logFlushMs;
    default: {
      const key = TOPIC_CONFIG_DEF.key(name);
      if (key?.brokerProperty !== undefined) return broker.get(key.brokerProperty);
      return key?.defaultValue ?? null;
    }
  }
}

/**
 * Checks the complete set of properties that a topic is to have (LogConfig.validate). Throws ConfigException; its
 * `javaClass` is InvalidConfigurationException where Kafka's is.
 */
export function checkTopicProperties(properties: ReadonlyMap<string, string>, broker: BrokerConfig): void {
  for (const name of properties.keys()) {
    if (!TOPIC_CONFIG_DEF.has(name)) throw invalidConfiguration(`Unknown topic config name: ${name}`);
  }
  const values = new Map<string, ConfigValue>();
  for (const [name, text] of properties) values.set(name, TOPIC_CONFIG_DEF.key(name)?.parse(text) ?? null);
  const get = (name: string): ConfigValue => values.get(name) ?? topicDefault(name, broker);
  const [minLagMs, maxLagMs] = [get('min.compaction.lag.ms'), get('max.compaction.lag.ms')];
  if (minLagMs !== null && maxLagMs !== null && minLagMs > maxLagMs) {
    throw invalidConfiguration(
      `conflict topic config setting min.compaction.lag.ms (${String(minLagMs)}) > max.compaction.lag.ms (${String(maxLagMs)})`,
    );
  }
  checkRemoteStorage(get, values, broker);
}

function checkRemoteStorage(
  get: (name: string) => ConfigValue,
  values: ReadonlyMap<string, ConfigValue>,
  broker: BrokerConfig,
): void {
  const onDisable = values.get('remote.log.delete.on.disable') ?? values.get('remote.log.copy.disable');
  if (broker.mode.kind === 'zookeeper' && onDisable === true) {
    throw invalidConfiguration(
      "It is invalid to set `remote.log.delete.on.disable` or `remote.log.copy.disable` under Zookeeper's mode.",
    );
  }
  if (get('remote.storage.enable') !== true) return;
  if (!broker.boolean('remote.log.storage.system.enable')) {
    throw new ConfigException(
      'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.',
    );
  }
}

function invalidConfiguration(message: string): ConfigException {
  return new ConfigException(message, 'org.apache.kafka.common.errors.InvalidConfigurationException');
}
