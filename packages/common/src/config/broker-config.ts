import type { Int64 } from '../int64.ts';
import { InvariantError } from '../invariant.ts';
import { checkBrokerConfig, logDirs, logFlushMs, logRetentionMs, logRollJitterMs, logRollMs } from './broker-checks.ts';
import { type BrokerListeners, brokerListeners, refuseUnsupportedListeners } from './broker-listeners.ts';
import { type BrokerMode, brokerMode } from './broker-mode.ts';
import { ConfigException, require } from './config-exception.ts';
import { ConfigReader } from './config-reader.ts';
import type { ConfigValue } from './config-type.ts';
import { BROKER_CONFIG_DEF, listenerPrefixed } from './definitions.ts';
import { replaceLegacyNames } from './legacy-names.ts';
import type { ListenerConfig } from './listener-config.ts';
import { unknownPropertyWarning } from './unknown-property.ts';

/** Where properties come from; a later one wins over an earlier one. */
export interface BrokerConfigSources {
  readonly file?: ReadonlyMap<string, string>;
  /** From `environmentProperties`. */
  readonly environment?: ReadonlyMap<string, string>;
  /** From `--override`. */
  readonly overrides?: ReadonlyMap<string, string>;
}

/** One broker serves all of an embedded cluster: its internal topics cannot have the replicas that Kafka's defaults ask for. */
const EMBEDDED_DEFAULTS: Readonly<Record<string, ConfigValue>> = {
  'offsets.topic.replication.factor': 1,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
};

/** A broker's properties, parsed and checked (KafkaConfig). Never changes: `DynamicBrokerConfig` lays changes over it. */
export class BrokerConfig extends ConfigReader {
  /** What was set, old names replaced, unknown ones included. */
  readonly properties: ReadonlyMap<string, string>;
  readonly mode: BrokerMode;
  /** `broker.id` or `node.id`; -1: to be taken from meta.properties or generated (see `chooseBrokerId`). */
  readonly brokerId: number;
  readonly logDirs: readonly string[];
  readonly logRetentionMs: Int64;
  readonly logRollMs: Int64;
  readonly logRollJitterMs: Int64;
  readonly logFlushMs: Int64;
  readonly #sourceWarnings: readonly string[];
  readonly #listeners: BrokerListeners;
  readonly #values = new Map<string, ConfigValue>();

  /** Throws ConfigException with Kafka's text where Kafka refuses too. */
  constructor(properties: ReadonlyMap<string, string>, warnings: readonly string[] = []) {
    super();
    this.properties = withIdSynonyms(properties);
    for (const [name, text] of this.properties) {
      const key = BROKER_CONFIG_DEF.key(name);
      if (key !== undefined) this.#values.set(name, key.parse(text));
    }
    this.brokerId = this.int('broker.id');
    if (this.int('node.id') !== this.brokerId) {
      throw new ConfigException('You must set `node.id` to the same value as `broker.id`.');
    }
    this.mode = brokerMode(this);
    if (!this.#isKRaftFile()) checkBrokerId(this);
    this.#listeners = brokerListeners(this, this.mode, (name) => this.properties.has(name));
    checkBrokerConfig(this);
    refuseUnsupportedListeners(this.listeners);
    this.logDirs = logDirs(this);
    this.logRetentionMs = logRetentionMs(this);
    this.logRollMs = logRollMs(this);
    this.logRollJitterMs = logRollJitterMs(this);
    this.logFlushMs = logFlushMs(this);
    this.#sourceWarnings = warnings;
  }

  /** Merges the sources, replaces old names, parses and checks. Throws ConfigException. */
  static parse(sources: BrokerConfigSources): BrokerConfig {
    const properties = new Map<string, string>();
    for (const source of [sources.file, sources.environment, sources.overrides]) {
      for (const [name, value] of source ?? []) properties.set(name, value);
    }
    return new BrokerConfig(properties, replaceLegacyNames(properties));
  }

  get listeners(): readonly ListenerConfig[] {
    return this.#listeners.listeners;
  }

  /** What clients and other brokers are told; an empty host stands for the machine's name, port 0 for the bound one. */
  get advertisedListeners(): readonly ListenerConfig[] {
    return this.#listeners.advertisedListeners;
  }

  get interBrokerListenerName(): string {
    return this.#listeners.interBrokerListenerName;
  }

  override get(name: string): ConfigValue {
    const value = this.#values.get(name);
    if (value !== undefined) return value;
    const defaultValue = this.defaultOf(name);
    if (defaultValue === undefined) throw new InvariantError(`there is no broker configuration '${name}'`);
    this.#values.set(name, defaultValue);
    return defaultValue;
  }

  /** The default in this mode; undefined for an unknown property. */
  defaultOf(name: string): ConfigValue | undefined {
    const embedded = EMBEDDED_DEFAULTS[name];
    if (embedded !== undefined && this.mode.kind === 'embedded') return embedded;
    return BROKER_CONFIG_DEF.key(name)?.defaultValue;
  }

  /** For the log at start: unknown and replaced properties, and what of the file is not done. */
  warnings(): string[] {
    const warnings = [...this.#sourceWarnings];
    for (const name of this.properties.keys()) {
      const base = listenerPrefixed(name)?.base ?? name;
      if (!BROKER_CONFIG_DEF.has(base)) warnings.push(...unknownPropertyWarning(base, name));
    }
    if (this.#isKRaftFile()) {
      const names = this.#listeners.controllerListenerNames.join(', ');
      warnings.push(
        `process.roles asks for KRaft with this node as only voter: running on the embedded metadata store instead; the controller listener ${names} is not opened.`,
      );
    }
    return warnings;
  }

  #isKRaftFile(): boolean {
    return this.mode.kind === 'embedded' && this.mode.isKRaftFile;
  }
}

function withIdSynonyms(properties: ReadonlyMap<string, string>): Map<string, string> {
  const result = new Map(properties);
  const [brokerId, nodeId] = [result.get('broker.id'), result.get('node.id')];
  if (brokerId === undefined && nodeId !== undefined) result.set('broker.id', nodeId);
  if (nodeId === undefined && brokerId !== undefined) result.set('node.id', brokerId);
  return result;
}

function checkBrokerId(config: BrokerConfig): void {
  if (!config.boolean('broker.id.generation.enable')) {
    require(config.brokerId >= 0, 'broker.id must be greater than or equal to 0');
    return;
  }
  require(config.brokerId >= -1 &&
    config.brokerId <=
      config.int(
        'reserved.broker.max.id',
      ), 'broker.id must be greater than or equal to -1 and not greater than reserved.broker.max.id');
}
