const DOUBLE = /^([+-]?)(?:(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[fd]?|(NaN|Infinity))$/i;

/** Java's `Double.valueOf`, without hexadecimal ones. Undefined: it is none. */
export function parseJavaDouble(text: string): number | undefined {
  const match = DOUBLE.exec(text.trim());
  if (match === null) return undefined;
  const [, sign = '', digits = '', exponent = '', word = ''] = match;
  return Number(`${sign}${word}${digits}${exponent}`);
}
