import { ConfigDef } from './config-def.ts';
import { BROKER_PROPERTIES } from './data/broker-properties.ts';
import { BROKER_SECURITY_PROPERTIES } from './data/broker-security-properties.ts';
import { GROUP_PROPERTIES } from './data/group-properties.ts';
import { TOPIC_PROPERTIES } from './data/topic-properties.ts';

/** Every property of a broker, of 3.9 and of 4.3, with the defaults of 3.9 (KafkaConfig). */
export const BROKER_CONFIG_DEF = new ConfigDef(BROKER_PROPERTIES, BROKER_SECURITY_PROPERTIES);

/** Every property of a topic (LogConfig). */
export const TOPIC_CONFIG_DEF = new ConfigDef(TOPIC_PROPERTIES);

/** Every property of a consumer, share or streams group (GroupConfig). */
export const GROUP_CONFIG_DEF = new ConfigDef(GROUP_PROPERTIES);

/** DynamicConfig.Broker: throttles that live only in the store, known to the brokers but not to a configuration file. */
export const BROKER_DYNAMIC_ONLY_DEF = new ConfigDef(`
leader.replication.throttled.rate|LONG|medium|9223372036854775807|[0,...]|cluster-wide
follower.replication.throttled.rate|LONG|medium|9223372036854775807|[0,...]|cluster-wide
replica.alter.log.dirs.io.max.bytes.per.second|LONG|medium|9223372036854775807|[0,...]|cluster-wide
`);

/** Families of properties of which the first that is set counts, the most precise first. */
const SYNONYMS: readonly (readonly string[])[] = [
  ['log.roll.ms', 'log.roll.hours'],
  ['log.roll.jitter.ms', 'log.roll.jitter.hours'],
  ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'],
];
const FLUSH_SYNONYMS = ['log.flush.interval.ms', 'log.flush.scheduler.interval.ms'];

/**
 * The names that can give a broker property its value, itself included, in order of precedence
 * (DynamicBrokerConfig.brokerConfigSynonyms). `listener.name.x.y` falls back to `y` where it is asked for.
 */
export function brokerSynonyms(name: string, withListenerPrefix = true): readonly string[] {
  if (name === 'log.flush.interval.ms') return FLUSH_SYNONYMS;
  const family = SYNONYMS.find((names) => names.includes(name));
  if (family !== undefined) return family;
  const base = withListenerPrefix ? listenerPrefixed(name)?.base : undefined;
  if (base === undefined) return [name];
  // A mechanism's own property (`plain.sasl.jaas.config`) falls back to the one for all mechanisms.
  const forAll = /^[^.]*\.(sasl\..*)$/.exec(base)?.[1];
  return [name, forAll !== undefined && BROKER_CONFIG_DEF.has(forAll) ? forAll : base];
}

/** `listener.name.external.ssl.keystore.location` is `ssl.keystore.location` of the listener `external`. */
export function listenerPrefixed(name: string): { readonly listener: string; readonly base: string } | undefined {
  const match = /^listener\.name\.([^.]*)\.(.*)$/.exec(name);
  return match?.[1] === undefined || match[2] === undefined ? undefined : { listener: match[1], base: match[2] };
}
