/*
 * Java programs walk their HashMaps in an order that is no promise and yet always the same. Where it shows (who keeps one
 * partition more after a rebalance, the order of words in a tool's line), ours is the same.
 */
import { javaStringHash } from './java-string-hash.ts';

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
