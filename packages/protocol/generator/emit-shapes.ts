/* The shapes of messages that are no requests: what `src/json` needs to print them as Kafka's tools do. */
import { defaultOf } from './fields.ts';
import type { Field, Message, Struct } from './schema.ts';

export function emitShapes(messages: readonly Message[]): string {
  const shapes = messages.map(
    (message) =>
      `export const ${message.name}Shape: MessageShape = /* @__PURE__ */ shape('${message.name}', ${fieldList(message)});\n`,
  );
  return `import { type MessageShape, shape } from '../json/message-shape.ts';\nimport { ZERO_UUID } from '../uuid.ts';\n\n${shapes.join('\n')}`;
}

function fieldList(struct: Struct): string {
  return `[\n${struct.fields.map((field) => `${fieldShape(field)},\n`).join('')}]`;
}

function fieldShape(field: Field): string {
  const { low, high } = field.versions;
  const parts = [`name: '${field.name}'`, `low: ${low}`, `high: ${high}`];
  if (field.isArray) parts.push('isArray: true');
  if (typeof field.type !== 'string') parts.push(`fields: ${fieldList(field.type)}`);
  else if (field.type === 'bytes' || field.type === 'records' || field.type === 'float64') {
    parts.push(`type: '${field.type}'`);
  }
  if (field.tag !== undefined) parts.push(`tagged: true`, `whenAbsent: ${absent(field)}`);
  return `{ ${parts.join(', ')} }`;
}

/** What makes a tagged field be left out; undefined: nothing (Kafka prints structs that may be null whatever they are). */
function absent(field: Field): string {
  if (field.isArray) return field.default === null || field.default === 'null' ? 'null' : "'empty'";
  if (typeof field.type !== 'string' || field.type === 'bytes' || field.type === 'records') return 'undefined';
  return defaultOf(field);
}
