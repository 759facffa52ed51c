/** Kafka's `CompressionType` names, as in `compression.type`. */
export type CompressionType = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** Indexed by the id in the low three bits of a batch's attributes. */
export const COMPRESSION_TYPES: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** Undefined for the ids 5..7, which no Kafka has assigned. */
export function compressionOfId(id: number): CompressionType | undefined {
  return COMPRESSION_TYPES[id];
}

export function compressionId(type: CompressionType): number {
  return COMPRESSION_TYPES.indexOf(type);
}

/** Undefined when `name` is not one of Kafka's names. */
export function compressionOfName(name: string): CompressionType | undefined {
  return COMPRESSION_TYPES.find((type) => type === name);
}
