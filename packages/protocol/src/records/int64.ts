import type { Int64 } from '../int64.ts';

export type { Int64 } from '../int64.ts';

const TWO_32 = 4294967296;
/** Of the high word of a safe value: [-2^21, 2^21). */
const HIGH_LIMIT = 0x200000;

/** The canonical form of a bigint within int64. */
export function int64Of(value: bigint): Int64 {
  const wrapped = BigInt.asIntN(64, value);
  const number = Number(wrapped);
  return Number.isSafeInteger(number) ? number : wrapped;
}

/** 8 bytes, big-endian, exactly. */
export function readInt64(buffer: Buffer, at: number): Int64 {
  const high = buffer.readInt32BE(at);
  if (high >= -HIGH_LIMIT && high < HIGH_LIMIT) {
    const value = high * TWO_32 + buffer.readUInt32BE(at + 4);
    if (Number.isSafeInteger(value)) return value;
  }
  return buffer.readBigInt64BE(at);
}

/**
 * 8 bytes as a number, for what may never be unsafe: offsets and producer ids. A value outside the safe range comes
 * back rounded, so it fails `Number.isSafeInteger`; whoever reads foreign bytes checks that and reports corruption.
 */
export function readInt64AsNumber(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at) * TWO_32 + buffer.readUInt32BE(at + 4);
}

export function writeInt64(buffer: Buffer, value: Int64, at: number): void {
  if (typeof value === 'bigint') {
    buffer.writeBigInt64BE(value, at);
    return;
  }
  const high = Math.floor(value / TWO_32);
  buffer.writeInt32BE(high, at);
  buffer.writeUInt32BE(value - high * TWO_32, at + 4);
}

/** Sum with Java's wrap-around. */
export function addInt64(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return int64Of(BigInt(a) + BigInt(b));
}

/** Difference with Java's wrap-around. */
export function subtractInt64(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return int64Of(BigInt(a) - BigInt(b));
}

export function maxInt64(a: Int64, b: Int64): Int64 {
  return a >= b ? a : b;
}
