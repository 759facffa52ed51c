/** A double as Java's `%.Nf` has it: of its shortest decimal digits, halves rounded up. */
export function javaFixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return String(value);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  const shift = Number(exponent) + digits - fraction.length;
  const all = BigInt(whole + fraction);
  const scaled = shift >= 0 ? all * 10n ** BigInt(shift) : roundedHalfUp(all, 10n ** BigInt(-shift));
  const text = scaled.toString().padStart(digits + 1, '0');
  const point = text.length - digits;
  return `${sign}${text.slice(0, point)}${digits > 0 ? '.' : ''}${text.slice(point)}`;
}

function roundedHalfUp(value: bigint, unit: bigint): bigint {
  return (value + unit / 2n) / unit;
}
