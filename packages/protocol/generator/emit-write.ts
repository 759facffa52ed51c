/* The function that encodes a struct. */
import { methodOf } from './emit-read.ts';
import { condition, defaultOf, isOptional, isStruct, notDefault, type Segment, segments } from './fields.ts';
import type { Field, Struct } from './schema.ts';

/** The field's value with the default filled in. */
export function valueOf(field: Field, struct: Struct): string {
  const value = `$o.${field.name}`;
  if (!isOptional(field, struct)) return value;
  if (field.nullable === undefined || field.default === null) return `${value} ?? ${defaultOf(field)}`;
  return `${value} === undefined ? ${defaultOf(field)} : ${value}`;
}

/** `if ($v >= 9) ...; else ...;` over the segments, alike ones merged. */
function branch(list: readonly Segment[], statement: (segment: Segment) => string): string {
  let code = '';
  let i = 0;
  while (i < list.length) {
    const now = statement(list[i]);
    let last = i;
    while (last + 1 < list.length && statement(list[last + 1]) === now) last++;
    code += last === list.length - 1 ? now : `if ($v >= ${list[last].low}) ${now} else `;
    i = last + 1;
  }
  return code;
}

/** Statements that write `value`, a name with the default filled in. */
function writeValue(field: Field, struct: Struct, value: string, indent: string): string {
  const list = segments(field);
  const nullThrows = `throw nullField('${struct.name}', '${field.name}', $v);`;
  if (field.isArray) {
    const loop = writeElements(field, value, indent);
    const count = branch(
      list,
      (segment) => `$w.${segment.flexible ? 'compactArrayCount' : 'arrayCount'}(${value}.length);`,
    );
    if (field.nullable === undefined) return `${indent}${count}\n${loop}`;
    const whenNull = branch(list, (segment) => {
      if (!segment.nullable) return nullThrows;
      return segment.flexible ? '$w.uvarint(0);' : '$w.arrayCount(-1);';
    });
    return `${indent}if (${value} === null) {\n${indent}  ${whenNull}\n${indent}} else {\n${indent}  ${count}\n${loop}${indent}}\n`;
  }
  const type = field.type;
  if (isStruct(type)) {
    const write = `write${type.name}($w, ${value}, $v);`;
    if (field.nullable === undefined) return `${indent}${write}\n`;
    const [absent, present] =
      field.tag === undefined ? ['$w.int8(-1);', '$w.int8(1);'] : ['$w.uvarint(0);', '$w.uvarint(1);'];
    const whenNull = branch(list, (segment) => (segment.nullable ? absent : nullThrows));
    const marker = branch(list, (segment) => (segment.nullable ? present : '{}'));
    return `${indent}if (${value} === null) {\n${indent}  ${whenNull}\n${indent}} else {\n${indent}  ${marker}\n${indent}  ${write}\n${indent}}\n`;
  }
  return `${indent}${branch(list, (segment) => {
    const write = `$w.${methodOf(type, segment, false, 'write')}(${value});`;
    if (field.nullable === undefined || segment.nullable) return write;
    return `{ if (${value} === null) ${nullThrows} ${write} }`;
  })}\n`;
}

function writeElements(field: Field, value: string, indent: string): string {
  const type = field.type;
  const element = `${value}[$i]`;
  const write = isStruct(type)
    ? `write${type.name}($w, ${element}, $v);`
    : branch(segments(field), (segment) => `$w.${methodOf(type, segment, true, 'write')}(${element});`);
  return `${indent}for (let $i = 0; $i < ${value}.length; $i++) ${write}\n`;
}

export function emitWrite(struct: Struct): string {
  let body = '';
  for (const field of struct.fields) {
    if (field.tag !== undefined) continue;
    const test = condition(field.versions, struct.versions);
    const name = `$${field.name}`;
    if (test === undefined) {
      body += `  const ${name} = ${valueOf(field, struct)};\n${writeValue(field, struct, name, '  ')}`;
    } else {
      body += `  const ${name} = ${valueOf(field, struct)};\n  if (${test}) {\n${writeValue(field, struct, name, '    ')}  }\n`;
      if (!field.ignorable)
        body += `  else if (${notDefault(field, name)}) throw unsupportedField('${struct.name}', '${field.name}', $v);\n`;
    }
  }
  if (struct.flexibleFrom <= struct.versions.high) body += emitTags(struct);
  const usesVersion = /\$v\b/.test(body);
  const usesWriter = /\$w\b/.test(body);
  const usesValue = body.includes('$o.');
  return (
    `function write${struct.name}(${usesWriter ? '$w' : '_w'}: Writer, ${usesValue ? '$o' : '_o'}: ${struct.name}Init, ` +
    `${usesVersion ? '$v' : '_v'}: number): void {\n${body}}\n`
  );
}

function emitTags(struct: Struct): string {
  const tagged = struct.fields.filter((field) => field.tag !== undefined).sort((a, b) => (a.tag ?? 0) - (b.tag ?? 0));
  const flexible = { low: Math.max(struct.flexibleFrom, struct.versions.low), high: struct.versions.high };
  const test = condition(flexible, struct.versions);
  let before = '';
  let inside = '';
  if (tagged.length === 0) {
    inside = '    $w.taggedFields($o.unknownTaggedFields);\n';
  } else {
    inside += '    let $$count = 0;\n    let $$written = 0;\n';
    for (const field of tagged) {
      const name = `$${field.name}`;
      before += `  const ${name} = ${valueOf(field, struct)};\n`;
      const within = condition(field.versions, struct.versions);
      before += `  const $$has${field.tag} = ${notDefault(field, name)};\n`;
      if (within !== undefined) {
        const not = `  if ($$has${field.tag} && !(${within}))`;
        if (!field.ignorable) before += `${not} throw unsupportedField('${struct.name}', '${field.name}', $v);\n`;
      }
      const inFlexible = condition(field.versions, flexible);
      const present =
        field.ignorable && inFlexible !== undefined ? `$$has${field.tag} && ${inFlexible}` : `$$has${field.tag}`;
      inside += `    if (${present}) { $$count++; $$written |= ${2 ** (field.tag ?? 0)}; }\n`;
    }
    inside += '    const $$extra = extraTags($o.unknownTaggedFields, $$written);\n';
    inside += '    $w.uvarint($$count + $$extra.length);\n    let $$next = 0;\n';
    for (const field of tagged) {
      const name = `$${field.name}`;
      inside += `    if ($$written & ${2 ** (field.tag ?? 0)}) {\n`;
      inside += `      $$next = $w.tagsBelow($$extra, $$next, ${field.tag});\n      const $$mark = $w.beginTag(${field.tag});\n`;
      inside += `${writeValue(field, struct, name, '      ')}      $w.endTag($$mark);\n    }\n`;
    }
    inside += '    $w.tagsBelow($$extra, $$next, Infinity);\n';
  }
  const otherwise =
    test === undefined
      ? ''
      : `  else if ($o.unknownTaggedFields !== undefined && $o.unknownTaggedFields.length > 0) throw unsupportedField('${struct.name}', 'unknownTaggedFields', $v);\n`;
  return `${before}  ${test === undefined ? '' : `if (${test}) `}{\n${inside}  }\n${otherwise}`;
}
