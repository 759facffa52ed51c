/* The function that decodes a struct. Names of its own start with `$`, so that fields may have any name. */
import {
  arrayElementBytesMin,
  arrayElementCost,
  condition,
  defaultOf,
  elementTypeName,
  isStruct,
  notDefault,
  type Segment,
  segments,
  structCost,
  typeName,
} from './fields.ts';
import type { Field, Primitive, Struct } from './schema.ts';

/** Methods of Reader and Writer, by the type's name in the schema. */
const METHODS: Partial<Record<Primitive, string>> = { bool: 'boolean' };

/** The method for a value of variable length: `string`, `compactString`, `nullableString`, `nullableCompactString`. */
export function methodOf(type: Primitive, segment: Segment, isElement: boolean, side: 'read' | 'write'): string {
  if (type !== 'string' && type !== 'bytes' && type !== 'records') return METHODS[type] ?? type;
  const name = type === 'records' && side === 'read' ? 'bytes' : type;
  const compact = segment.flexible ? `compact${name.charAt(0).toUpperCase()}${name.slice(1)}` : name;
  if (!segment.nullable || isElement) return compact;
  return `nullable${compact.charAt(0).toUpperCase()}${compact.slice(1)}`;
}

/** `a ? x : b ? y : z` over the segments. */
function choose(list: readonly Segment[], expression: (segment: Segment) => string): string {
  return list
    .map((segment, i) =>
      i === list.length - 1 ? expression(segment) : `$v >= ${segment.low} ? ${expression(segment)} : `,
    )
    .join('');
}

function readScalar(field: Field): string {
  const type = field.type;
  if (!isStruct(type)) {
    const methods = segments(field).map((segment) => methodOf(type, segment, false, 'read'));
    // The commonest case, where all versions read alike.
    if (methods.every((method) => method === methods[0])) return `$r.${methods[0]}()`;
    return choose(segments(field), (segment) => `$r.${methodOf(type, segment, false, 'read')}()`);
  }
  const present = `read${type.name}($r, $v)`;
  return choose(segments(field), (segment) => {
    if (!segment.nullable) return present;
    return `$r.${field.tag === undefined ? 'isPresent' : 'isTaggedPresent'}() ? ${present} : null`;
  });
}

function countMethod(segment: Segment): string {
  if (segment.flexible) return segment.nullable ? 'nullableCompactArrayCount' : 'compactArrayCount';
  return segment.nullable ? 'nullableArrayCount' : 'arrayCount';
}

/** Statements that read the array into the local variable of the field. */
function readArray(field: Field, indent: string): string {
  const type = field.type;
  const list = segments(field);
  const limits = `${arrayElementBytesMin(field)}, ${arrayElementCost(field)}`;
  let element: string;
  if (isStruct(type)) element = `read${type.name}($r, $v)`;
  else if (new Set(list.map((segment) => methodOf(type, segment, true, 'read'))).size === 1) {
    element = `$r.${methodOf(type, list[0], true, 'read')}()`;
  } else {
    element = `$v >= ${field.flexibleFrom} ? ${['true', 'false']
      .map((flexible) => `$r.${methodOf(type, { ...list[0], flexible: flexible === 'true' }, true, 'read')}()`)
      .join(' : ')}`;
  }
  const lines = [
    `const $n = ${choose(list, (segment) => `$r.${countMethod(segment)}(${limits})`)};`,
    'if ($n > 0) {',
    `  const $a = new Array<${elementTypeName(field)}>($n);`,
    `  for (let $i = 0; $i < $n; $i++) $a[$i] = ${element};`,
    `  ${local(field)} = $a;`,
  ];
  if (field.nullable !== undefined) lines.push(`} else ${local(field)} = $n < 0 ? null : NO_ELEMENTS;`);
  else lines.push('}');
  return lines.map((line) => `${indent}${line}\n`).join('');
}

const RESERVED = new Set(['default', 'delete', 'new', 'class', 'function', 'in', 'export', 'import', 'package']);

export function local(field: Field): string {
  return RESERVED.has(field.name) ? `${field.name}$` : field.name;
}

export function emitRead(struct: Struct): string {
  let body = '';
  for (const field of struct.fields) {
    const name = local(field);
    const test = condition(field.versions, struct.versions);
    if (field.tag !== undefined) {
      body += `  let ${name}: ${typeName(field, 'decoded')} = ${defaultOf(field)};\n`;
    } else if (field.isArray) {
      body += `  let ${name}: ${typeName(field, 'decoded')} = ${defaultOf(field)};\n`;
      body += `  ${test === undefined ? '' : `if (${test}) `}{\n${readArray(field, '    ')}  }\n`;
    } else if (test === undefined) {
      body += `  const ${name} = ${readScalar(field)};\n`;
    } else {
      body += `  let ${name}: ${typeName(field, 'decoded')} = ${defaultOf(field)};\n`;
      body += `  if (${test}) ${name} = ${readScalar(field)};\n`;
    }
    if (field.tag === undefined && !field.isArray && isStruct(field.type) && field.nullable !== undefined) {
      body += `  if (${name} !== null) $r.charge('struct', ${structCost(field.type)});\n`;
    }
  }
  const isEverFlexible = struct.flexibleFrom <= struct.versions.high;
  if (isEverFlexible) body += emitTags(struct);
  const members = struct.fields.map((field) =>
    local(field) === field.name ? field.name : `${field.name}: ${local(field)}`,
  );
  const literal = (more: string[]) =>
    members.length + more.length === 0 ? '{}' : `{ ${[...members, ...more].join(', ')} }`;
  body += isEverFlexible
    ? `  return $tags === undefined ? ${literal([])} : ${literal(['unknownTaggedFields: $tags'])};\n`
    : `  return ${literal([])};\n`;
  const usesReader = /\$r\b/.test(body);
  const usesVersion = /\$v\b/.test(body);
  return (
    `function read${struct.name}(${usesReader ? '$r' : '_r'}: Reader, ${usesVersion ? '$v' : '_v'}: number): ${struct.name} {\n` +
    `${body}}\n`
  );
}

function emitTags(struct: Struct): string {
  const tagged = struct.fields.filter((field) => field.tag !== undefined);
  const range = { low: struct.flexibleFrom, high: struct.versions.high };
  const test = condition(range, struct.versions);
  if (tagged.length === 0) {
    if (test === undefined) return '  const $tags = $r.taggedFields();\n';
    return `  const $tags = ${test} ? $r.taggedFields() : undefined;\n`;
  }
  const flexible = { low: Math.max(struct.flexibleFrom, struct.versions.low), high: struct.versions.high };
  let cases = '';
  for (const field of tagged) {
    const within = condition(field.versions, flexible);
    cases += `      ${cases === '' ? 'if' : 'else if'} ($tag === ${field.tag}${within === undefined ? '' : ` && ${within}`}) {\n`;
    if (isStruct(field.type) && !field.isArray) cases += `        $r.charge('struct', ${structCost(field.type)});\n`;
    cases += field.isArray ? readTaggedArray(field) : `        ${local(field)} = ${readScalar(field)};\n`;
    cases += '        $r.endTag($tag, $end);\n';
    cases += `        if (!(${notDefault(field, local(field))})) $tags = $r.keepTag($tags, $tag, $end - $size, $end);\n`;
    cases += '      }\n';
  }
  return (
    `  let $tags: TaggedField[] | undefined;\n  ${test === undefined ? '' : `if (${test}) `}{\n` +
    '    let $last = -1;\n' +
    '    for (let $left = $r.uvarint(); $left > 0; $left--) {\n' +
    '      const $tag = $r.tag($last);\n' +
    '      const $size = $r.tagSize();\n' +
    '      const $end = $r.offset + $size;\n' +
    '      $last = $tag;\n' +
    `${cases}      else $tags = $r.keepTag($tags, $tag, $r.offset, $end);\n` +
    '    }\n  }\n'
  );
}

/** An empty list must replace nothing: the default of a tagged list is the empty one, or null. */
function readTaggedArray(field: Field): string {
  return readArray(field, '        ');
}
