/* What the emitters ask about fields and types. */
import type { Field, Primitive, Range, Struct } from './schema.ts';

export interface Segment extends Range {
  readonly flexible: boolean;
  readonly nullable: boolean;
}

/** The versions of `field`, cut where its encoding changes; newest first. */
export function segments(field: Field): Segment[] {
  const result: Segment[] = [];
  for (let version = field.versions.high; version >= field.versions.low; version--) {
    const flexible = field.tag !== undefined || version >= field.flexibleFrom;
    const nullable = field.nullable !== undefined && version >= field.nullable.low && version <= field.nullable.high;
    const last = result.at(-1);
    if (last !== undefined && last.flexible === flexible && last.nullable === nullable) {
      result[result.length - 1] = { ...last, low: version };
    } else {
      result.push({ low: version, high: version, flexible, nullable });
    }
  }
  return result;
}

/** The test that `$v`, known to lie in `context`, lies in `range`; undefined when that is always so. */
export function condition(range: Range, context: Range): string | undefined {
  const tests: string[] = [];
  if (range.low > context.low) tests.push(`$v >= ${range.low}`);
  if (range.high < context.high) tests.push(`$v <= ${range.high}`);
  return tests.length === 0 ? undefined : tests.join(' && ');
}

/** A field that encoding may find missing. */
export function isOptional(field: Field, struct: Struct): boolean {
  return (
    field.default !== undefined ||
    field.ignorable ||
    field.tag !== undefined ||
    condition(field.versions, struct.versions) !== undefined
  );
}

export function isStruct(type: Primitive | Struct): type is Struct {
  return typeof type === 'object';
}

const DECODED: Record<Primitive, string> = {
  bool: 'boolean',
  int8: 'number',
  int16: 'number',
  uint16: 'number',
  int32: 'number',
  uint32: 'number',
  int64: 'Int64',
  float64: 'number',
  uuid: 'Uuid',
  string: 'string',
  bytes: 'Buffer',
  records: 'Buffer',
};

export function typeName(field: Field, form: 'decoded' | 'init'): string {
  const type = field.type;
  let name: string;
  if (isStruct(type)) name = form === 'init' ? `${type.name}Init` : type.name;
  else if (form === 'init' && type === 'bytes') name = 'Uint8Array';
  else if (form === 'init' && type === 'records') name = 'RecordsInit';
  else name = DECODED[type];
  if (field.isArray) name = `readonly ${name}[]`;
  return field.nullable === undefined ? name : `${name} | null`;
}

export function elementTypeName(field: Field): string {
  return isStruct(field.type) ? field.type.name : DECODED[field.type];
}

/** The default as an expression. */
export function defaultOf(field: Field): string {
  const value = field.default;
  if (value === null) {
    if (field.nullable === undefined) throw new Error(`${field.name}: null default, but never nullable`);
    return 'null';
  }
  if (field.isArray) return 'NO_ELEMENTS';
  if (isStruct(field.type)) return `default${field.type.name}`;
  switch (field.type) {
    case 'bool':
      return String(value === true || value === 'true');
    case 'string':
      return JSON.stringify(value ?? '');
    case 'uuid':
      return 'ZERO_UUID';
    case 'bytes':
    case 'records':
      return 'NO_BYTES';
    case 'int64': {
      const big = BigInt(typeof value === 'string' || typeof value === 'number' ? value : 0);
      return Number.isSafeInteger(Number(big)) ? String(big) : `${big}n`;
    }
    default:
      return String(Number(value ?? 0));
  }
}

/** The test that `value`, with the default filled in, is not the default. */
export function notDefault(field: Field, value: string): string {
  if (field.default === null) return `${value} !== null`;
  const nullable = field.nullable !== undefined;
  if (field.isArray || field.type === 'bytes')
    return nullable ? `(${value} === null || ${value}.length > 0)` : `${value}.length > 0`;
  if (isStruct(field.type)) {
    return nullable
      ? `(${value} === null || !isDefault${field.type.name}(${value}))`
      : `!isDefault${field.type.name}(${value})`;
  }
  if (field.type === 'records') throw new Error(`${field.name}: records must be in all versions and untagged`);
  if (field.type === 'float64') return `!Object.is(${value}, ${defaultOf(field)})`;
  if (field.type === 'bool') return defaultOf(field) === 'true' ? `!${value}` : value;
  // Loosely, since -1 and -1n are the same default.
  return field.type === 'int64' ? `${value} != ${defaultOf(field)}` : `${value} !== ${defaultOf(field)}`;
}

const FIXED_BYTES: Partial<Record<Primitive, number>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  float64: 8,
  uuid: 16,
};

function elementBytesMin(field: Field, version: number): number {
  const type = field.type;
  if (isStruct(type)) return structBytesMin(type, version);
  return FIXED_BYTES[type] ?? (version >= field.flexibleFrom ? 1 : type === 'string' ? 2 : 4);
}

function structBytesMin(struct: Struct, version: number): number {
  let size = version >= struct.flexibleFrom ? 1 : 0;
  for (const field of struct.fields) {
    if (field.tag !== undefined || version < field.versions.low || version > field.versions.high) continue;
    if (field.isArray) size += version >= field.flexibleFrom ? 1 : 4;
    else if (isStruct(field.type) && field.nullable !== undefined) size += 1;
    else size += elementBytesMin(field, version);
  }
  return size;
}

/** The least that an element of this array takes in any version; 1 even where it is nothing. */
export function arrayElementBytesMin(field: Field): number {
  let least = Infinity;
  for (let version = field.versions.low; version <= field.versions.high; version++) {
    least = Math.min(least, elementBytesMin(field, version));
  }
  return Math.max(1, least);
}

const SLOT_BYTES = 8;

/**
 * What an element costs once decoded, as `Reader` counts it: a slot for the reference and one for each field. A list of
 * int8 has to pass whatever its length (a share consumer sends one for every record): it counts as the 4 bytes that each
 * byte is allowed.
 */
export function arrayElementCost(field: Field): number {
  if (isStruct(field.type)) return structCost(field.type);
  return field.type === 'int8' || field.type === 'bool' ? SLOT_BYTES / 2 : SLOT_BYTES;
}

export function structCost(struct: Struct): number {
  let cost = SLOT_BYTES;
  for (const field of struct.fields) {
    const isInline = isStruct(field.type) && !field.isArray && field.nullable === undefined && field.tag === undefined;
    cost += isInline && isStruct(field.type) ? structCost(field.type) : SLOT_BYTES;
  }
  return cost;
}
