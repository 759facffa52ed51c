/*
 * Java's assignors walk members in the order of a HashMap, which decides who keeps one partition more when several
 * could. It is deterministic, and a group whose leader changes between Java and us should not move partitions for it.
 */
import { javaStringHash } from '@ottla/protocol/records';

const INITIAL_BUCKETS = 16;
const LOAD_FACTOR = 0.75;

/** `keys` in the order in which a HashMap that got them one by one is walked. */
export function javaHashOrder<T>(keys: readonly T[], textOf: (key: T) => string): T[] {
  let buckets = INITIAL_BUCKETS;
  while (keys.length > buckets * LOAD_FACTOR) buckets *= 2;
  const placed = keys.map((key, index) => {
    const hash = javaStringHash(textOf(key));
    return { key, index, bucket: (hash ^ (hash >>> 16)) & (buckets - 1) };
  });
  placed.sort((a, b) => a.bucket - b.bucket || a.index - b.index);
  return placed.map(({ key }) => key);
}
