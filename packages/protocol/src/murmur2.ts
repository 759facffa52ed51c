/*
 * MurmurHash 2, 32 bits, with Kafka's seed: what the Java client's default partitioner makes of a key.
 */
const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** Hash of `data[start, end)` as a signed 32-bit number (`org.apache.kafka.common.utils.Utils.murmur2`). */
export function murmur2(data: Uint8Array, start = 0, end = data.length): number {
  const length = end - start;
  let h = SEED ^ length;
  let i = start;
  for (const last = end - 3; i < last; i += 4) {
    let k = data[i] | (data[i + 1] << 8) | (data[i + 2] << 16) | (data[i + 3] << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    h = Math.imul(h, M) ^ Math.imul(k, M);
  }
  const left = end - i;
  if (left === 3) h ^= data[i + 2] << 16;
  if (left >= 2) h ^= data[i + 1] << 8;
  if (left >= 1) h = Math.imul(h ^ data[i], M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
}

/** Kafka's `toPositive`: the sign bit cleared, which is not the absolute value. */
export function toPositive(hash: number): number {
  return hash & 0x7fffffff;
}

/** The partition of a key (an empty one counts as a key) among `partitions`, as the Java client chooses it. */
export function partitionForKey(key: Uint8Array, partitions: number): number {
  return toPositive(murmur2(key)) % partitions;
}
