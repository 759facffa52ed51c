import type { CompressionType } from './compression-type.ts';
import { compressGzip, decompressGzip } from './gzip.ts';
import { compressLz4, decompressLz4 } from './lz4.ts';
import { compressSnappy, decompressSnappy } from './snappy.ts';
import { compressZstd, decompressZstd } from './zstd.ts';

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
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.length);
  switch (type) {
    case 'none':
      return bytes;
    case 'gzip':
      return compressGzip(bytes, options.level);
    case 'snappy':
      return compressSnappy(bytes);
    case 'lz4':
      return compressLz4(bytes, options.legacyLz4Header ?? false);
    case 'zstd':
      return compressZstd(bytes, options.level);
  }
}

/** The whole content of `input`, or a `CompressionError`; output beyond `maxOutputBytes` is never allocated. */
export function decompress(
  type: CompressionType,
  input: Uint8Array,
  maxOutputBytes: number,
  options: DecompressOptions = {},
): Buffer {
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.length);
  switch (type) {
    case 'none':
      return bytes;
    case 'gzip':
      return decompressGzip(bytes, maxOutputBytes);
    case 'snappy':
      return decompressSnappy(bytes, maxOutputBytes);
    case 'lz4':
      return decompressLz4(bytes, maxOutputBytes, options.legacyLz4Header ?? false);
    case 'zstd':
      return decompressZstd(bytes, maxOutputBytes);
  }
}
