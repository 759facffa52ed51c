/**
 * A signed 64-bit integer: a number where |n| <= 2^53 - 1, a BigInt beyond. Every function here returns that canonical
 * form, so equal values are `===` equal. Mixed comparisons with `<`, `>`, `==` are exact in JavaScript.
 */
export type Int64 = number | bigint;

export const INT64_MAX = 9223372036854775807n;
export const INT64_MIN = -9223372036854775808n;

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const MIN_SAFE = BigInt(Number.MIN_SAFE_INTEGER);
const TWO_32 = 4294967296;

/** The canonical form of a BigInt within int64. */
export function int64(value: Int64): Int64 {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
    throw new RangeError(`${value} is not an exact integer`);
  }
  if (value >= MIN_SAFE && value <= MAX_SAFE) return Number(value);
  if (value > INT64_MAX || value < INT64_MIN) throw new RangeError(`${value} does not fit in 64 bits`);
  return value;
}

/** Negative, zero or positive, as Long.compare. */
export function compareInt64(a: Int64, b: Int64): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The sum, clamped to the int64 range: a deadline of "now + forever" stays forever. */
export function addInt64(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return clamp(BigInt(a) + BigInt(b));
}

/** a - b, clamped to the int64 range. */
export function subtractInt64(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return clamp(BigInt(a) - BigInt(b));
}

/** The nearest number within +-(2^53 - 1): for sizes and durations, where anything beyond means "unlimited". */
export function toSafeNumber(value: Int64): number {
  if (typeof value === 'number') return value;
  return value > 0n ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
}

/** Reads a big-endian int64. No BigInt is made while the value is safe. */
export function readInt64(buffer: Buffer, offset: number): Int64 {
  const high = buffer.readInt32BE(offset);
  const low = buffer.readUInt32BE(offset + 4);
  if (high < 0x200000 && high > -0x200000) return high * TWO_32 + low;
  return int64((BigInt(high) << 32n) | BigInt(low));
}

/** Writes a big-endian int64 and returns the offset after it. */
export function writeInt64(buffer: Buffer, value: Int64, offset: number): number {
  if (typeof value === 'bigint') return buffer.writeBigInt64BE(value, offset);
  const high = Math.floor(value / TWO_32);
  buffer.writeInt32BE(high, offset);
  return buffer.writeUInt32BE(value - high * TWO_32, offset + 4);
}

/**
 * Reads decimal text as Long.parseLong does: an optional sign and digits, nothing else. Undefined when it is not a
 * number or does not fit.
 */
export function parseInt64(text: string): Int64 | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  const exact = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return exact > INT64_MAX || exact < INT64_MIN ? undefined : int64(exact);
}

function clamp(value: bigint): Int64 {
  return int64(value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : value);
}
