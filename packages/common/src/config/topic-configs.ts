import { CONFIG_SOURCE, type ConfigEntry, isSensitive, typeCode } from './config-entry.ts';
import { ConfigException } from './config-exception.ts';
import type { ConfigValue } from './config-type.ts';
import { BROKER_CONFIG_DEF, brokerSynonyms, TOPIC_CONFIG_DEF } from './definitions.ts';
import type { DynamicBrokerConfig } from './dynamic-broker-config.ts';
import { type LogConfig, type LogConfigValues, logConfigValues } from './log-config.ts';
import { checkTopicProperties, topicDefault } from './topic-properties.ts';
import { formatConfigValue } from './values.ts';

type Properties = ReadonlyMap<string, string>;
const NONE: Properties = new Map();

class Subscribers {
  readonly #callbacks = new Set<() => void>();

  subscribe(changed: () => void): () => void {
    // Wrapped: the same function may be subscribed twice.
    const callback = (): void => changed();
    this.#callbacks.add(callback);
    return () => this.#callbacks.delete(callback);
  }

  notify(): void {
    for (const callback of Array.from(this.#callbacks)) callback();
  }
}

interface Topic {
  overrides: Properties;
  readonly values: Map<string, ConfigValue>;
  logConfig: LogConfig | undefined;
  readonly subscribers: Subscribers;
}

/** The properties of every topic: its own over the broker's defaults, live in both. */
export class TopicConfigs {
  readonly #broker: DynamicBrokerConfig;
  readonly #topics = new Map<string, Topic>();
  readonly #stop: () => void;

  constructor(broker: DynamicBrokerConfig) {
    this.#broker = broker;
    this.#stop = broker.subscribe(brokerProperties(), () => {
      for (const topic of this.#topics.values()) this.#refresh(topic);
    });
  }

  /** Stops following the broker's properties. */
  close(): void {
    this.#stop();
  }

  /** The live view of a topic; also of one that has no properties of its own yet. */
  logConfig(topic: string): LogConfig {
    const entry = this.#topic(topic);
    // In this order: an object that gets thirty properties one by one becomes a hash table, and every append reads this one.
    entry.logConfig ??= Object.assign(this.#values(entry), { subscribe: subscribeTo(entry.subscribers) });
    return entry.logConfig;
  }

  /** What the topic sets itself. */
  overrides(topic: string): Properties {
    return this.#topics.get(topic)?.overrides ?? NONE;
  }

  /** Replaces what the topic sets (`/config/topics/<topic>`). Returns why properties were ignored. */
  setOverrides(topic: string, properties: Properties): string[] {
    const problems: string[] = [];
    const entry = this.#topic(topic);
    const accepted = new Map<string, string>();
    entry.values.clear();
    for (const [name, text] of properties) {
      try {
        const key = TOPIC_CONFIG_DEF.key(name);
        if (key === undefined) throw new ConfigException(`Unknown topic config name: ${name}`);
        entry.values.set(name, key.parse(text));
        accepted.set(name, text);
      } catch (error) {
        if (!(error instanceof ConfigException)) throw error;
        problems.push(`Config ${name} of topic ${topic} is ignored: ${error.message}`);
      }
    }
    entry.overrides = accepted;
    this.#refresh(entry);
    return problems;
  }

  /** Forgets a deleted topic; its live view keeps its last values. */
  remove(topic: string): void {
    this.#topics.delete(topic);
  }

  /** Checks the complete set of properties that a topic is to have. Throws ConfigException with Kafka's text. */
  validate(properties: Properties): void {
    checkTopicProperties(properties, this.#broker.current);
  }

  /** The effective value. */
  get(topic: string, name: string): ConfigValue {
    return this.#topics.get(topic)?.values.get(name) ?? topicDefault(name, this.#broker.current);
  }

  /** Every property as DescribeConfigs shows it; sorted by name. */
  describe(topic: string): ConfigEntry[] {
    return this.describeProperties(this.overrides(topic));
  }

  /** As `describe`, for a topic with these properties: CreateTopics answers so with `validateOnly`. */
  describeProperties(overrides: Properties): ConfigEntry[] {
    const entries: ConfigEntry[] = [];
    for (const name of TOPIC_CONFIG_DEF.names()) {
      const key = TOPIC_CONFIG_DEF.key(name);
      if (key === undefined || key.isInternal) continue;
      const override = overrides.get(name);
      const value = override === undefined ? topicDefault(name, this.#broker.current) : key.parse(override);
      const text = formatConfigValue(value, key.type);
      const inherited = key.brokerProperty === undefined ? [] : this.#broker.synonyms(key.brokerProperty);
      const synonyms =
        override === undefined ? inherited : [{ name, value: text, source: CONFIG_SOURCE.dynamicTopic }, ...inherited];
      entries.push({
        name,
        value: text,
        source: synonyms[0]?.source ?? CONFIG_SOURCE.default,
        isReadOnly: false,
        isSensitive: isSensitive(key),
        type: typeCode(key),
        synonyms,
      });
    }
    return entries;
  }

  #topic(name: string): Topic {
    const known = this.#topics.get(name);
    if (known !== undefined) return known;
    const topic: Topic = { overrides: NONE, values: new Map(), logConfig: undefined, subscribers: new Subscribers() };
    this.#topics.set(name, topic);
    return topic;
  }

  #values(topic: Topic): LogConfigValues {
    return logConfigValues((name) => topic.values.get(name) ?? topicDefault(name, this.#broker.current));
  }

  #refresh(topic: Topic): void {
    if (topic.logConfig === undefined) return;
    const next = this.#values(topic);
    if (isSame(topic.logConfig, next)) return;
    Object.assign(topic.logConfig, next);
    topic.subscribers.notify();
  }
}

/** A LogConfig of these properties that never changes: for tools, and for logs without a broker. */
export function fixedLogConfig(properties: Properties = NONE): LogConfig {
  const values = new Map<string, ConfigValue>();
  for (const [name, text] of properties) {
    const key = TOPIC_CONFIG_DEF.key(name);
    if (key === undefined) throw new ConfigException(`Unknown topic config name: ${name}`);
    values.set(name, key.parse(text));
  }
  const get = (name: string): ConfigValue => values.get(name) ?? TOPIC_CONFIG_DEF.key(name)?.defaultValue ?? null;
  return { ...logConfigValues(get), subscribe: () => () => {} };
}

function subscribeTo(subscribers: Subscribers): (changed: () => void) => () => void {
  return (changed) => subscribers.subscribe(changed);
}

function isSame(a: LogConfigValues, b: LogConfigValues): boolean {
  for (const name of fieldsOf(b)) {
    const [left, right] = [a[name], b[name]];
    if (left !== right && !(Array.isArray(left) && Array.isArray(right) && left.join() === right.join())) return false;
  }
  return true;
}

function fieldsOf(values: LogConfigValues): (keyof LogConfigValues)[] {
  const isField = (name: string): name is keyof LogConfigValues => name in values;
  return Object.keys(values).filter(isField);
}

/** Every broker property that gives a topic property its default. */
function brokerProperties(): string[] {
  const names = new Set<string>();
  for (const name of TOPIC_CONFIG_DEF.names()) {
    const property = TOPIC_CONFIG_DEF.key(name)?.brokerProperty;
    if (property === undefined) continue;
    for (const synonym of brokerSynonyms(property)) if (BROKER_CONFIG_DEF.has(synonym)) names.add(synonym);
  }
  return [...names];
}
