/* Values of any message, drawn from its schema. */
import fc from 'fast-check';
import type { Field, Primitive, Struct } from '#generator/schema.ts';
import { INT64_MAX, INT64_MIN, toInt64 } from '../int64.ts';
import { uuidFromBytes, ZERO_UUID } from '../uuid.ts';

export type Value = Record<string, unknown>;

const integer = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
const bytes = fc.uint8Array({ maxLength: 8 }).map((array) => Buffer.from(array));
// Bytes that are no UTF-8 are strings too.
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({ minLength: 30, maxLength: 200 }),
  fc.constant('\udc80x\udcff'),
);

const PRIMITIVES: Record<Primitive, fc.Arbitrary<unknown>> = {
  bool: fc.boolean(),
  int8: integer(8),
  int16: integer(16),
  uint16: fc.integer({ min: 0, max: 0xffff }),
  int32: integer(32),
  uint32: fc.integer({ min: 0, max: 0xffff_ffff }),
  int64: fc
    .oneof(fc.bigInt({ min: INT64_MIN, max: INT64_MAX }), fc.constantFrom(INT64_MIN, INT64_MAX, -1n))
    .map(toInt64),
  float64: fc.double(),
  uuid: fc.oneof(
    fc.constant(ZERO_UUID),
    fc.uint8Array({ minLength: 16, maxLength: 16 }).map((array) => uuidFromBytes(array)),
  ),
  string: text,
  bytes,
  records: bytes,
};

const within = (version: number, range: { low: number; high: number } | undefined) =>
  range !== undefined && version >= range.low && version <= range.high;

function arbitraryField(field: Field, version: number, depth: number): fc.Arbitrary<unknown> {
  const type = field.type;
  let value = typeof type === 'object' ? arbitraryStruct(type, version, depth + 1) : PRIMITIVES[type];
  if (field.isArray) value = fc.array(value, { maxLength: depth > 1 ? 1 : 2 });
  if (within(version, field.nullable)) value = fc.option(value, { nil: null, freq: 4 });
  return value;
}

/** A value that sets every field of the version, tagged ones now and then. */
export function arbitraryStruct(struct: Struct, version: number, depth = 0): fc.Arbitrary<Value> {
  const model: Record<string, fc.Arbitrary<unknown>> = {};
  const required: string[] = [];
  for (const field of struct.fields) {
    if (!within(version, field.versions)) continue;
    model[field.name] = arbitraryField(field, version, depth);
    if (field.tag === undefined) required.push(field.name);
  }
  if (version >= struct.flexibleFrom && depth < 2) {
    const data = fc.uint8Array({ maxLength: 4 }).map((array) => Buffer.from(array));
    model['unknownTaggedFields'] = fc
      .uniqueArray(fc.record({ tag: fc.integer({ min: 100, max: 2 ** 32 - 1 }), data }), {
        minLength: 1,
        maxLength: 2,
        selector: (field) => field.tag,
      })
      .map((fields) => fields.sort((a, b) => a.tag - b.tag));
  }
  return fc.record(model, { requiredKeys: required });
}

function zeroOf(field: Field): unknown {
  if (field.default === null) return null;
  if (field.isArray) return [];
  const type = field.type;
  if (typeof type === 'object') return completed(type, {});
  switch (type) {
    case 'bool':
      return field.default === true;
    case 'string':
      return field.default ?? '';
    case 'uuid':
      return ZERO_UUID;
    case 'bytes':
    case 'records':
      return Buffer.alloc(0);
    case 'int64':
      return toInt64(BigInt(typeof field.default === 'string' ? field.default : Number(field.default ?? 0)));
    default:
      return Number(field.default ?? 0);
  }
}

function isValue(value: unknown): value is Value {
  return typeof value === 'object' && value !== null;
}

function completedField(field: Field, value: unknown): unknown {
  if (value === undefined) return zeroOf(field);
  const type = field.type;
  if (typeof type !== 'object') return value;
  if (Array.isArray(value)) return value.map((element) => completed(type, element));
  return isValue(value) ? completed(type, value) : value;
}

/** What decoding should yield for `value`: fields that it leaves out at their default. */
export function completed(struct: Struct, value: Value): Value {
  const result: Value = {};
  for (const field of struct.fields) result[field.name] = completedField(field, value[field.name]);
  if (value['unknownTaggedFields'] !== undefined) result['unknownTaggedFields'] = value['unknownTaggedFields'];
  return result;
}
