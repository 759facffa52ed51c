/** What `jsonText` writes. Integers beyond 2^53 are BigInts. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | JavaDouble
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** A number that Java has as a double: it is written with a fraction. */
export class JavaDouble {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** The text of a double in Java (`Double.toString`): at least one decimal, an exponent outside 10^-3 to 10^7. */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  const size = Math.abs(value);
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value);
    return text.includes('.') ? text : `${text}.0`;
  }
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

/** JSON without spaces, its control characters escaped with capital digits, as Jackson writes it. */
export function jsonText(value: JsonValue): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
  }
  if (value instanceof JavaDouble) return javaDouble(value.value);
  if (isList(value)) return `[${value.map(jsonText).join(',')}]`;
  const members: string[] = [];
  for (const [name, member] of Object.entries(value)) members.push(`${quoted(name)}:${jsonText(member)}`);
  return `{${members.join(',')}}`;
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(/\\u00([01][a-f])/g, (_, digits: string) => `\\u00${digits.toUpperCase()}`);
}
