/*
 * Java programs walk their HashMaps in an order that is no promise and yet always the same. Where it shows (who keeps one
 * partition more after a rebalance, the order of words in a tool's line), ours is the same.
 */
import { javaStringHash } from './java-string-hash.ts';

const INITIAL_BUCKETS = 16;
const LOAD_FACTOR = 0.75;

/** `keys` in the order in which a HashMap that got them one by one is walked. `capacity`: what it was made for, if it was told. */
export function javaHashOrder<T>(keys: readonly T[], textOf: (key: T) => string, capacity = INITIAL_BUCKETS): T[] {
  let buckets = 1;
  while (buckets < capacity) buckets *= 2;
  while (keys.length > buckets * LOAD_FACTOR) buckets *= 2;
  const placed = keys.map((key, index) => {
    const hash = javaStringHash(textOf(key));
    return { key, index, bucket: (hash ^ (hash >>> 16)) & (buckets - 1) };
  });
  placed.sort((a, b) => a.bucket - b.bucket || a.index - b.index);
  return placed.map(({ key }) => key);
}
