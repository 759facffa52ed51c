/**
 * A 64-bit signed integer: a number while it is a safe integer, a bigint beyond. Decoding always picks the number where
 * one is exact, so `===` works between decoded values; encoding takes either.
 */
export type Int64 = number | bigint;

export const INT64_MAX = 9223372036854775807n;
export const INT64_MIN = -9223372036854775808n;

/** The canonical form of `value`: a number where that is exact. */
export function toInt64(value: Int64): Int64 {
  if (typeof value === 'number') return value;
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/**
 * `value` as a number, held within the safe integers: for offsets, ids and epochs, which never come near those bounds
 * unless a client made them up.
 */
export function clampToNumber(value: Int64): number {
  if (typeof value === 'number') return value;
  if (value > 9007199254740991n) return Number.MAX_SAFE_INTEGER;
  return value < -9007199254740991n ? Number.MIN_SAFE_INTEGER : Number(value);
}
