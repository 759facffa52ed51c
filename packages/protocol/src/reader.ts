import type { Int64 } from './int64.ts';
import type { TaggedField } from './message-codec.ts';
import { ProtocolError } from './protocol-error.ts';
import { readText } from './text.ts';
import { readUuid, type Uuid } from './uuid.ts';

const EMPTY = Buffer.alloc(0);

/** What decoding may allocate: this many times the bytes it is given, plus the base. */
const BUDGET_FACTOR = 4;
const BUDGET_BASE_BYTES = 65_536;
/** What a Buffer view costs beside its bytes. */
const VIEW_COST_BYTES = 96;

/**
 * Reads Kafka's primitives from a part of a buffer. Every read is checked against the limit and throws ProtocolError.
 *
 * Each value has exactly one accepted encoding, so that what decodes also re-encodes to the same bytes: varints must be
 * minimal, booleans 0 or 1, NaN the canonical one, a null length exactly -1. (Kafka is laxer in all of these.)
 *
 * Allocation is bounded before it happens. A count is first held against the bytes that are left, but that alone is not
 * enough: an element of one or two bytes (a struct with an empty string, say) becomes an object many times its size. So
 * each array is charged for its elements - 8 bytes for the reference and for each field - and each view and string for
 * its own, against 4 times the frame plus 64 KiB. Every real element passes: even `int32, int16, tags` is 7 bytes against
 * a cost of 24. V8's object headers are not in this account; they add a factor below 2.5.
 */
export class Reader {
  buffer: Buffer;
  offset: number;
  limit: number;
  private budget: number;

  constructor(buffer: Buffer = EMPTY, offset = 0, limit: number = buffer.length) {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = limit;
    this.budget = BUDGET_FACTOR * (limit - offset) + BUDGET_BASE_BYTES;
  }

  /** Starts over on other bytes. `limit` is the offset behind the last byte. */
  reset(buffer: Buffer, offset = 0, limit: number = buffer.length): this {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = limit;
    this.budget = BUDGET_FACTOR * (limit - offset) + BUDGET_BASE_BYTES;
    return this;
  }

  get remaining(): number {
    return this.limit - this.offset;
  }

  boolean(): boolean {
    const value = this.uint8('boolean');
    if (value > 1) throw this.invalid('boolean', `${value} is neither 0 nor 1`, 1);
    return value === 1;
  }

  int8(): number {
    return (this.uint8('int8') << 24) >> 24;
  }

  private uint8(what: string): number {
    const at = this.offset;
    if (at >= this.limit) throw this.short(what, 1);
    this.offset = at + 1;
    return this.buffer[at];
  }

  int16(): number {
    const at = this.offset;
    if (at + 2 > this.limit) throw this.short('int16', 2);
    this.offset = at + 2;
    const buffer = this.buffer;
    return ((buffer[at] << 24) >> 16) | buffer[at + 1];
  }

  uint16(): number {
    const at = this.offset;
    if (at + 2 > this.limit) throw this.short('uint16', 2);
    this.offset = at + 2;
    const buffer = this.buffer;
    return (buffer[at] << 8) | buffer[at + 1];
  }

  int32(): number {
    const at = this.offset;
    if (at + 4 > this.limit) throw this.short('int32', 4);
    this.offset = at + 4;
    const buffer = this.buffer;
    return (buffer[at] << 24) | (buffer[at + 1] << 16) | (buffer[at + 2] << 8) | buffer[at + 3];
  }

  uint32(): number {
    return this.int32() >>> 0;
  }

  int64(): Int64 {
    const at = this.offset;
    if (at + 8 > this.limit) throw this.short('int64', 8);
    this.offset = at + 8;
    const buffer = this.buffer;
    const high = (buffer[at] << 24) | (buffer[at + 1] << 16) | (buffer[at + 2] << 8) | buffer[at + 3];
    const low = (buffer[at + 4] << 24) | (buffer[at + 5] << 16) | (buffer[at + 6] << 8) | buffer[at + 7];
    if (high === low >> 31) return low;
    const value = high * 0x1_0000_0000 + (low >>> 0);
    return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low >>> 0);
  }

  float64(): number {
    const at = this.offset;
    if (at + 8 > this.limit) throw this.short('float64', 8);
    const value = this.buffer.readDoubleBE(at);
    if (
      Number.isNaN(value) &&
      (this.buffer.readUInt32BE(at) !== 0x7ff80000 || this.buffer.readUInt32BE(at + 4) !== 0)
    ) {
      throw this.invalid('float64', 'a NaN other than 7ff8000000000000', 0);
    }
    this.offset = at + 8;
    return value;
  }

  /** Unsigned, up to 2^32 - 1, at most 5 bytes. */
  uvarint(): number {
    const at = this.offset;
    if (at >= this.limit) throw this.short('varint', 1);
    const first = this.buffer[at];
    if (first < 128) {
      this.offset = at + 1;
      return first;
    }
    return this.longUvarint(at);
  }

  private longUvarint(start: number): number {
    const { buffer, limit } = this;
    let value = buffer[start] & 127;
    for (let i = 1; i < 5; i++) {
      const at = start + i;
      if (at >= limit) throw this.short('varint', i + 1);
      const byte = buffer[at];
      if (i === 4 && byte > 15) throw this.invalid('varint', 'more than 32 bits', 0);
      value |= (byte & 127) << (7 * i);
      if (byte < 128) {
        if (byte === 0) throw this.invalid('varint', 'longer than needed', 0);
        this.offset = at + 1;
        return value >>> 0;
      }
    }
    throw this.invalid('varint', 'more than 32 bits', 0);
  }

  /** Zigzag, 32 bits. */
  varint(): number {
    const value = this.uvarint();
    return (value >>> 1) ^ -(value & 1);
  }

  /** Zigzag, 64 bits, at most 10 bytes. */
  varlong(): Int64 {
    const start = this.offset;
    const { buffer, limit } = this;
    let value = 0n;
    for (let i = 0; i < 10; i++) {
      const at = start + i;
      if (at >= limit) throw this.short('varlong', i + 1);
      const byte = buffer[at];
      if (i === 9 && byte > 1) break;
      value |= BigInt(byte & 127) << BigInt(7 * i);
      if (byte < 128) {
        if (byte === 0 && i > 0) throw this.invalid('varlong', 'longer than needed', 0);
        this.offset = at + 1;
        const signed = (value >> 1n) ^ -(value & 1n);
        const number = Number(signed);
        return Number.isSafeInteger(number) ? number : signed;
      }
    }
    throw this.invalid('varlong', 'more than 64 bits', 0);
  }

  uuid(): Uuid {
    const at = this.offset;
    if (at + 16 > this.limit) throw this.short('uuid', 16);
    this.offset = at + 16;
    return readUuid(this.buffer, at);
  }

  string(): string {
    return this.text(this.int16());
  }

  nullableString(): string | null {
    const length = this.int16();
    return length === -1 ? null : this.text(length);
  }

  compactString(): string {
    return this.text(this.uvarint() - 1);
  }

  nullableCompactString(): string | null {
    const length = this.uvarint() - 1;
    return length === -1 ? null : this.text(length);
  }

  private text(length: number): string {
    const start = this.offset;
    const end = start + length;
    if (length < 0) throw this.negative('string', length);
    if (end > this.limit) throw this.short('string', length);
    this.charge('string', length);
    this.offset = end;
    return readText(this.buffer, start, end);
  }

  /** A view into the frame, as all bytes and records are. */
  bytes(): Buffer {
    return this.view(this.int32());
  }

  nullableBytes(): Buffer | null {
    const length = this.int32();
    return length === -1 ? null : this.view(length);
  }

  compactBytes(): Buffer {
    return this.view(this.uvarint() - 1);
  }

  nullableCompactBytes(): Buffer | null {
    const length = this.uvarint() - 1;
    return length === -1 ? null : this.view(length);
  }

  /** The next `length` bytes, as a view. */
  view(length: number): Buffer {
    const start = this.offset;
    const end = start + length;
    if (length < 0) throw this.negative('bytes', length);
    if (end > this.limit) throw this.short('bytes', length);
    if (length === 0) return EMPTY;
    this.charge('bytes', VIEW_COST_BYTES);
    this.offset = end;
    return this.buffer.subarray(start, end);
  }

  /**
   * The length of an array whose elements take at least `bytesMin` each here, and about `costBytes` once decoded.
   */
  arrayCount(bytesMin: number, costBytes: number): number {
    const count = this.int32();
    return this.checkedCount(count, bytesMin, costBytes);
  }

  /** -1 is a null array. */
  nullableArrayCount(bytesMin: number, costBytes: number): number {
    const count = this.int32();
    return count === -1 ? -1 : this.checkedCount(count, bytesMin, costBytes);
  }

  compactArrayCount(bytesMin: number, costBytes: number): number {
    return this.checkedCount(this.uvarint() - 1, bytesMin, costBytes);
  }

  nullableCompactArrayCount(bytesMin: number, costBytes: number): number {
    const count = this.uvarint() - 1;
    return count === -1 ? -1 : this.checkedCount(count, bytesMin, costBytes);
  }

  private checkedCount(count: number, bytesMin: number, costBytes: number): number {
    if (count < 0) throw this.negative('array', count);
    if (count * bytesMin > this.limit - this.offset) throw this.short(`array of ${count}`, count * bytesMin);
    this.charge('array', count * costBytes);
    return count;
  }

  /** Counts an allocation against the budget, before it is made. */
  charge(what: string, costBytes: number): void {
    this.budget -= costBytes;
    if (this.budget < 0) {
      throw this.invalid(
        what,
        `more than ${BUDGET_FACTOR} times the frame plus ${BUDGET_BASE_BYTES} bytes to allocate`,
        0,
      );
    }
  }

  /** The marker before a struct that may be null: -1 or 1. */
  isPresent(): boolean {
    const marker = this.int8();
    if (marker !== 1 && marker !== -1) throw this.invalid('nullable struct', `${marker} is neither -1 nor 1`, 1);
    return marker === 1;
  }

  /** The same for a struct in a tagged field: a varint, 0 or 1. */
  isTaggedPresent(): boolean {
    const marker = this.uvarint();
    if (marker > 1) throw this.invalid('nullable struct', `${marker} is neither 0 nor 1`, 1);
    return marker === 1;
  }

  /** The tag section of a struct that knows no tags. */
  taggedFields(): TaggedField[] | undefined {
    let kept: TaggedField[] | undefined;
    let last = -1;
    for (let left = this.uvarint(); left > 0; left--) {
      const tag = this.tag(last);
      const size = this.tagSize();
      kept = this.keepTag(kept, tag, this.offset, this.offset + size);
      last = tag;
    }
    return kept;
  }

  /** The next tag, which must be above `last`. */
  tag(last: number): number {
    const tag = this.uvarint();
    if (tag <= last) throw this.invalid('tagged field', `tag ${tag} after tag ${last}`, 0);
    return tag;
  }

  tagSize(): number {
    const size = this.uvarint();
    if (size > this.limit - this.offset) throw this.short('tagged field', size);
    return size;
  }

  /** Checks that a known tagged field was as long as its size said. */
  endTag(tag: number, end: number): void {
    if (this.offset !== end)
      throw this.invalid('tagged field', `tag ${tag} ends at ${this.offset}, its size says ${end}`, 0);
  }

  keepTag(kept: TaggedField[] | undefined, tag: number, start: number, end: number): TaggedField[] {
    this.charge('tagged field', 2 * VIEW_COST_BYTES);
    this.offset = end;
    const field = { tag, data: this.buffer.subarray(start, end) };
    if (kept === undefined) return [field];
    kept.push(field);
    return kept;
  }

  /** Throws unless everything has been read. */
  end(what: string): void {
    if (this.offset !== this.limit) {
      throw this.invalid(what, `${this.limit - this.offset} bytes left over`, 0);
    }
  }

  nullValue(what: string): ProtocolError {
    return this.invalid(what, 'null is not allowed', 0);
  }

  private short(what: string, size: number): ProtocolError {
    return new ProtocolError(`${what} at offset ${this.offset} needs ${size} bytes, the limit is ${this.limit}`);
  }

  private negative(what: string, length: number): ProtocolError {
    return this.invalid(what, length === -1 ? 'null is not allowed' : `length ${length}`, 0);
  }

  private invalid(what: string, why: string, back: number): ProtocolError {
    return new ProtocolError(`${what} at offset ${this.offset - back} (limit ${this.limit}): ${why}`);
  }
}
