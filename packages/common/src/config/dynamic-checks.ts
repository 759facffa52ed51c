import { logRetentionMs } from './broker-checks.ts';
import type { BrokerConfig } from './broker-config.ts';
import { ConfigException } from './config-exception.ts';
import { BROKER_CONFIG_DEF, BROKER_DYNAMIC_ONLY_DEF, listenerPrefixed } from './definitions.ts';

/** Of a listener's properties, those that may also be set for all brokers at once. */
const CLUSTER_LEVEL_LISTENER_PROPERTIES = ['max.connections', 'max.connection.creation.rate', 'num.network.threads'];
const PER_LISTENER_ONLY: readonly string[] = [
  'ssl.key.password',
  'ssl.keystore.certificate.chain',
  'ssl.keystore.key',
  'ssl.keystore.location',
  'ssl.keystore.password',
  'ssl.keystore.type',
  'ssl.truststore.certificates',
  'ssl.truststore.location',
  'ssl.truststore.password',
  'ssl.truststore.type',
];
const THREAD_COUNTS = [
  'background.threads',
  'num.io.threads',
  'num.network.threads',
  'num.recovery.threads.per.data.dir',
  'num.replica.fetchers',
];

/** What can be said of a layer of changes by itself (DynamicBrokerConfig.validateConfigs). Throws ConfigException. */
export function checkDynamicProperties(properties: ReadonlyMap<string, string>, isOwn: boolean): void {
  const names = [...properties.keys()];
  const readOnly = names.filter((name) => BROKER_CONFIG_DEF.key(name)?.updateMode === 'read-only');
  refuse(readOnly, 'Cannot update these configs dynamically');
  const withoutListener = names.filter((name) => PER_LISTENER_ONLY.includes(name));
  refuse(
    withoutListener,
    'These security configs can be dynamically updated only per-listener using the listener prefix',
    'HashSet',
  );
  for (const [name, value] of properties) {
    const base = listenerPrefixed(name)?.base ?? name;
    (BROKER_CONFIG_DEF.key(base) ?? BROKER_DYNAMIC_ONLY_DEF.key(base))?.parse(value);
  }
  if (!isOwn) {
    refuse(
      names.filter(isPerBroker),
      'Cannot update these configs at default cluster level, broker id must be specified',
    );
  }
}

/** What depends on the values before the change. Kafka's components check these, each in its own words. */
export function checkDynamicChange(before: BrokerConfig, after: BrokerConfig): void {
  for (const name of THREAD_COUNTS) {
    const [current, next] = [before.int(name), after.int(name)];
    if (current === next) continue;
    const text = `Dynamic thread count update validation failed for ${name}=${next}, value should`;
    if (next > current * 2) throw component(`${text} not be greater than double the current value ${current}`);
    if (next < Math.floor(current / 2)) throw component(`${text} be at least half the current value ${current}`);
  }
  const [current, next] = [before.int('log.cleaner.threads'), after.int('log.cleaner.threads')];
  if (next > current * 2) {
    throw component(`Log cleaner threads cannot be increased to more than double the current value ${current}`);
  }
  if (next < Math.floor(current / 2)) {
    throw component(`Log cleaner threads cannot be reduced to less than half the current value ${current}`);
  }
  checkLocalRetention(after);
}

/** Tiered storage keeps locally no more than there is in all. */
function checkLocalRetention(after: BrokerConfig): void {
  const limits = [
    ['log.local.retention.ms', 'log.retention.ms', logRetentionMs(after)],
    ['log.local.retention.bytes', 'log.retention.bytes', after.long('log.retention.bytes')],
  ] as const;
  for (const [name, limitName, limit] of limits) {
    const local = after.long(name);
    if (limit === -1 || local === -2) continue;
    if (local === -1) {
      throw component(
        `Invalid value -1 for configuration ${name}: Value must not be -1 as ${limitName} value is set as ${limit}.`,
      );
    }
    if (local > limit) {
      throw component(
        `Invalid value ${local} for configuration ${name}: Value must not be more than ${limitName} property value: ${limit}`,
      );
    }
  }
}

function isPerBroker(name: string): boolean {
  const prefixed = listenerPrefixed(name);
  if (prefixed !== undefined) return !CLUSTER_LEVEL_LISTENER_PROPERTIES.includes(prefixed.base);
  return BROKER_CONFIG_DEF.key(name)?.updateMode === 'per-broker';
}

/** Printed as Scala prints a set: one of more than four elements is a HashSet. */
function refuse(names: readonly string[], reason: string, set = names.length > 4 ? 'HashSet' : 'Set'): void {
  if (names.length > 0) throw new ConfigException(`${reason}: ${set}(${names.join(', ')})`);
}

function component(message: string): ConfigException {
  return new ConfigException(
    `Invalid value org.apache.kafka.common.config.ConfigException: ${message} for configuration Invalid dynamic configuration`,
  );
}
