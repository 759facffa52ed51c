import { JavaDouble, type JsonValue } from './json-text.ts';
import type { FieldShape, MessageShape } from './message-shape.ts';

/**
 * A decoded message as Kafka's own JSON has it (Java: the generated JsonConverters): the fields of its version in the
 * schema's order, tagged ones only when they differ from their default, bytes in base 64, records as their size.
 */
export function messageToJson(shape: MessageShape, message: unknown, version: number): { [name: string]: JsonValue } {
  return structToJson(shape.name, shape.fields, message, version);
}

function structToJson(
  what: string,
  fields: readonly FieldShape[],
  value: unknown,
  version: number,
): { [name: string]: JsonValue } {
  if (!isStruct(value)) throw new TypeError(`${what} is no struct but a ${typeof value}`);
  const json: { [name: string]: JsonValue } = {};
  for (const field of fields) {
    if (version < field.low || version > field.high) continue;
    const member = value[field.name];
    if (field.tagged === true && isAbsent(field, member)) continue;
    json[field.name] = fieldToJson(field, member, version);
  }
  return json;
}

function fieldToJson(field: FieldShape, value: unknown, version: number): JsonValue {
  if (value === null) return null;
  if (field.isArray !== true) return elementToJson(field, value, version);
  if (!Array.isArray(value)) throw new TypeError(`${field.name} is no array but a ${typeof value}`);
  return value.map((element: unknown) => elementToJson(field, element, version));
}

function elementToJson(field: FieldShape, value: unknown, version: number): JsonValue {
  if (field.fields !== undefined) return structToJson(field.name, field.fields, value, version);
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return value;
    case 'number':
      return field.type === 'float64' ? new JavaDouble(value) : value;
  }
  if (value instanceof Uint8Array) {
    if (field.type === 'records') return value.length;
    return Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64');
  }
  throw new TypeError(`${field.name}: a ${typeof value} has no form in JSON`);
}

function isAbsent(field: FieldShape, value: unknown): boolean {
  if (field.whenAbsent === 'empty' && field.isArray === true) return Array.isArray(value) && value.length === 0;
  return field.whenAbsent !== undefined && value === field.whenAbsent;
}

function isStruct(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
