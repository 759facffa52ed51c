import { BrokerConfig } from './broker-config.ts';
import type { ConfigKey } from './config-def.ts';
import {
  CONFIG_SOURCE,
  type ConfigEntry,
  type ConfigSource,
  type ConfigSynonym,
  isSensitive,
  typeCode,
} from './config-entry.ts';
import { ConfigException } from './config-exception.ts';
import { ConfigReader } from './config-reader.ts';
import type { ConfigValue } from './config-type.ts';
import { BROKER_CONFIG_DEF, BROKER_DYNAMIC_ONLY_DEF, brokerSynonyms, listenerPrefixed } from './definitions.ts';
import { checkDynamicChange, checkDynamicProperties } from './dynamic-checks.ts';
import { formatConfigValue } from './values.ts';

type Properties = ReadonlyMap<string, string>;
const NONE: Properties = new Map();

/** Properties that may change while the broker runs. Nobody reads a property once and keeps it: subscribe to it. */
export abstract class ConfigView extends ConfigReader {
  /** Calls `changed` after the effective value of any of `names` has changed. Returns the way to stop that. */
  abstract subscribe(names: string | readonly string[], changed: () => void): () => void;
}

interface Subscription {
  readonly names: readonly string[];
  readonly changed: () => void;
}

/**
 * A broker's properties with the cluster's changes over them (DynamicBrokerConfig, KIP-226): this broker's own, else the
 * cluster-wide default, else the file's, else Kafka's default.
 */
export class DynamicBrokerConfig extends ConfigView {
  /** What the broker was started with. */
  readonly initial: BrokerConfig;
  #current: BrokerConfig;
  #defaults: Properties = NONE;
  #own: Properties = NONE;
  readonly #subscriptions = new Set<Subscription>();

  constructor(initial: BrokerConfig) {
    super();
    this.initial = initial;
    this.#current = initial;
  }

  /** All layers merged, as of now. */
  get current(): BrokerConfig {
    return this.#current;
  }

  override get(name: string): ConfigValue {
    return this.#current.get(name);
  }

  override subscribe(names: string | readonly string[], changed: () => void): () => void {
    const subscription = { names: typeof names === 'string' ? [names] : names, changed };
    this.#subscriptions.add(subscription);
    return () => this.#subscriptions.delete(subscription);
  }

  /** Replaces the cluster-wide layer (`/config/brokers/<default>`). Returns why properties were ignored. */
  setDefaults(properties: Properties): string[] {
    const problems: string[] = [];
    this.#defaults = this.#acceptable(properties, false, problems);
    this.#reload();
    return problems;
  }

  /** Replaces this broker's own layer (`/config/brokers/<id>`). Returns why properties were ignored. */
  setOwn(properties: Properties): string[] {
    const problems: string[] = [];
    this.#own = this.#acceptable(properties, true, problems);
    this.#reload();
    return problems;
  }

  get defaults(): Properties {
    return this.#defaults;
  }

  get own(): Properties {
    return this.#own;
  }

  /**
   * Checks `properties` as the complete new layer: this broker's own when `isOwn`, else the cluster-wide one. Throws
   * ConfigException with Kafka's text.
   */
  validate(properties: Properties, isOwn: boolean): void {
    checkDynamicProperties(properties, isOwn);
    const layers = isOwn ? [this.#defaults, properties] : [properties, this.#own];
    const next = new BrokerConfig(overlay(this.initial.properties, layers));
    checkDynamicChange(this.#current, next);
  }

  /** One property as DescribeConfigs shows it for this broker. */
  describe(name: string): ConfigEntry {
    const key = BROKER_CONFIG_DEF.key(name);
    const value = key === undefined ? this.#current.properties.get(name) : this.#current.get(name);
    const text = key === undefined ? (value ?? null) : formatConfigValue(value ?? null, key.type);
    const synonyms = this.synonyms(name);
    return {
      name,
      value: isSensitive(described(name)) ? null : text === null ? null : String(text),
      source: synonyms[0]?.source ?? CONFIG_SOURCE.default,
      isReadOnly: !isDynamic(name),
      isSensitive: isSensitive(described(name)),
      type: typeCode(described(name)),
      synonyms,
    };
  }

  /** Every property that is not internal, and the unknown ones that were set; sorted by name. */
  describeAll(): ConfigEntry[] {
    const names = new Set(this.#current.properties.keys());
    for (const name of BROKER_CONFIG_DEF.names()) {
      if (BROKER_CONFIG_DEF.key(name)?.isInternal === false) names.add(name);
    }
    return [...names].sort().map((name) => this.describe(name));
  }

  /** The cluster-wide layer, as DescribeConfigs shows it for the broker with the empty name. */
  describeDefaults(): ConfigEntry[] {
    return [...this.#defaults.keys()].sort().map((name) => {
      const entry = this.describe(name);
      const synonyms = entry.synonyms.filter((synonym) => synonym.source === CONFIG_SOURCE.dynamicDefaultBroker);
      return {
        ...entry,
        value: synonyms[0]?.value ?? null,
        source: synonyms[0]?.source ?? CONFIG_SOURCE.default,
        synonyms,
      };
    });
  }

  /** What gives the property its value, and what it falls back to (ConfigHelper.configSynonyms). */
  synonyms(name: string): ConfigSynonym[] {
    const names = brokerSynonyms(name);
    const found: ConfigSynonym[] = [];
    const sensitive = isSensitive(described(name));
    const add = (source: ConfigSource, read: (synonym: string) => string | null | undefined): void => {
      for (const synonym of names) {
        const value = read(synonym);
        if (value !== undefined && value !== null)
          found.push({ name: synonym, value: sensitive ? null : value, source });
      }
    };
    add(CONFIG_SOURCE.dynamicBroker, (synonym) => this.#own.get(synonym));
    add(CONFIG_SOURCE.dynamicDefaultBroker, (synonym) => this.#defaults.get(synonym));
    add(CONFIG_SOURCE.staticBroker, (synonym) => this.initial.properties.get(synonym));
    add(CONFIG_SOURCE.default, (synonym) => this.#defaultText(synonym));
    // Kafka begins the list at the property's own name: what only others give is not shown.
    const first = found.findIndex((synonym) => synonym.name === name);
    return first < 0 ? [] : found.slice(first);
  }

  #defaultText(name: string): string | null {
    const key = BROKER_CONFIG_DEF.key(name);
    const value = this.initial.defaultOf(name);
    return key === undefined || value === undefined ? null : formatConfigValue(value, key.type);
  }

  /** What was stored may come from another version, or from a hand: an unusable property is left out, not the rest. */
  #acceptable(properties: Properties, isOwn: boolean, problems: string[]): Properties {
    const accepted = new Map<string, string>();
    for (const [name, value] of properties) {
      try {
        const candidate = new Map(accepted).set(name, value);
        checkDynamicProperties(new Map([[name, value]]), isOwn);
        new BrokerConfig(overlay(this.initial.properties, [candidate]));
        accepted.set(name, value);
      } catch (error) {
        if (!(error instanceof ConfigException)) throw error;
        problems.push(`Dynamic config ${name} is ignored: ${error.message}`);
      }
    }
    return accepted;
  }

  #reload(): void {
    const before = this.#current;
    this.#current = new BrokerConfig(overlay(this.initial.properties, [this.#defaults, this.#own]));
    const changed = new Map<string, boolean>();
    const isChanged = (name: string): boolean => {
      const known = changed.get(name);
      if (known !== undefined) return known;
      const result = textOf(before, name) !== textOf(this.#current, name);
      changed.set(name, result);
      return result;
    };
    for (const subscription of Array.from(this.#subscriptions)) {
      if (this.#subscriptions.has(subscription) && subscription.names.some(isChanged)) subscription.changed();
    }
  }
}

/** By its own name: Kafka shows a listener's own property as read-only, although it may change. */
function isDynamic(name: string): boolean {
  return (BROKER_CONFIG_DEF.key(name)?.updateMode ?? 'read-only') !== 'read-only';
}

/** What is known of the property, also of a throttle and of a listener's own (KafkaConfig.configType). */
function described(name: string): ConfigKey | undefined {
  const base = listenerPrefixed(name)?.base;
  return (
    BROKER_CONFIG_DEF.key(name) ??
    BROKER_DYNAMIC_ONLY_DEF.key(name) ??
    (base === undefined ? undefined : BROKER_CONFIG_DEF.key(base))
  );
}

function textOf(config: BrokerConfig, name: string): string | null {
  const key = BROKER_CONFIG_DEF.key(name);
  if (key === undefined) return config.properties.get(name) ?? null;
  const value = config.get(name);
  return key.type === 'PASSWORD' ? (config.properties.get(name) ?? null) : formatConfigValue(value, key.type);
}

/** Later layers over earlier ones; a property hides all of its synonyms below it. */
function overlay(base: Properties, layers: readonly Properties[]): Map<string, string> {
  const result = new Map(base);
  for (const layer of layers) {
    for (const [name, value] of layer) {
      for (const synonym of brokerSynonyms(name, false)) result.delete(synonym);
      result.set(name, value);
    }
  }
  return result;
}
