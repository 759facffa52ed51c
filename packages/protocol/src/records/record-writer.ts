import { type Int64, subtractInt64 } from './int64.ts';
import type { RecordHeaderInput } from './record.ts';

const TWO_28 = 0x10000000;

/** Bytes of a zig-zag varint of an int32. */
export function varintSize(value: number): number {
  const raw = ((value << 1) ^ (value >> 31)) >>> 0;
  if (raw < 0x80) return 1;
  if (raw < 0x4000) return 2;
  if (raw < 0x200000) return 3;
  return raw < 0x10000000 ? 4 : 5;
}

/** Bytes of a zig-zag varlong of an int64. */
export function varlongSize(value: Int64): number {
  if (typeof value === 'number' && value >= -0x40000000 && value < 0x40000000) return varintSize(value);
  const wide = BigInt(value);
  let raw = BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n));
  let size = 1;
  for (; raw >= 0x80n; raw >>= 7n) size++;
  return size;
}

/** A byte buffer that grows; positions before `length` are written. */
export class RecordWriter {
  #bytes: Buffer;
  length: number;

  /** The first `reserved` bytes are left for a header. */
  constructor(capacity: number, reserved: number) {
    this.#bytes = Buffer.allocUnsafe(Math.max(capacity, reserved));
    this.length = reserved;
  }

  /** The bytes written so far (a view that the next write may outgrow). */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  /** Appends one record of magic 2 (layout in `record-cursor.ts`). */
  writeRecord(
    timestampDelta: Int64,
    offsetDelta: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: readonly RecordHeaderInput[],
  ): void {
    const headerKeys = headers.length === 0 ? undefined : headers.map(({ key: name }) => headerKey(name));
    let size = 1 + varlongSize(timestampDelta) + varintSize(offsetDelta) + fieldSize(key) + fieldSize(value);
    size += varintSize(headers.length);
    if (headerKeys !== undefined) {
      for (let i = 0; i < headerKeys.length; i++) size += fieldSize(headerKeys[i]) + fieldSize(headers[i].value);
    }
    this.#reserve(size + 5);
    this.#varint(size);
    this.#bytes[this.length++] = 0;
    this.#varlong(timestampDelta);
    this.#varint(offsetDelta);
    this.#field(key);
    this.#field(value);
    this.#varint(headers.length);
    if (headerKeys === undefined) return;
    for (let i = 0; i < headerKeys.length; i++) {
      this.#field(headerKeys[i]);
      this.#field(headers[i].value);
    }
  }

  writeBytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Room for `size` more bytes, whose content the caller fills in; returns where they start. */
  skip(size: number): number {
    this.#reserve(size);
    const at = this.length;
    this.length += size;
    return at;
  }

  #reserve(size: number): void {
    const needed = this.length + size;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.length);
    this.#bytes = grown;
  }

  #field(bytes: Uint8Array | null): void {
    if (bytes === null) {
      this.#bytes[this.length++] = 1;
      return;
    }
    this.#varint(bytes.length);
    const size = bytes.length;
    if (size > 32) {
      this.#bytes.set(bytes, this.length);
    } else {
      for (let i = 0; i < size; i++) this.#bytes[this.length + i] = bytes[i];
    }
    this.length += size;
  }

  #varint(value: number): void {
    let raw = ((value << 1) ^ (value >> 31)) >>> 0;
    let at = this.length;
    for (; raw >= 0x80; raw >>>= 7) this.#bytes[at++] = (raw & 0x7f) | 0x80;
    this.#bytes[at++] = raw;
    this.length = at;
  }

  #varlong(value: Int64): void {
    if (typeof value === 'number' && value >= -0x40000000 && value < 0x40000000) {
      this.#varint(value);
      return;
    }
    const wide = BigInt(value);
    let raw = BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n));
    for (; raw >= BigInt(TWO_28); raw >>= 7n) this.#bytes[this.length++] = Number(raw & 0x7fn) | 0x80;
    let low = Number(raw);
    for (; low >= 0x80; low >>>= 7) this.#bytes[this.length++] = (low & 0x7f) | 0x80;
    this.#bytes[this.length++] = low;
  }
}

/** The delta a record carries for `timestamp`. */
export function timestampDelta(timestamp: Int64, base: Int64): Int64 {
  return subtractInt64(timestamp, base);
}

function headerKey(key: string | Uint8Array): Uint8Array {
  return typeof key === 'string' ? Buffer.from(key, 'utf8') : key;
}

function fieldSize(bytes: Uint8Array | null): number {
  return bytes === null ? 1 : varintSize(bytes.length) + bytes.length;
}
