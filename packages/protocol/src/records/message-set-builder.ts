import type { CompressionType } from '../compression/compression-type.ts';
import { compressionId } from '../compression/compression-type.ts';
import { compress } from '../compression/index.ts';
import { crc32 } from '../crc32.ts';
import {
  LOG_OVERHEAD,
  MAGIC_OFFSET,
  MESSAGE_V0_OVERHEAD,
  MESSAGE_V1_OVERHEAD,
  TIMESTAMP_TYPE_FLAG,
} from './batch-header.ts';
import { type Int64, maxInt64, writeInt64 } from './int64.ts';
import { RecordWriter } from './record-writer.ts';

export interface MessageSetOptions {
  readonly magic: 0 | 1;
  /** Default `none`; zstd does not exist in these formats. */
  readonly compression?: Exclude<CompressionType, 'zstd'>;
  readonly compressionLevel?: number;
  /** Magic 1: marks every message with LogAppendTime and gives it this timestamp. */
  readonly logAppendTime?: Int64;
}

/** Writes messages of magic 0 or 1 (the layout opens batch-header.ts), one after the other or inside one wrapper. */
export class MessageSetBuilder {
  readonly #options: MessageSetOptions;
  readonly #writer = new RecordWriter(512, 0);
  #count = 0;
  #firstOffset = 0;
  #lastOffset = 0;
  #maxTimestamp: Int64 = -1;

  constructor(options: MessageSetOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#count;
  }

  get #isWrapped(): boolean {
    return (this.#options.compression ?? 'none') !== 'none';
  }

  /** `offset` is absolute; inside a wrapper of magic 1 it is written relative to the first. Magic 0 drops the timestamp. */
  append(offset: number, timestamp: Int64, key: Uint8Array | null, value: Uint8Array | null): void {
    const { magic, logAppendTime } = this.#options;
    if (this.#count++ === 0) {
      this.#firstOffset = offset;
      this.#maxTimestamp = timestamp;
    }
    this.#lastOffset = offset;
    this.#maxTimestamp = maxInt64(this.#maxTimestamp, timestamp);
    const written = this.#isWrapped && magic === 1 ? offset - this.#firstOffset : offset;
    writeMessage(this.#writer, magic, written, this.#flags(), logAppendTime ?? timestamp, key, value);
  }

  /** The message set; the builder must not be used afterwards. Throws `CompressionError`. */
  build(): Buffer {
    const { magic, compression = 'none', compressionLevel, logAppendTime } = this.#options;
    if (compression === 'none' || this.#count === 0) return this.#writer.bytes;
    const packed = compress(compression, this.#writer.bytes, {
      ...(compressionLevel === undefined ? {} : { level: compressionLevel }),
      legacyLz4Header: magic === 0,
    });
    const wrapper = new RecordWriter(MESSAGE_V1_OVERHEAD + packed.length, 0);
    const attributes = this.#flags() | compressionId(compression);
    writeMessage(wrapper, magic, this.#lastOffset, attributes, logAppendTime ?? this.#maxTimestamp, null, packed);
    return wrapper.bytes;
  }

  #flags(): number {
    const { magic, logAppendTime } = this.#options;
    return magic === 1 && logAppendTime !== undefined ? TIMESTAMP_TYPE_FLAG : 0;
  }
}

function writeMessage(
  writer: RecordWriter,
  magic: 0 | 1,
  offset: number,
  attributes: number,
  timestamp: Int64,
  key: Uint8Array | null,
  value: Uint8Array | null,
): void {
  const overhead = magic === 0 ? MESSAGE_V0_OVERHEAD : MESSAGE_V1_OVERHEAD;
  const size = overhead + (key?.length ?? 0) + (value?.length ?? 0);
  const start = writer.skip(size);
  const b = writer.bytes;
  writeInt64(b, offset, start);
  b.writeInt32BE(size - LOG_OVERHEAD, start + 8);
  b[start + MAGIC_OFFSET] = magic;
  b[start + 17] = attributes;
  if (magic === 1) writeInt64(b, timestamp, start + 18);
  const valueAt = writeField(b, start + (magic === 0 ? 18 : 26), key);
  writeField(b, valueAt, value);
  b.writeUInt32BE(crc32(b, start + MAGIC_OFFSET, start + size), start + 12);
}

function writeField(b: Buffer, at: number, bytes: Uint8Array | null): number {
  b.writeInt32BE(bytes === null ? -1 : bytes.length, at);
  if (bytes === null) return at + 4;
  b.set(bytes, at + 4);
  return at + 4 + bytes.length;
}
