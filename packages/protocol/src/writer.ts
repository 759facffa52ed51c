import type { Int64 } from './int64.ts';
import type { RecordsInit, TaggedField } from './message-codec.ts';
import type { OutgoingPart } from './outgoing-part.ts';
import { ProtocolError } from './protocol-error.ts';
import { escapedBytes } from './text.ts';
import { type Uuid, writeUuid } from './uuid.ts';

/** Memory is taken in slabs of this size; many messages share one. */
const SLAB_BYTES = 65_536;
/** Records up to this size are copied into the message; larger ones stay parts of their own. */
const COPIED_RECORDS_BYTES_MAX = 4096;
const SHORT_TEXT_LENGTH_MAX = 40;
const NO_TAGS: readonly TaggedField[] = [];

/**
 * Writes Kafka's primitives into memory it owns. A message is ended by `finish`, which hands out its parts; the writer
 * goes on behind them and never touches them again, until `reset` says that all of them are done with.
 */
export class Writer {
  private buffer: Buffer;
  private capacity: number;
  private offset = 0;
  /** Where the part being written began. */
  private partStart = 0;
  private parts: OutgoingPart[] = [];
  /** Bytes of the message that lie in `parts`. */
  private partsBytes = 0;

  constructor(initialBytes: number = SLAB_BYTES) {
    this.buffer = Buffer.allocUnsafeSlow(initialBytes);
    this.capacity = initialBytes;
  }

  /** Bytes of the current message so far. */
  get sizeBytes(): number {
    return this.partsBytes + this.offset - this.partStart;
  }

  /** Ends the message: its parts in order, one at least. They stay untouched until `reset`. */
  finish(): OutgoingPart[] {
    const parts = this.parts;
    if (this.offset > this.partStart || parts.length === 0)
      parts.push(this.buffer.subarray(this.partStart, this.offset));
    this.partStart = this.offset;
    this.parts = [];
    this.partsBytes = 0;
    return parts;
  }

  /** Drops the message being written, for instance after its encoding failed. External parts are not released. */
  discard(): void {
    this.offset = this.partStart;
    this.parts = [];
    this.partsBytes = 0;
  }

  /** Starts over at the beginning of the memory: every part handed out before becomes invalid. */
  reset(): void {
    this.offset = 0;
    this.partStart = 0;
    this.parts = [];
    this.partsBytes = 0;
  }

  private grow(size: number): void {
    const written = this.offset - this.partStart;
    // A part that outgrows its slab at least doubles, so that copying stays linear in all.
    const capacity = Math.max(SLAB_BYTES, written * 2 + size);
    const buffer = Buffer.allocUnsafeSlow(capacity);
    this.buffer.copy(buffer, 0, this.partStart, this.offset);
    this.buffer = buffer;
    this.capacity = capacity;
    this.partStart = 0;
    this.offset = written;
  }

  boolean(value: boolean): void {
    this.byte(value ? 1 : 0);
  }

  int8(value: number): void {
    if ((value << 24) >> 24 !== value) throw outOfRange('int8', value);
    this.byte(value);
  }

  private byte(value: number): void {
    if (this.offset === this.capacity) this.grow(1);
    this.buffer[this.offset++] = value;
  }

  int16(value: number): void {
    if ((value << 16) >> 16 !== value) throw outOfRange('int16', value);
    this.two(value);
  }

  uint16(value: number): void {
    if ((value & 0xffff) !== value) throw outOfRange('uint16', value);
    this.two(value);
  }

  private two(value: number): void {
    if (this.offset + 2 > this.capacity) this.grow(2);
    const { buffer, offset } = this;
    buffer[offset] = value >> 8;
    buffer[offset + 1] = value;
    this.offset = offset + 2;
  }

  int32(value: number): void {
    if ((value | 0) !== value) throw outOfRange('int32', value);
    this.four(value);
  }

  uint32(value: number): void {
    if (value >>> 0 !== value) throw outOfRange('uint32', value);
    this.four(value);
  }

  private four(value: number): void {
    if (this.offset + 4 > this.capacity) this.grow(4);
    const { buffer, offset } = this;
    buffer[offset] = value >> 24;
    buffer[offset + 1] = value >> 16;
    buffer[offset + 2] = value >> 8;
    buffer[offset + 3] = value;
    this.offset = offset + 4;
  }

  int64(value: Int64): void {
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value)) throw outOfRange('int64', value);
      this.four(Math.floor(value / 0x1_0000_0000));
      this.four(value | 0);
    } else {
      if (BigInt.asIntN(64, value) !== value) throw outOfRange('int64', value);
      this.four(Number(value >> 32n));
      this.four(Number(BigInt.asIntN(32, value)));
    }
  }

  float64(value: number): void {
    if (Number.isNaN(value)) {
      this.four(0x7ff80000);
      this.four(0);
      return;
    }
    if (this.offset + 8 > this.capacity) this.grow(8);
    this.offset = this.buffer.writeDoubleBE(value, this.offset);
  }

  /** Unsigned, up to 2^32 - 1. */
  uvarint(value: number): void {
    if (value >>> 0 !== value) throw outOfRange('varint', value);
    if (this.offset + 5 > this.capacity) this.grow(5);
    const buffer = this.buffer;
    let offset = this.offset;
    let rest = value;
    while (rest > 127) {
      buffer[offset++] = rest | 128;
      rest >>>= 7;
    }
    buffer[offset++] = rest;
    this.offset = offset;
  }

  /** Zigzag, 32 bits. */
  varint(value: number): void {
    if ((value | 0) !== value) throw outOfRange('varint', value);
    this.uvarint(((value << 1) ^ (value >> 31)) >>> 0);
  }

  /** Zigzag, 64 bits. */
  varlong(value: Int64): void {
    if (typeof value === 'number' ? !Number.isSafeInteger(value) : BigInt.asIntN(64, value) !== value) {
      throw outOfRange('varlong', value);
    }
    const big = BigInt(value);
    let rest = BigInt.asUintN(64, (big << 1n) ^ (big >> 63n));
    for (; rest > 127n; rest >>= 7n) this.byte(Number(rest & 127n) | 128);
    this.byte(Number(rest));
  }

  uuid(value: Uuid): void {
    if (this.offset + 16 > this.capacity) this.grow(16);
    writeUuid(this.buffer, this.offset, value);
    this.offset += 16;
  }

  /** Lone surrogates become U+FFFD, as UTF-8 has no way to write them; but see text.ts. */
  string(value: string): void {
    if (value.length <= SHORT_TEXT_LENGTH_MAX && this.shortText(value, 2)) return;
    const escaped = escapedBytes(value);
    const size = escaped === undefined ? Buffer.byteLength(value) : escaped.length;
    if (size > 0x7fff) throw new ProtocolError(`a string of ${size} bytes is longer than 32767`);
    this.two(size);
    this.text(value, size, escaped);
  }

  nullableString(value: string | null): void {
    if (value === null) this.two(-1);
    else this.string(value);
  }

  compactString(value: string): void {
    if (value.length <= SHORT_TEXT_LENGTH_MAX && this.shortText(value, 1)) return;
    const escaped = escapedBytes(value);
    const size = escaped === undefined ? Buffer.byteLength(value) : escaped.length;
    this.uvarint(size + 1);
    this.text(value, size, escaped);
  }

  nullableCompactString(value: string | null): void {
    if (value === null) this.byte(0);
    else this.compactString(value);
  }

  /** Writes a short ASCII string behind its length of one or two bytes; false, and nothing written, for any other. */
  private shortText(value: string, prefixBytes: 1 | 2): boolean {
    const length = value.length;
    if (this.offset + prefixBytes + length > this.capacity) this.grow(prefixBytes + length);
    const buffer = this.buffer;
    let at = this.offset;
    if (prefixBytes === 2) {
      buffer[at++] = 0;
      buffer[at++] = length;
    } else {
      buffer[at++] = length + 1;
    }
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 127) return false;
      buffer[at++] = code;
    }
    this.offset = at;
    return true;
  }

  private text(value: string, size: number, escaped: Buffer | undefined): void {
    if (escaped !== undefined) {
      this.raw(escaped);
      return;
    }
    if (this.offset + size > this.capacity) this.grow(size);
    this.buffer.write(value, this.offset, size, 'utf8');
    this.offset += size;
  }

  bytes(value: Uint8Array): void {
    this.int32(value.length);
    this.raw(value);
  }

  nullableBytes(value: Uint8Array | null): void {
    if (value === null) this.four(-1);
    else this.bytes(value);
  }

  compactBytes(value: Uint8Array): void {
    this.uvarint(value.length + 1);
    this.raw(value);
  }

  nullableCompactBytes(value: Uint8Array | null): void {
    if (value === null) this.byte(0);
    else this.compactBytes(value);
  }

  /** Copies bytes as they are, without a length. */
  raw(value: Uint8Array): void {
    const size = value.length;
    if (this.offset + size > this.capacity) this.grow(size);
    this.buffer.set(value, this.offset);
    this.offset += size;
  }

  records(value: RecordsInit): void {
    this.int32(value instanceof Uint8Array ? value.length : value.sizeBytes);
    this.part(value);
  }

  nullableRecords(value: RecordsInit | null): void {
    if (value === null) this.four(-1);
    else this.records(value);
  }

  compactRecords(value: RecordsInit): void {
    this.uvarint((value instanceof Uint8Array ? value.length : value.sizeBytes) + 1);
    this.part(value);
  }

  nullableCompactRecords(value: RecordsInit | null): void {
    if (value === null) this.byte(0);
    else this.compactRecords(value);
  }

  /** Appends bytes without a length: small ones are copied, others become a part, to be left alone until sent. */
  part(value: OutgoingPart): void {
    if (value instanceof Uint8Array && value.length <= COPIED_RECORDS_BYTES_MAX) {
      this.raw(value);
      return;
    }
    if (this.offset > this.partStart) {
      this.parts.push(this.buffer.subarray(this.partStart, this.offset));
      this.partsBytes += this.offset - this.partStart;
      this.partStart = this.offset;
    }
    this.parts.push(value);
    this.partsBytes += value instanceof Uint8Array ? value.length : value.sizeBytes;
  }

  arrayCount(count: number): void {
    this.four(count);
  }

  compactArrayCount(count: number): void {
    this.uvarint(count + 1);
  }

  /** Begins a tagged field whose size is not known yet: the mark for `endTag`. Tagged fields never hold parts. */
  beginTag(tag: number): number {
    this.uvarint(tag);
    this.byte(0);
    return this.offset - this.partStart;
  }

  endTag(mark: number): void {
    const start = this.partStart + mark;
    const size = this.offset - start;
    if (size < 128) {
      this.buffer[start - 1] = size;
      return;
    }
    // The size takes more than the one byte kept for it: move the field behind it.
    const extra = size < 1 << 14 ? 1 : size < 1 << 21 ? 2 : size < 1 << 28 ? 3 : 4;
    if (this.offset + extra > this.capacity) this.grow(extra);
    const from = this.partStart + mark;
    this.buffer.copyWithin(from + extra, from, from + size);
    this.offset = from - 1;
    this.uvarint(size);
    this.offset += size;
  }

  /** The tag section of a struct that knows no tags. */
  taggedFields(fields: readonly TaggedField[] | undefined): void {
    if (fields === undefined) {
      this.byte(0);
      return;
    }
    const sorted = extraTags(fields, 0);
    this.uvarint(sorted.length);
    this.tagsBelow(sorted, 0, Infinity);
  }

  /** Writes those of `fields` from `index` on whose tag is below `tag`; the index of the first that is not. */
  tagsBelow(fields: readonly TaggedField[], index: number, tag: number): number {
    let i = index;
    for (; i < fields.length && fields[i].tag < tag; i++) {
      this.uvarint(fields[i].tag);
      this.uvarint(fields[i].data.length);
      this.raw(fields[i].data);
    }
    return i;
  }
}

/** The fields to write beside the known ones, ascending. `written`: a bit for each known tag that has a value of its own. */
export function extraTags(fields: readonly TaggedField[] | undefined, written: number): readonly TaggedField[] {
  if (fields === undefined || fields.length === 0) return NO_TAGS;
  const extra = fields.filter((field) => field.tag > 30 || ((written >> field.tag) & 1) === 0);
  extra.sort((a, b) => a.tag - b.tag);
  for (let i = 1; i < extra.length; i++) {
    if (extra[i].tag === extra[i - 1].tag)
      throw new ProtocolError(`tag ${extra[i].tag} occurs twice in unknownTaggedFields`);
  }
  return extra;
}

function outOfRange(what: string, value: Int64): ProtocolError {
  return new ProtocolError(`${String(value)} is not of type ${what}`);
}
