export { CompressionError, type CompressionErrorKind } from './compression-error.ts';
export {
  COMPRESSION_TYPES,
  type CompressionType,
  compressionId,
  compressionOfId,
  compressionOfName,
} from './compression-type.ts';
export { type CompressOptions, compress, type DecompressOptions, decompress } from './registry.ts';
