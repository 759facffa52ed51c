/** Java's `String.hashCode`: over UTF-16 code units, wrapping at 32 bits, signed. */
export function javaStringHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

/** Kafka's `Utils.abs`: 0 for -2^31, whose absolute value does not fit. */
export function absInt32(value: number): number {
  return value === -0x80000000 ? 0 : Math.abs(value);
}

/** Which partition of an internal topic owns a group, a transactional id or a share group key. */
export function partitionForId(id: string, partitions: number): number {
  return absInt32(javaStringHash(id)) % partitions;
}
