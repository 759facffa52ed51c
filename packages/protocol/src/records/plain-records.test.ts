import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BatchBuilder } from './batch-builder.ts';
import { BATCH_OVERHEAD } from './index.ts';
import { walkPlainRecords } from './plain-records.ts';
import { RecordCursor } from './record-cursor.ts';
import type { RecordsSummary } from './validate-records.ts';

/** The same, of the cursor's word. */
function reference(bytes: Buffer, start: number, end: number, count: number, base: number): RecordsSummary | undefined {
  const cursor = new RecordCursor().reset(bytes, start, end, count);
  const timestamps: number[] = [];
  let firstNullKeyIndex = -1;
  let isConsecutive = true;
  for (let index = 0; cursor.next(); index++) {
    timestamps.push(base + cursor.timestampDelta);
    if (cursor.keyLength < 0 && firstNullKeyIndex < 0) firstNullKeyIndex = index;
    if (cursor.offsetDelta !== index || cursor.headerCount > 0) isConsecutive = false;
  }
  if (cursor.problem !== undefined || !isConsecutive) return undefined;
  const real = timestamps.filter((timestamp) => timestamp !== -1);
  const maxTimestamp = timestamps.reduce((a, b) => Math.max(a, b));
  return {
    problem: undefined,
    count,
    offsetsAreConsecutive: true,
    lastOffsetDelta: count - 1,
    maxTimestamp,
    maxTimestampOffsetDelta: timestamps.indexOf(maxTimestamp),
    minTimestamp: real.length === 0 ? undefined : real.reduce((a, b) => Math.min(a, b)),
    firstNullKeyIndex,
  };
}

const field = fc.option(fc.nat(300).map((length) => Buffer.alloc(length, 'x')));
const record = fc.record({ timestamp: fc.integer({ min: -3, max: 2 ** 27 - 10 }), key: field, value: field });

function batchOf(input: readonly { timestamp: number; key: Buffer | null; value: Buffer | null }[]): Buffer {
  const builder = new BatchBuilder();
  for (const { timestamp, key, value } of input) builder.append(timestamp, key, value);
  return builder.build();
}

test('what producers write is taken, and found to be what the cursor finds', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 90 }), (input) => {
      const batch = batchOf(input);
      const [base] = input.map(({ timestamp }) => timestamp);
      const plain = walkPlainRecords(batch, BATCH_OVERHEAD, batch.length, input.length, base ?? 0);
      if ((base ?? 0) < -1) expect(plain).toBeUndefined();
      else expect(plain).toEqual(reference(batch, BATCH_OVERHEAD, batch.length, input.length, base ?? 0));
    }),
    { numRuns: 300 },
  );
});

test('whatever bytes it takes, the cursor takes too, with the same result', () => {
  let taken = 0;
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 6 }),
      fc.array(fc.tuple(fc.nat(10_000), fc.nat(255)), { maxLength: 2 }),
      fc.integer({ min: -1, max: 1 }),
      fc.integer({ min: -1, max: 1 }),
      (input, mutations, more, longer) => {
        const batch = batchOf(input);
        for (const [at, byte] of mutations) {
          batch[BATCH_OVERHEAD + (at % (batch.length - BATCH_OVERHEAD))] = byte;
        }
        const count = input.length + more;
        const plain = walkPlainRecords(batch, BATCH_OVERHEAD, batch.length + longer, count, 1000);
        if (plain === undefined) return;
        taken++;
        expect(plain).toEqual(reference(batch, BATCH_OVERHEAD, batch.length + longer, count, 1000));
      },
    ),
    { numRuns: 3000 },
  );
  expect(taken).toBeGreaterThan(100);
});

test('offset deltas of one, two and three bytes', () => {
  const input = Array.from({ length: 9000 }, (_, index) => ({ timestamp: 7 + (index % 5), key: null, value: null }));
  const batch = batchOf(input);
  expect(walkPlainRecords(batch, BATCH_OVERHEAD, batch.length, 9000, 7)).toMatchObject({
    count: 9000,
    maxTimestamp: 11,
    maxTimestampOffsetDelta: 4,
    minTimestamp: 7,
    firstNullKeyIndex: 0,
  });
});

test('headers and gaps in the offsets are left to the cursor', () => {
  const headed = new BatchBuilder();
  headed.append(0, null, null, [{ key: 'k', value: null }]);
  const gap = new BatchBuilder();
  gap.appendAt(1, 0, null, null);
  for (const batch of [headed.build(), gap.build({ lastOffsetDelta: 1 })]) {
    expect(walkPlainRecords(batch, BATCH_OVERHEAD, batch.length, 1, 0)).toBeUndefined();
  }
});
