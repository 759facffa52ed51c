/* The source of one message: its types, and the codec. */
import { emitRead } from './emit-read.ts';
import { emitWrite, valueOf } from './emit-write.ts';
import { defaultOf, isOptional, notDefault, typeName } from './fields.ts';
import type { Message, Struct } from './schema.ts';

function emitTypes(struct: Struct, comment: string): string {
  const isFlexible = struct.flexibleFrom <= struct.versions.high;
  let decoded = `${comment}export interface ${struct.name} {\n`;
  let init = `export interface ${struct.name}Init {\n`;
  for (const field of struct.fields) {
    decoded += `  readonly ${field.name}: ${typeName(field, 'decoded')};\n`;
    const type = typeName(field, 'init');
    init += isOptional(field, struct) ? `  ${field.name}?: ${type} | undefined;\n` : `  ${field.name}: ${type};\n`;
  }
  if (isFlexible) {
    decoded += '  readonly unknownTaggedFields?: readonly TaggedField[] | undefined;\n';
    init += '  unknownTaggedFields?: readonly TaggedField[] | undefined;\n';
  }
  return `${decoded}}\n\n${init}}\n\n`;
}

function emitDefault(struct: Struct): string {
  const members = struct.fields.map((field) => `${field.name}: ${defaultOf(field)}`);
  return `const default${struct.name}: ${struct.name} = { ${members.join(', ')} };\n\n`;
}

function emitIsDefault(struct: Struct): string {
  const isFlexible = struct.flexibleFrom <= struct.versions.high;
  let body = '';
  for (const field of struct.fields) {
    const name = `$${field.name}`;
    body += `  const ${name} = ${valueOf(field, struct)};\n  if (${notDefault(field, name)}) return false;\n`;
  }
  const last = isFlexible ? '$o.unknownTaggedFields === undefined || $o.unknownTaggedFields.length === 0' : 'true';
  return `function isDefault${struct.name}($o: ${struct.name}Init): boolean {\n${body}  return ${last};\n}\n\n`;
}

export function emitMessage(message: Message): string {
  const all: Struct[] = [...message.structs, message];
  const { low, high } = message.versions;
  const flexible = message.flexibleFrom === Infinity ? 'never flexible' : `flexible from ${message.flexibleFrom}`;
  const comment = `/** Versions ${low} to ${high}, ${flexible}. */\n`;
  let code = emitTypes(message, comment) + message.structs.map((struct) => emitTypes(struct, '')).join('');
  code +=
    `export const ${message.name}: MessageCodec<${message.name}, ${message.name}Init> = /* @__PURE__ */ codec(\n` +
    `  '${message.name}', ${message.apiKey}, ${low}, ${high}, ${message.flexibleFrom}, read${message.name}, write${message.name});\n\n`;
  let functions = all.map((struct) => `${emitRead(struct)}\n${emitWrite(struct)}\n`).join('');
  // Helpers only for the structs that something asks about; an outer one may ask for an inner one.
  let helpers = '';
  for (const struct of [...message.structs].reverse()) {
    const asked = functions + helpers;
    if (asked.includes(`isDefault${struct.name}(`)) helpers = emitIsDefault(struct) + helpers;
    if (new RegExp(`\\bdefault${struct.name}\\b`).test(functions + helpers)) helpers = emitDefault(struct) + helpers;
  }
  functions = helpers + functions;
  return code + functions;
}

const IMPORTS: readonly (readonly [string, string, 'type' | 'value'])[] = [
  ['Int64', '../int64.ts', 'type'],
  ['MessageCodec', '../message-codec.ts', 'type'],
  ['RecordsInit', '../message-codec.ts', 'type'],
  ['TaggedField', '../message-codec.ts', 'type'],
  ['Reader', '../reader.ts', 'type'],
  ['Uuid', '../uuid.ts', 'type'],
  ['Writer', '../writer.ts', 'type'],
  ['codec', '../message-codec.ts', 'value'],
  ['NO_BYTES', '../message-codec.ts', 'value'],
  ['NO_ELEMENTS', '../message-codec.ts', 'value'],
  ['nullField', '../protocol-error.ts', 'value'],
  ['unsupportedField', '../protocol-error.ts', 'value'],
  ['ZERO_UUID', '../uuid.ts', 'value'],
  ['extraTags', '../writer.ts', 'value'],
];

/** A file that holds `messages`, with the imports they need. */
export function emitFile(header: string, messages: readonly Message[]): string {
  const code = messages.map(emitMessage).join('');
  let imports = '';
  for (const [name, from, kind] of IMPORTS) {
    if (!new RegExp(`\\b${name}\\b`).test(code)) continue;
    imports += `import ${kind === 'type' ? 'type ' : ''}{ ${name} } from '${from}';\n`;
  }
  return `${header}${imports}\n${code}`;
}
