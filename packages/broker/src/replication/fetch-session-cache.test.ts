import { ZERO_UUID } from '@ottla/protocol';
import { expect, it } from 'vitest';
import { FetchPartition } from './fetch-partition.ts';
import type { FetchSession } from './fetch-session.ts';
import { FetchSessionCache } from './fetch-session-cache.ts';

class TestTime {
  nowMs = 0;
  wallMs = () => this.nowMs;
  monotonicMs = () => this.nowMs;
  setTimer = () => ({ cancel() {} });
  endOfTurn = () => {};
  sleep = () => Promise.resolve();
}

function cacheOf(slots: number) {
  const time = new TestTime();
  let next = 0;
  const random = { next: () => 0, integer: () => next++ };
  const cache = new FetchSessionCache(time, random, () => slots);
  const create = (size: number, isFollower = false): FetchSession | undefined => {
    const partitions = Array.from({ length: size }, (_, index) => new FetchPartition('t', ZERO_UUID, index));
    return cache.create(partitions, false, isFollower);
  };
  return { time, cache, create };
}

it('grants no session when it is full of young ones', () => {
  const { cache, create } = cacheOf(2);
  expect(create(1)?.id).toBeGreaterThan(0);
  expect(create(1)?.id).toBeGreaterThan(0);
  expect(create(100)).toBeUndefined();
  expect(cache.size).toBe(2);
});

it('evicts a session that was not used for two minutes', () => {
  const { time, cache, create } = cacheOf(2);
  const stale = create(50);
  time.nowMs = 1000;
  const used = create(1);
  time.nowMs = 120_001;
  const fresh = create(1);
  expect(fresh).toBeDefined();
  expect(stale && cache.get(stale.id)).toBeUndefined();
  expect(used && cache.get(used.id)).toBe(used);
});

it('evicts an old smaller session for a larger one, but not the other way round', () => {
  const { time, cache, create } = cacheOf(2);
  const small = create(2);
  const large = create(10);
  time.nowMs = 100_000;
  for (const session of [small, large]) if (session) cache.touch(session);
  time.nowMs = 130_000;
  expect(create(1)).toBeUndefined();
  expect(create(3)).toBeDefined();
  expect(small && cache.get(small.id)).toBeUndefined();
  expect(large && cache.get(large.id)).toBe(large);
});

it("lets a follower's session evict a consumer's at once, never a consumer's a young follower's", () => {
  const { cache, create } = cacheOf(1);
  const consumer = create(10);
  const follower = create(1, true);
  expect(follower).toBeDefined();
  expect(consumer && cache.get(consumer.id)).toBeUndefined();
  expect(create(100)).toBeUndefined();
});
