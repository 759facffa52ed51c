/** A double as Java prints it: `1024.0`, from ten million on `1.0E7`, below a thousandth `1.0E-4`. */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-3 && size < 1e7)) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent.replace('+', '')}`;
}

const DOUBLE = /^([+-]?)(?:(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[fd]?|(NaN|Infinity))$/i;

/** Java's `Double.valueOf`, without hexadecimal ones. Undefined: it is none. */
export function parseJavaDouble(text: string): number | undefined {
  const match = DOUBLE.exec(text.trim());
  if (match === null) return undefined;
  const [, sign = '', digits = '', exponent = '', word = ''] = match;
  return Number(`${sign}${word}${digits}${exponent}`);
}
