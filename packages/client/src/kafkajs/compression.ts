import type { CompressionType } from '@ottla/protocol/compression';
import { CompressionTypes } from './constants.ts';
import { KafkaJSNotImplemented } from './errors.ts';

/**
 * Where programs plug codecs into kafkajs. Taken and not used: all five are built in (zstd, lz4 and snappy as the rest of
 * this client has them).
 */
export const CompressionCodecs: Record<number, () => unknown> = {
  [CompressionTypes.GZIP]: () => ({}),
  [CompressionTypes.Snappy]: () => ({}),
  [CompressionTypes.LZ4]: () => ({}),
  [CompressionTypes.ZSTD]: () => ({}),
};

const NAMES: Readonly<Record<number, CompressionType>> = {
  [CompressionTypes.None]: 'none',
  [CompressionTypes.GZIP]: 'gzip',
  [CompressionTypes.Snappy]: 'snappy',
  [CompressionTypes.LZ4]: 'lz4',
  [CompressionTypes.ZSTD]: 'zstd',
};

export function compressionName(type: number | undefined): CompressionType {
  const name = NAMES[type ?? CompressionTypes.None];
  if (name === undefined) throw new KafkaJSNotImplemented(`Compression type ${type} is not one of 0 to 4`);
  return name;
}
