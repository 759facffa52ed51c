import { ConfigException } from './config-exception.ts';
import type { ConfigType, ConfigValue } from './config-type.ts';
import { type Validator, validatorOf } from './validators.ts';
import { parseConfigValue } from './values.ts';

export type Importance = 'high' | 'medium' | 'low';
/** How a broker property may change while the broker runs (Kafka's dynamic update mode). */
export type UpdateMode = 'read-only' | 'per-broker' | 'cluster-wide';

/** One property (ConfigDef.ConfigKey). */
export class ConfigKey {
  readonly name: string;
  readonly type: ConfigType;
  readonly importance: Importance;
  /** Null: none. */
  readonly defaultText: string | null;
  readonly isRequired: boolean;
  /** Not shown to users. */
  readonly isInternal: boolean;
  readonly updateMode: UpdateMode;
  /** For a topic property: the broker property that gives its default. */
  readonly brokerProperty: string | undefined;
  readonly #validator: Validator | undefined;
  #default: ConfigValue | undefined;

  /** `line`: `name|type|importance|default|valid|flags`, as in `data/`. */
  constructor(line: string) {
    const [name = '', type = '', importance = '', defaultText = '', valid = '', flagText = ''] = line.split('|');
    const flags = flagText.split(' ');
    this.name = name;
    this.type = typeOf(type, line);
    this.importance = importance === 'high' || importance === 'low' ? importance : 'medium';
    this.isRequired = defaultText === '(required)';
    this.defaultText = defaultText === 'null' || this.isRequired ? null : defaultText;
    this.isInternal = flags.includes('internal');
    this.updateMode = flags.includes('per-broker')
      ? 'per-broker'
      : flags.includes('cluster-wide')
        ? 'cluster-wide'
        : 'read-only';
    this.brokerProperty = flags.find((flag) => flag.startsWith('broker='))?.slice('broker='.length);
    this.#validator = valid === '' ? undefined : validatorOf(valid, this.type);
  }

  /** Parsed, not validated: Kafka lets a default of its own be what no user may set. */
  get defaultValue(): ConfigValue {
    this.#default ??= parseConfigValue(this.name, this.defaultText, this.type);
    return this.#default;
  }

  /** The value, checked. Throws ConfigException. */
  parse(text: string | null): ConfigValue {
    const value = parseConfigValue(this.name, text, this.type);
    this.#validator?.(this.name, value);
    return value;
  }
}

/** A set of properties (Kafka's ConfigDef). Its lines are read when a property is first asked for. */
export class ConfigDef {
  readonly #tables: readonly string[];
  #lines: Map<string, string> | undefined;
  readonly #keys = new Map<string, ConfigKey>();

  /** Tables in the format of `data/`; empty lines are skipped. A later table wins over an earlier one. */
  constructor(...tables: readonly string[]) {
    this.#tables = tables;
  }

  has(name: string): boolean {
    return this.#byName().has(name);
  }

  /** Sorted. */
  names(): string[] {
    return [...this.#byName().keys()].sort();
  }

  key(name: string): ConfigKey | undefined {
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const line = this.#byName().get(name);
    if (line === undefined) return undefined;
    const key = new ConfigKey(line);
    this.#keys.set(name, key);
    return key;
  }

  /** Every property's value: given, or its default. Unknown names are left out. Throws ConfigException at the first fault. */
  parse(properties: ReadonlyMap<string, string>): Map<string, ConfigValue> {
    const values = new Map<string, ConfigValue>();
    for (const name of this.names()) {
      const key = this.key(name);
      if (key === undefined) continue;
      const text = properties.get(name);
      if (text !== undefined) values.set(name, key.parse(text));
      else if (key.isRequired) {
        throw new ConfigException(`Missing required configuration "${name}" which has no default value.`);
      } else values.set(name, key.defaultValue);
    }
    return values;
  }

  #byName(): Map<string, string> {
    if (this.#lines !== undefined) return this.#lines;
    const lines = new Map<string, string>();
    for (const table of this.#tables) {
      for (const line of table.split('\n')) {
        if (line !== '') lines.set(line.slice(0, line.indexOf('|')), line);
      }
    }
    this.#lines = lines;
    return lines;
  }
}

function typeOf(type: string, line: string): ConfigType {
  switch (type) {
    case 'BOOLEAN':
    case 'STRING':
    case 'INT':
    case 'SHORT':
    case 'LONG':
    case 'DOUBLE':
    case 'LIST':
    case 'CLASS':
    case 'PASSWORD':
      return type;
    default:
      throw new Error(`no configuration type '${type}' in '${line}'`);
  }
}
