/** Index properties over random entries: the answers are those of a plain search through everything that was added. */
import { MemoryDisk } from '@ottla/platform/node';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FilePool } from './file-pool.ts';
import { LeaderEpochCache } from './leader-epoch-cache.ts';
import { OffsetIndex } from './offset-index.ts';
import { TimeIndex } from './time-index.ts';
import { TransactionIndex } from './transaction-index.ts';

function pool(): FilePool {
  return new FilePool(new MemoryDisk({ wallMs: () => 0 }), 2);
}

const BASE = 1000;
const gaps = fc.array(
  fc.record({ offset: fc.integer({ min: 1, max: 50 }), bytes: fc.integer({ min: 1, max: 9000 }) }),
  {
    maxLength: 3000,
  },
);

test('an offset index finds the last entry at or before an offset, whatever is in the file and what in memory', () => {
  fc.assert(
    fc.property(gaps, fc.array(fc.nat(3000), { maxLength: 20 }), fc.nat(200000), (steps, flushes, wanted) => {
      const files = pool();
      const file = files.file('/i');
      let index = new OffsetIndex(file, BASE, true);
      const added: { offset: number; position: number }[] = [];
      let offset = BASE;
      let position = 0;
      for (const [at, step] of steps.entries()) {
        offset += step.offset;
        position += step.bytes;
        index.append(offset, position);
        added.push({ offset, position });
        if (flushes.includes(at)) index.index.flush();
        else index.index.flushWhenMany();
      }
      const target = BASE + wanted;
      expect(index.lookup(target)).toBe(added.findLast((one) => one.offset <= target)?.position ?? 0);
      expect(index.firstOffsetFrom(wanted)).toBe(added.find((one) => one.position >= wanted)?.offset);
      expect(index.last()).toEqual(added.at(-1));
      index.index.settle();
      index = new OffsetIndex(files.file('/i'), BASE, false);
      expect(index.entries).toBe(added.length);
      expect(index.lookup(target)).toBe(added.findLast((one) => one.offset <= target)?.position ?? 0);
      index.truncateTo(target);
      const kept = added.filter((one) => one.offset < target);
      expect(index.entries).toBe(kept.length);
      index.append(target + 1000000, position + 1);
      expect(index.last()).toEqual({ offset: target + 1000000, position: position + 1 });
    }),
    { numRuns: 60 },
  );
});

test('a time index keeps only what is newer, and tells where to look for a timestamp', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 1, max: 9 })), {
    maxLength: 1500,
  });
  fc.assert(
    fc.property(steps, fc.bigInt({ min: -100n, max: 5000n }), fc.boolean(), (entries, wanted, isNanos) => {
      const start = isNanos ? 1700000000000000000n : 1000n;
      const index = new TimeIndex(pool().file('/t'), BASE, true);
      const added: { timestamp: bigint; offset: number }[] = [];
      let timestamp = start;
      let offset = BASE;
      for (const [delta, step] of entries) {
        timestamp += BigInt(delta);
        offset += step;
        index.maybeAppend(isNanos ? timestamp : Number(timestamp), offset);
        const last = added.at(-1);
        if (last === undefined ? timestamp > -1n : timestamp > last.timestamp) added.push({ timestamp, offset });
        index.index.flushWhenMany();
      }
      const target = start + wanted;
      const found = added.findLast((one) => one.timestamp <= target);
      expect(index.entries).toBe(added.length);
      expect(index.lookup(isNanos ? target : Number(target))).toBe(found?.offset ?? BASE);
    }),
    { numRuns: 60 },
  );
});

test('a transaction index collects the aborted transactions that overlap a range', () => {
  const steps = fc.array(fc.tuple(fc.nat(30), fc.nat(30), fc.nat(40)), { maxLength: 200 });
  fc.assert(
    fc.property(steps, fc.nat(4000), fc.nat(500), (entries, from, length) => {
      const index = new TransactionIndex(pool().file('/x'), true);
      const added = [];
      let lastOffset = 0;
      let lastStableOffset = 0;
      for (const [gap, back, ahead] of entries) {
        lastOffset += gap + 1;
        lastStableOffset = Math.max(lastStableOffset, Math.max(0, lastOffset - ahead));
        const entry = { producerId: gap, firstOffset: Math.max(0, lastOffset - back), lastOffset, lastStableOffset };
        added.push(entry);
        index.append(entry);
        index.index.flushWhenPossible();
      }
      const found: typeof added = [];
      const upTo = from + length;
      const isDone = index.collect(from, upTo, found);
      const end = added.findIndex((one) => one.lastOffset >= from && one.lastStableOffset >= upTo);
      const seen = end < 0 ? added : added.slice(0, end + 1);
      expect(found).toEqual(seen.filter((one) => one.lastOffset >= from && one.firstOffset < upTo));
      expect(isDone).toBe(end >= 0);
    }),
    { numRuns: 100 },
  );
});

test('leader epochs stay strictly increasing in both, and answer as KIP-279 says', () => {
  const steps = fc.array(fc.tuple(fc.nat(30), fc.nat(300)), { maxLength: 40 });
  fc.assert(
    fc.property(steps, fc.nat(35), (entries, asked) => {
      let stored = '';
      const cache = new LeaderEpochCache([], (text) => (stored = text));
      for (const [epoch, startOffset] of entries) cache.assign(epoch, startOffset);
      const known = cache.entries;
      for (const [at, entry] of known.entries()) {
        const before = known[at - 1];
        if (before === undefined) continue;
        expect(entry.epoch).toBeGreaterThan(before.epoch);
        expect(entry.startOffset).toBeGreaterThan(before.startOffset);
      }
      const answer = cache.endOffsetFor(asked, 1000);
      const floor = known.findLast((entry) => entry.epoch <= asked);
      const next = known.find((entry) => entry.epoch > asked);
      if (known.at(-1)?.epoch === asked) expect(answer).toEqual({ epoch: asked, endOffset: 1000 });
      else if (next === undefined) expect(answer).toEqual({ epoch: -1, endOffset: -1 });
      else expect(answer).toEqual({ epoch: floor?.epoch ?? asked, endOffset: next.startOffset });
      if (entries.length > 0) expect(LeaderEpochCache.parse(stored, '/c')).toEqual(known);
    }),
  );
});

test('epochs follow the log at both ends', () => {
  const cache = new LeaderEpochCache(
    [
      { epoch: 1, startOffset: 10 },
      { epoch: 3, startOffset: 20 },
      { epoch: 4, startOffset: 30 },
    ],
    () => {},
  );
  cache.truncateFromStart(25);
  expect(cache.entries).toEqual([
    { epoch: 3, startOffset: 25 },
    { epoch: 4, startOffset: 30 },
  ]);
  cache.truncateFromEnd(30);
  expect(cache.entries).toEqual([{ epoch: 3, startOffset: 25 }]);
  cache.truncateFromStart(20);
  expect(cache.entries).toEqual([{ epoch: 3, startOffset: 25 }]);
  expect(cache.epochOf(24)).toBeUndefined();
  expect(cache.epochOf(99)).toBe(3);
});
