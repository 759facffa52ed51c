/*
 * The schema files as a model: names made unique, version ranges resolved, struct references replaced by structs.
 * The format of the files is described in the package's README.
 */

export interface Range {
  readonly low: number;
  readonly high: number;
}

export type Primitive =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'float64'
  | 'uuid'
  | 'string'
  | 'bytes'
  | 'records';

export interface Field {
  readonly name: string;
  readonly isArray: boolean;
  /** The type, of the elements if an array. */
  readonly type: Primitive | Struct;
  readonly versions: Range;
  readonly nullable: Range | undefined;
  readonly tag: number | undefined;
  /** In the schema's JSON; undefined when there is none: the type's zero value. */
  readonly default: unknown;
  readonly ignorable: boolean;
  /** First version in which the field's own encoding is the compact one. */
  readonly flexibleFrom: number;
}

export interface Struct {
  /** Unique among all messages. */
  readonly name: string;
  readonly versions: Range;
  readonly flexibleFrom: number;
  readonly fields: readonly Field[];
}

export interface Message extends Struct {
  /** -1 if the message has none. */
  readonly apiKey: number;
  /** The nested structs, inner before outer. */
  readonly structs: readonly Struct[];
}

export interface Api {
  readonly name: string;
  readonly apiKey: number;
  readonly request: Message;
  readonly response: Message;
  readonly listeners: readonly string[];
  readonly latestVersionUnstable: boolean;
}

export type SchemaFile = { readonly api: Api } | { readonly message: Message };

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objects(value: unknown, what: string): Json[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every(isObject)) throw new Error(`${what}: a list of objects expected`);
  return value;
}

function text(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Error(`${what}: a string expected, not ${JSON.stringify(value)}`);
  return value;
}

function integer(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw new Error(`${what}: an integer expected`);
  return value;
}

/** `3`, `0-5`, `2+`, `none`; cut to `within`. */
export function parseVersions(value: unknown, within: Range): Range | undefined {
  if (value === undefined || value === 'none') return undefined;
  const match = /^(\d+)(?:(\+)|-(\d+))?$/.exec(text(value, 'versions'));
  if (match === null) throw new Error(`${JSON.stringify(value)} is not a version range`);
  const low = Number(match[1]);
  const high = match[2] === '+' ? Infinity : match[3] === undefined ? low : Number(match[3]);
  const cut = { low: Math.max(low, within.low), high: Math.min(high, within.high) };
  return cut.low <= cut.high ? cut : undefined;
}

const EVERY: Range = { low: 0, high: Infinity };
const PRIMITIVES: ReadonlySet<string> = new Set<Primitive>([
  'bool',
  'int8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'float64',
  'uuid',
  'string',
  'bytes',
  'records',
]);

function isPrimitive(type: string): type is Primitive {
  return PRIMITIVES.has(type);
}

export function parseFile(json: unknown): SchemaFile {
  if (!isObject(json)) throw new Error('an object expected');
  if (json['request'] === undefined) return { message: parseMessage(json, json['apiKey']) };
  const { request, response } = json;
  if (!isObject(request) || !isObject(response)) throw new Error('request and response expected');
  const listeners = request['listeners'];
  return {
    api: {
      name: text(json['api'], 'api'),
      apiKey: integer(json['apiKey'], 'apiKey'),
      request: parseMessage(request, json['apiKey']),
      response: parseMessage(response, json['apiKey']),
      listeners: Array.isArray(listeners) ? listeners.map((listener) => text(listener, 'listener')) : [],
      latestVersionUnstable: request['latestVersionUnstable'] === true,
    },
  };
}

function parseMessage(json: Json, apiKey: unknown): Message {
  const name = text(json['name'], 'name');
  const versions = parseVersions(json['validVersions'], EVERY);
  if (versions === undefined || versions.high === Infinity) throw new Error(`${name}: validVersions must be finite`);
  const flexible = parseVersions(json['flexibleVersions'], EVERY);
  if (flexible !== undefined && flexible.high !== Infinity) throw new Error(`${name}: flexibleVersions must be open`);
  const parser = new StructParser(name, flexible?.low ?? Infinity, objects(json['commonStructs'], name), versions);
  const top = parser.struct(name, versions, json['fields']);
  return { ...top, apiKey: apiKey === undefined ? -1 : integer(apiKey, name), structs: parser.structs };
}

class StructParser {
  readonly structs: Struct[] = [];
  private readonly prefix: string;
  private readonly flexibleFrom: number;
  private readonly common = new Map<string, Json>();
  private readonly byName = new Map<string, Struct>();
  private readonly versions: Range;

  constructor(prefix: string, flexibleFrom: number, common: readonly Json[], versions: Range) {
    this.prefix = prefix;
    this.flexibleFrom = flexibleFrom;
    this.versions = versions;
    for (const struct of common) this.common.set(text(struct['name'], prefix), struct);
  }

  struct(name: string, versions: Range, fields: unknown): Struct {
    return {
      name,
      versions,
      flexibleFrom: this.flexibleFrom,
      fields: objects(fields, name).flatMap((field) => this.field(name, field, versions)),
    };
  }

  private field(owner: string, json: Json, within: Range): Field[] {
    const schemaName = text(json['name'], owner);
    const what = `${owner}.${schemaName}`;
    if (/^(unknownTaggedFields|[a-z])$/i.test(schemaName)) {
      throw new Error(`${what}: generated code has its own use for this name`);
    }
    const versions = parseVersions(json['versions'], within);
    if (versions === undefined) return [];
    const type = text(json['type'], what);
    const isArray = type.startsWith('[]');
    const element = isArray ? type.slice(2) : type;
    const tagged = parseVersions(json['taggedVersions'], versions);
    if (tagged !== undefined && (tagged.low !== versions.low || tagged.high !== versions.high)) {
      throw new Error(`${what}: tagged in some versions only, which no message needs so far`);
    }
    const override = json['flexibleVersions'];
    const flexible = override === undefined ? this.flexibleFrom : (parseVersions(override, EVERY)?.low ?? Infinity);
    return [
      {
        name: schemaName.charAt(0).toLowerCase() + schemaName.slice(1),
        isArray,
        type: isPrimitive(element) ? element : this.reference(element, json['fields'], versions),
        versions,
        nullable: parseVersions(json['nullableVersions'], versions),
        tag: tagged === undefined ? undefined : integer(json['tag'], what),
        default: json['default'],
        ignorable: json['ignorable'] === true,
        flexibleFrom: flexible,
      },
    ];
  }

  private reference(type: string, fields: unknown, versions: Range): Struct {
    const known = this.byName.get(type);
    if (known !== undefined) {
      if (fields !== undefined) throw new Error(`${this.prefix}: two structs named ${type}`);
      return known;
    }
    const common = this.common.get(type);
    if (fields === undefined && common === undefined) throw new Error(`${this.prefix}: no struct named ${type}`);
    // A common struct serves fields of different versions: it must be right in all of the message's.
    const within = fields === undefined ? this.versions : versions;
    const struct = this.struct(this.prefix + type, within, fields ?? common?.['fields']);
    this.byName.set(type, struct);
    this.structs.push(struct);
    return struct;
  }
}
