/**
 * Java's .properties format (java.util.Properties): `key=value`, `key:value` or `key value`; `#` and `!` begin comments;
 * `\` at the end continues a line; `\t \n \r \f \uXXXX` are escapes, `\x` is x.
 */

/** Java: IllegalArgumentException, with the same words. */
export class MalformedPropertiesError extends Error {
  override readonly name = 'MalformedPropertiesError';
  /** The user's to mend: no stack is printed. */
  readonly code = 'EPROPERTIES';
}

/**
 * The entries in order of first appearance; the last value of a repeated key counts. Bytes are UTF-8 when they are valid
 * UTF-8, else ISO-8859-1, which is what Java reads. Throws Java's text on a broken `\u`.
 */
export function readProperties(source: string | Uint8Array): Map<string, string> {
  const entries = new Map<string, string>();
  for (const line of logicalLines(typeof source === 'string' ? source : decode(source))) {
    const [key, value] = splitEntry(line);
    entries.set(key, value);
  }
  return entries;
}

/**
 * The text that Properties.store writes, in ISO-8859-1 with `\u` escapes. Java's second comment line is the date: it comes
 * from the caller, as `comments[1]`.
 */
export function writeProperties(
  entries: Iterable<readonly [string, string]>,
  comments: readonly string[] = [],
): string {
  let text = '';
  for (const comment of comments) {
    for (const line of comment.split(/\r\n|\r|\n/))
      text += `${/^[#!]/.test(line) ? '' : '#'}${escapeUnicode(line, 0xff)}\n`;
  }
  for (const [key, value] of entries) text += `${escape(key, true)}=${escape(value, false)}\n`;
  return text;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  }
}

/** Comments and blank lines dropped, continued lines joined, white space in front removed. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let pending: string | undefined;
  for (const natural of text.split(/\r\n|\r|\n/)) {
    const line = natural.replace(/^[ \t\f]+/, '');
    if (pending === undefined && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue;
    const joined: string = (pending ?? '') + line;
    if (endsWithContinuation(line)) {
      pending = joined.slice(0, -1);
      continue;
    }
    pending = undefined;
    if (joined !== '') lines.push(joined);
  }
  if (pending !== undefined && pending !== '') lines.push(pending);
  return lines;
}

function endsWithContinuation(line: string): boolean {
  let backslashes = 0;
  while (line[line.length - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

function splitEntry(line: string): [string, string] {
  let end = 0;
  while (end < line.length && !' \t\f=:'.includes(line[end] ?? '')) end += line[end] === '\\' ? 2 : 1;
  const key = line.slice(0, end);
  const value = line.slice(end).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '');
  return [unescape(key), unescape(value)];
}

function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  let result = '';
  for (let index = 0; index < text.length; index++) {
    const char = text[index] ?? '';
    if (char !== '\\') {
      result += char;
      continue;
    }
    const escaped = text[++index] ?? '';
    if (escaped === 'u') {
      const digits = text.slice(index + 1, index + 5);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new MalformedPropertiesError('Malformed \\uxxxx encoding.');
      result += String.fromCharCode(Number.parseInt(digits, 16));
      index += 4;
    } else {
      result += { t: '\t', n: '\n', r: '\r', f: '\f' }[escaped] ?? escaped;
    }
  }
  return result;
}

function escape(text: string, isKey: boolean): string {
  let result = '';
  for (let index = 0; index < text.length; index++) {
    const char = text[index] ?? '';
    const short = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\f': '\\f' }[char];
    if (short !== undefined) result += short;
    else if (char === ' ') result += isKey || index === 0 ? '\\ ' : ' ';
    else if ('\\=:#!'.includes(char)) result += `\\${char}`;
    else result += char >= ' ' && char <= '~' ? char : unicodeEscape(char);
  }
  return result;
}

function escapeUnicode(text: string, max: number): string {
  let result = '';
  for (let index = 0; index < text.length; index++) {
    const char = text[index] ?? '';
    result += char.charCodeAt(0) > max ? unicodeEscape(char) : char;
  }
  return result;
}

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}
