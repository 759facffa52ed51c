import type { ConfigDef, ConfigValue } from '@ottla/common';
import { BROKER_CONFIG_DEF, BROKER_DYNAMIC_ONLY_DEF, brokerSynonyms } from '@ottla/common';

/** Where a broker property's text comes from, most specific first (ConfigEntry.ConfigSource). */
export type BrokerConfigSource = 'DYNAMIC_BROKER_CONFIG' | 'DYNAMIC_DEFAULT_BROKER_CONFIG' | 'STATIC_BROKER_CONFIG' | 'DEFAULT_CONFIG';

/** One candidate for a value: `name` may be a synonym, e.g. `log.retention.hours` for `log.retention.ms`. */
export interface ConfigSynonym {
  readonly name: string;
  /** Null for a default that is not set. */
  readonly value: string | null;
  readonly source: BrokerConfigSource;
}

/** In embedded mode, unless the file says otherwise: one broker can hold one replica. */
export const SINGLE_BROKER_DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['offsets.topic.replication.factor', '1'],
  ['transaction.state.log.replication.factor', '1'],
  ['transaction.state.log.min.isr', '1'],
  ['share.coordinator.state.topic.replication.factor', '1'],
  ['share.coordinator.state.topic.min.isr', '1'],
]);

const NOTHING: ReadonlyMap<string, string> = new Map();

/**
 * The broker's properties as they are now: the file, under what was set at run time for all brokers, under what was set
 * for this one. Nothing reads a property once and keeps it: ask again, or subscribe.
 */
export class BrokerConfig {
  readonly #static: ReadonlyMap<string, string>;
  readonly #implied: ReadonlyMap<string, string>;
  readonly #values = new Map<string, ConfigValue>();
  readonly #subscribers = new Map<string, Set<() => void>>();
  #clusterWide: ReadonlyMap<string, string> = NOTHING;
  #perBroker: ReadonlyMap<string, string> = NOTHING;

  /** `implied` are defaults that the mode changes. Values are checked by whoever read the file. */
  constructor(properties: ReadonlyMap<string, string>, implied: ReadonlyMap<string, string> = NOTHING) {
    this.#static = properties;
    this.#implied = implied;
  }

  /** The parsed value; null when there is none. Unknown names are a bug of the caller. */
  value(name: string): ConfigValue {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const key = definitionOf(name).key(name);
    if (key === undefined) throw new Error(`no broker property ${name}`);
    const text = this.#set(name) ?? this.#implied.get(name);
    const value = text === undefined ? key.defaultValue : key.parse(text);
    this.#values.set(name, value);
    return value;
  }

  /** INT, SHORT, LONG or DOUBLE; beyond 2^53 the nearest double. */
  int(name: string): number {
    const value = this.value(name);
    if (typeof value !== 'number' && typeof value !== 'bigint') throw new Error(`${name} is no number`);
    return Number(value);
  }

  boolean(name: string): boolean {
    const value = this.value(name);
    if (typeof value !== 'boolean') throw new Error(`${name} is no boolean`);
    return value;
  }

  /** Undefined when it is not set and has no default. */
  string(name: string): string | undefined {
    const value = this.value(name);
    if (value !== null && typeof value !== 'string') throw new Error(`${name} is no string`);
    return value ?? undefined;
  }

  strings(name: string): readonly string[] {
    const value = this.value(name);
    if (value === null) return [];
    if (!Array.isArray(value)) throw new Error(`${name} is no list`);
    return value.filter((item): item is string => typeof item === 'string');
  }

  /** True when the file or somebody at run time set it. */
  isSet(name: string): boolean {
    return this.#set(name) !== undefined;
  }

  /** Properties of the file. */
  get staticProperties(): ReadonlyMap<string, string> {
    return this.#static;
  }

  get clusterWideProperties(): ReadonlyMap<string, string> {
    return this.#clusterWide;
  }

  get perBrokerProperties(): ReadonlyMap<string, string> {
    return this.#perBroker;
  }

  /** Every candidate for the value, the one that counts first (DescribeConfigs). Values as written, also secrets. */
  synonyms(name: string, names: readonly string[] = brokerSynonyms(name)): ConfigSynonym[] {
    const found: ConfigSynonym[] = [];
    const collect = (texts: ReadonlyMap<string, string>, source: BrokerConfigSource): void => {
      for (const synonym of names) {
        const value = texts.get(synonym);
        if (value !== undefined) found.push({ name: synonym, value, source });
      }
    };
    collect(this.#perBroker, 'DYNAMIC_BROKER_CONFIG');
    collect(this.#clusterWide, 'DYNAMIC_DEFAULT_BROKER_CONFIG');
    collect(this.#static, 'STATIC_BROKER_CONFIG');
    for (const synonym of names) {
      const value = this.#implied.get(synonym) ?? definitionOf(synonym).key(synonym)?.defaultText ?? null;
      if (value !== null) found.push({ name: synonym, value, source: 'DEFAULT_CONFIG' });
    }
    return found;
  }

  /** Replaces what was set at run time; subscribers of what changed are called. Returns the names that changed. */
  applyDynamic(clusterWide: ReadonlyMap<string, string>, perBroker: ReadonlyMap<string, string>): string[] {
    const names = new Set([
      ...this.#clusterWide.keys(),
      ...this.#perBroker.keys(),
      ...clusterWide.keys(),
      ...perBroker.keys(),
    ]);
    const before = new Map([...names].map((name) => [name, this.#set(name)]));
    this.#clusterWide = clusterWide;
    this.#perBroker = perBroker;
    this.#values.clear();
    const changed = [...names].filter((name) => before.get(name) !== this.#set(name));
    for (const name of changed) {
      for (const subscriber of [...(this.#subscribers.get(name) ?? [])]) subscriber();
    }
    return changed;
  }

  /** Calls `changed` after the property's value may have changed. Returns the function that ends it. */
  subscribe(name: string, changed: () => void): () => void {
    const subscribers = this.#subscribers.get(name) ?? new Set();
    subscribers.add(changed);
    this.#subscribers.set(name, subscribers);
    return () => {
      subscribers.delete(changed);
    };
  }

  #set(name: string): string | undefined {
    return this.#perBroker.get(name) ?? this.#clusterWide.get(name) ?? this.#static.get(name);
  }
}

function definitionOf(name: string): ConfigDef {
  return BROKER_DYNAMIC_ONLY_DEF.has(name) ? BROKER_DYNAMIC_ONLY_DEF : BROKER_CONFIG_DEF;
}
