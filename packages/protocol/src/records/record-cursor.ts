/*
 * A record inside a batch of magic 2 (varint, varlong: zig-zag LEB128, at most 5 and 10 bytes):
 *
 *   length         varint   bytes after this field
 *   attributes     int8     unused
 *   timestampDelta varlong  to the batch's base timestamp
 *   offsetDelta    varint   to the batch's base offset
 *   keyLength      varint   -1 null; key
 *   valueLength    varint   -1 null; value
 *   headerCount    varint   then per header: keyLength varint (>= 0), key UTF-8, valueLength varint (-1 null), value
 */
import { addInt64, type Int64, int64Of } from './int64.ts';
import type { RecordHeader } from './record.ts';

export type RecordProblem =
  | 'the records end before the count is reached'
  | 'bytes follow the last record'
  | 'a varint is too long or cut off'
  | 'the record length does not fit'
  | 'the key length does not fit'
  | 'the value length does not fit'
  | 'the header count does not fit'
  | 'a header does not fit'
  | 'the record length differs from its content'
  | 'the offset delta is negative'
  | 'the record count is negative';

const TWO_28 = 0x10000000;
const EMPTY = Buffer.alloc(0);

/**
 * Walks uncompressed records without allocating: `while (cursor.next()) ...`, then look at `problem`. Positions index
 * `bytes`. Every field is checked against the record's end before it is exposed.
 */
export class RecordCursor {
  bytes: Buffer = EMPTY;
  /** Where the records must end. */
  limit = 0;
  /** Records not yet read. */
  remaining = 0;
  /** What stopped the walk; undefined when all records were there and nothing else. */
  problem: RecordProblem | undefined = undefined;

  /** First byte of the record, its length field included. */
  start = 0;
  /** One past the last byte of the record. */
  end = 0;
  attributes = 0;
  /** NaN when it is not a safe integer: `timestampFrom` is always exact. */
  timestampDelta = 0;
  offsetDelta = 0;
  /** Where the length of the key stands: key, value and headers follow. */
  keyAt = 0;
  keyStart = 0;
  /** -1 for null. */
  keyLength = -1;
  valueStart = 0;
  /** -1 for null. */
  valueLength = -1;
  headerCount = 0;
  headersStart = 0;

  #timestampStart = 0;
  #at = 0;

  /** Starts a walk over `count` records in `bytes[start, limit)`. */
  reset(bytes: Buffer, start: number, limit: number, count: number): this {
    this.bytes = bytes;
    this.end = start;
    this.limit = limit;
    this.remaining = count;
    this.problem = count < 0 ? 'the record count is negative' : undefined;
    return this;
  }

  /** Goes on behind `count` records that end at `end`, and that the caller has found well formed by its own reading. */
  skip(count: number, end: number): void {
    this.remaining -= count;
    this.end = end;
  }

  /** False after the last record and at a malformed one. */
  next(): boolean {
    if (this.remaining <= 0) {
      if (this.remaining === 0 && this.end !== this.limit) this.problem ??= 'bytes follow the last record';
      return false;
    }
    const bytes = this.bytes;
    const start = this.end;
    if (start >= this.limit) return this.#fail('the records end before the count is reached');
    this.start = start;
    this.#at = start;
    const length = this.#varint(this.limit);
    const end = this.#at + length;
    if (!(length > 0) || end > this.limit) return this.#fail('the record length does not fit');
    this.attributes = bytes[this.#at++];
    this.#timestampStart = this.#at;
    this.timestampDelta = this.#varlong(end);
    this.offsetDelta = this.#varint(end);
    this.keyAt = this.#at;
    this.keyLength = this.#varint(end);
    this.keyStart = this.#at;
    if (this.keyLength > 0) this.#at += this.keyLength;
    if (!(this.keyLength >= -1 && this.#at < end)) return this.#fail('the key length does not fit');
    this.valueLength = this.#varint(end);
    this.valueStart = this.#at;
    if (this.valueLength > 0) this.#at += this.valueLength;
    if (!(this.valueLength >= -1 && this.#at < end)) return this.#fail('the value length does not fit');
    this.headerCount = this.#varint(end);
    this.headersStart = this.#at;
    if (this.headerCount !== 0 && !this.#skipHeaders(end)) return false;
    if (this.#at !== end) return this.#fail('the record length differs from its content');
    if (!(this.offsetDelta >= 0)) return this.#fail('the offset delta is negative');
    this.end = end;
    this.remaining--;
    return true;
  }

  /** `base + timestampDelta` over int64, as Java computes it. */
  timestampFrom(base: Int64): Int64 {
    if (typeof base === 'number') {
      const sum = base + this.timestampDelta;
      if (Number.isSafeInteger(sum)) return sum;
    }
    return addInt64(base, this.timestampDeltaExact());
  }

  timestampDeltaExact(): Int64 {
    if (!Number.isNaN(this.timestampDelta)) return this.timestampDelta;
    let raw = 0n;
    let shift = 0n;
    for (let at = this.#timestampStart; ; at++) {
      const byte = this.bytes[at];
      raw |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
      shift += 7n;
    }
    raw = BigInt.asUintN(64, raw);
    return int64Of((raw >> 1n) ^ -(raw & 1n));
  }

  /** A view, not a copy. */
  key(): Buffer | null {
    return this.keyLength < 0 ? null : this.bytes.subarray(this.keyStart, this.keyStart + this.keyLength);
  }

  /** A view, not a copy. */
  value(): Buffer | null {
    return this.valueLength < 0 ? null : this.bytes.subarray(this.valueStart, this.valueStart + this.valueLength);
  }

  headers(): RecordHeader[] {
    return this.rawHeaders().map(({ key, value }) => ({ key: key.toString('utf8'), value }));
  }

  /** For `headersAt`. */
  readHeadersAt(bytes: Buffer, at: number): RecordHeader[] {
    this.bytes = bytes;
    this.end = bytes.length;
    this.#at = at;
    this.headerCount = this.#varint(this.end);
    this.headersStart = this.#at;
    const headers = this.headers();
    this.bytes = EMPTY;
    return headers;
  }

  /** With keys as the bytes they are, which need not be UTF-8: for what is written again. Views, not copies. */
  rawHeaders(): { readonly key: Buffer; readonly value: Buffer | null }[] {
    const headers: { readonly key: Buffer; readonly value: Buffer | null }[] = [];
    this.#at = this.headersStart;
    for (let i = 0; i < this.headerCount; i++) {
      const keyLength = this.#varint(this.end);
      const key = this.bytes.subarray(this.#at, this.#at + keyLength);
      this.#at += keyLength;
      const valueLength = this.#varint(this.end);
      const value = valueLength < 0 ? null : this.bytes.subarray(this.#at, this.#at + valueLength);
      if (valueLength > 0) this.#at += valueLength;
      headers.push({ key, value });
    }
    return headers;
  }

  #skipHeaders(end: number): boolean {
    // A header takes at least two bytes.
    if (!(this.headerCount >= 0 && this.headerCount <= (end - this.#at) / 2)) {
      return this.#fail('the header count does not fit');
    }
    for (let i = 0; i < this.headerCount; i++) {
      const keyLength = this.#varint(end);
      if (!(keyLength >= 0) || (this.#at += keyLength) >= end) return this.#fail('a header does not fit');
      const valueLength = this.#varint(end);
      if (valueLength > 0) this.#at += valueLength;
      if (!(valueLength >= -1 && this.#at <= end)) return this.#fail('a header does not fit');
    }
    return true;
  }

  #fail(problem: RecordProblem): false {
    this.problem ??= problem;
    this.remaining = -1;
    return false;
  }

  /** NaN when it is malformed or does not end before `end`. */
  #varint(end: number): number {
    const at = this.#at;
    if (at < end) {
      const byte = this.bytes[at];
      if (byte < 0x80) {
        this.#at = at + 1;
        return (byte >>> 1) ^ -(byte & 1);
      }
    }
    return this.#longVarint(end);
  }

  #longVarint(end: number): number {
    let raw = 0;
    let at = this.#at;
    for (let shift = 0; shift < 35 && at < end; shift += 7) {
      const byte = this.bytes[at++];
      raw |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.#at = at;
        return (raw >>> 1) ^ -(raw & 1);
      }
    }
    this.problem ??= 'a varint is too long or cut off';
    return Number.NaN;
  }

  /** NaN when it is not a safe integer, or malformed (then `problem` is set). */
  #varlong(end: number): number {
    let low = 0;
    let at = this.#at;
    for (let shift = 0; shift < 28 && at < end; shift += 7) {
      const byte = this.bytes[at++];
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.#at = at;
        return (low >>> 1) ^ -(low & 1);
      }
    }
    let high = 0;
    for (let shift = 0; shift < 42 && at < end; shift += 7) {
      const byte = this.bytes[at++];
      high += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        this.#at = at;
        // The raw value must stay below 2^53 for the arithmetic to be exact.
        if (high >= 0x2000000) return Number.NaN;
        const magnitude = high * (TWO_28 / 2) + (low >>> 1);
        return (low & 1) === 0 ? magnitude : -magnitude - 1;
      }
    }
    this.problem ??= 'a varint is too long or cut off';
    return Number.NaN;
  }
}

const shared = new RecordCursor();

/** The headers whose count stands at `at`, of a record that a cursor has found well formed. Values are views, not copies. */
export function headersAt(bytes: Buffer, at: number): RecordHeader[] {
  return shared.readHeadersAt(bytes, at);
}
