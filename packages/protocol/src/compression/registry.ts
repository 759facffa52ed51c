import { CompressionError } from './compression-error.ts';
import type { CompressionType } from './compression-type.ts';
import { compressGzip, decompressGzip } from './gzip.ts';

export interface CompressOptions {
  /** In the codec's own scale (gzip 1..9, zstd -131072..22); default: Kafka's default for the codec. Snappy and lz4 have one speed. */
  readonly level?: number;
  /** Magic 0 only: the LZ4 header checksum as Kafka's first clients computed it (KAFKA-3160). */
  readonly legacyLz4Header?: boolean;
}

export interface DecompressOptions {
  /** Magic 0 only: accept any LZ4 header checksum (KAFKA-3160). */
  readonly legacyLz4Header?: boolean;
}

/** Compresses as Kafka's Java client does, so that every client reads it. Throws `CompressionError('unavailable')`. */
export function compress(type: CompressionType, input: Uint8Array, options: CompressOptions = {}): Buffer {
  switch (type) {
    case 'none':
      return Buffer.from(input.buffer, input.byteOffset, input.length);
    case 'gzip':
      return compressGzip(input, options.level);
    default:
      throw new CompressionError('unavailable', `${type} is not built yet`);
  }
}

/** The whole content of `input`, or a `CompressionError`; never allocates more than about `maxOutputBytes` for output. */
export function decompress(
  type: CompressionType,
  input: Uint8Array,
  maxOutputBytes: number,
  _options: DecompressOptions = {},
): Buffer {
  switch (type) {
    case 'none':
      return Buffer.from(input.buffer, input.byteOffset, input.length);
    case 'gzip':
      return decompressGzip(input, maxOutputBytes);
    default:
      throw new CompressionError('unavailable', `${type} is not built yet`);
  }
}
