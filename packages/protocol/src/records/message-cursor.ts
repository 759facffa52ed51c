/*
 * Messages of magic 0 and 1, one after the other (the layout opens batch-header.ts): what lies inside a wrapper, or a
 * message set on the wire.
 */
import { crc32 } from '../crc32.ts';
import { COMPRESSION_MASK, LOG_OVERHEAD, MAGIC_OFFSET, TIMESTAMP_TYPE_FLAG } from './batch-header.ts';
import { type Int64, readInt64, readInt64AsNumber } from './int64.ts';
import { NO_TIMESTAMP } from './record.ts';

export type MessageProblem =
  | 'the message size does not fit'
  | 'the magic is neither 0 nor 1'
  | 'the offset is not a safe integer'
  | 'the key length does not fit'
  | 'the value length does not fit'
  | 'bytes follow the value';

const EMPTY = Buffer.alloc(0);

/** Walks messages without allocating; every length is checked against the message's end. Checksums only when asked. */
export class MessageCursor {
  bytes: Buffer = EMPTY;
  /** Undefined when the walk ended at the limit. */
  problem: MessageProblem | undefined = undefined;
  start = 0;
  end = 0;
  /** As stored: relative inside a wrapper of magic 1. May be negative. */
  offset = 0;
  magic = 0;
  attributes = 0;
  keyStart = 0;
  keyLength = -1;
  valueStart = 0;
  valueLength = -1;
  #limit = 0;

  reset(bytes: Buffer, start: number, limit: number): this {
    this.bytes = bytes;
    this.end = start;
    this.#limit = limit;
    this.problem = undefined;
    return this;
  }

  next(): boolean {
    const bytes = this.bytes;
    const start = this.end;
    if (this.problem !== undefined || start === this.#limit) return false;
    this.start = start;
    if (this.#limit - start <= MAGIC_OFFSET) return this.#fail('the message size does not fit');
    const size = bytes.readInt32BE(start + 8);
    const end = start + LOG_OVERHEAD + size;
    this.magic = bytes[start + MAGIC_OFFSET];
    if (this.magic > 1) return this.#fail('the magic is neither 0 nor 1');
    if (size < (this.magic === 0 ? 14 : 22) || end > this.#limit) return this.#fail('the message size does not fit');
    this.offset = readInt64AsNumber(bytes, start);
    if (!Number.isSafeInteger(this.offset)) return this.#fail('the offset is not a safe integer');
    this.attributes = bytes[start + 17];
    const keyAt = start + (this.magic === 0 ? 18 : 26);
    this.keyLength = bytes.readInt32BE(keyAt);
    this.keyStart = keyAt + 4;
    const valueAt = this.keyStart + Math.max(this.keyLength, 0);
    if (this.keyLength < -1 || valueAt + 4 > end) return this.#fail('the key length does not fit');
    this.valueLength = bytes.readInt32BE(valueAt);
    this.valueStart = valueAt + 4;
    const last = this.valueStart + Math.max(this.valueLength, 0);
    if (this.valueLength < -1 || last > end) return this.#fail('the value length does not fit');
    if (last < end) return this.#fail('bytes follow the value');
    this.end = end;
    return true;
  }

  /** The codec id, 0..7. */
  get compressionId(): number {
    return this.attributes & COMPRESSION_MASK;
  }

  get isLogAppendTime(): boolean {
    return this.magic === 1 && (this.attributes & TIMESTAMP_TYPE_FLAG) !== 0;
  }

  get timestamp(): Int64 {
    return this.magic === 0 ? NO_TIMESTAMP : readInt64(this.bytes, this.start + 18);
  }

  crcIsValid(): boolean {
    return this.bytes.readUInt32BE(this.start + 12) === crc32(this.bytes, this.start + MAGIC_OFFSET, this.end);
  }

  key(): Buffer | null {
    return this.keyLength < 0 ? null : this.bytes.subarray(this.keyStart, this.keyStart + this.keyLength);
  }

  value(): Buffer | null {
    return this.valueLength < 0 ? null : this.bytes.subarray(this.valueStart, this.valueStart + this.valueLength);
  }

  #fail(problem: MessageProblem): false {
    this.problem = problem;
    return false;
  }
}
