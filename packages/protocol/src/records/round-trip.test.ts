import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CompressionType } from '../compression/index.ts';
import {
  BatchBuilder,
  BatchReader,
  batchBaseSequence,
  batchCompression,
  batchCrcIsValid,
  batchIsControl,
  batchIsTransactional,
  batchLastOffset,
  batchLastSequence,
  batchMaxTimestamp,
  batchPartitionLeaderEpoch,
  batchProducerEpoch,
  batchProducerId,
  batchRecordCount,
  batchTimestampType,
  type DecodedRecord,
  decodeRecords,
  decompressRecords,
  type Int64,
  MessageCursor,
  MessageSetBuilder,
  nextBatchEnd,
  RecordCursor,
  readBatches,
  setBatchBaseOffset,
  setBatchLastOffset,
  setBatchMaxTimestamp,
  setBatchPartitionLeaderEpoch,
  validateRecords,
} from './index.ts';
import { addInt64, int64Of, readInt64, subtractInt64, writeInt64 } from './int64.ts';

const MAX = 1 << 20;
const anyInt64: fc.Arbitrary<Int64> = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(int64Of),
  fc.maxSafeInteger(),
  fc.integer({ min: 1_600_000_000_000, max: 1_800_000_000_000 }),
  fc.constantFrom<Int64>(0, -1, 2n ** 63n - 1n, -(2n ** 63n), 2 ** 53 - 1, 2n ** 53n, -(2n ** 53n)),
);
const bytes = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array));
const nullable = fc.option(bytes);
const record = fc.record({
  timestamp: anyInt64,
  key: nullable,
  value: nullable,
  headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme', maxLength: 6 }), value: nullable }), {
    maxLength: 3,
  }),
});
const records = fc.array(record, { minLength: 1, maxLength: 20 });
const codec = fc.constantFrom<CompressionType>('none', 'gzip', 'snappy', 'lz4', 'zstd');
const oldCodec = fc.constantFrom<Exclude<CompressionType, 'zstd'>>('none', 'gzip', 'snappy', 'lz4');
const offset = fc.nat(2 ** 52);

const max = (values: readonly Int64[]): Int64 => values.reduce((a, b) => (b > a ? b : a));

test('int64 arithmetic is that of Java', () => {
  fc.assert(
    fc.property(anyInt64, anyInt64, (a, b) => {
      expect(addInt64(a, b)).toBe(int64Of(BigInt.asIntN(64, BigInt(a) + BigInt(b))));
      expect(subtractInt64(a, b)).toBe(int64Of(BigInt.asIntN(64, BigInt(a) - BigInt(b))));
      const buffer = Buffer.alloc(8);
      writeInt64(buffer, a, 0);
      expect(buffer.readBigInt64BE()).toBe(BigInt(a));
      expect(readInt64(buffer, 0)).toBe(a);
    }),
  );
});

test('magic 2: what was appended comes back, whatever the codec', () => {
  fc.assert(
    fc.property(
      records,
      codec,
      offset,
      fc.option(anyInt64, { nil: undefined }),
      (input, compression, baseOffset, logAppendTime) => {
        const builder = new BatchBuilder({
          baseOffset,
          compression,
          producerId: 4711,
          producerEpoch: 3,
          baseSequence: 2 ** 31 - 3,
          partitionLeaderEpoch: 9,
          isTransactional: true,
          ...(logAppendTime === undefined ? {} : { logAppendTime }),
        });
        for (const { timestamp, key, value, headers } of input) builder.append(timestamp, key, value, headers);
        const size = builder.sizeInBytes;
        const batch = builder.build();
        if (compression === 'none') expect(batch.length).toBe(size);
        expect(nextBatchEnd(batch, 0, batch.length)).toBe(batch.length);
        expect(batchCrcIsValid(batch, 0)).toBe(true);
        const expected = input.map(
          (each, i): DecodedRecord => ({
            ...each,
            offset: baseOffset + i,
            timestamp: logAppendTime ?? each.timestamp,
          }),
        );
        expect(decodeRecords(batch, 0, MAX)).toEqual(expected);

        const times = input.map((each) => each.timestamp);
        expect(batchMaxTimestamp(batch, 0)).toBe(logAppendTime ?? max(times));
        expect(batchTimestampType(batch, 0)).toBe(logAppendTime === undefined ? 'CreateTime' : 'LogAppendTime');
        expect(batchCompression(batch, 0)).toBe(compression);
        expect(batchLastOffset(batch, 0)).toBe(baseOffset + input.length - 1);
        expect(batchRecordCount(batch, 0)).toBe(input.length);
        expect([batchProducerId(batch, 0), batchProducerEpoch(batch, 0), batchPartitionLeaderEpoch(batch, 0)]).toEqual([
          4711, 3, 9,
        ]);
        expect([batchIsTransactional(batch, 0), batchIsControl(batch, 0)]).toEqual([true, false]);
        expect(batchBaseSequence(batch, 0)).toBe(2 ** 31 - 3);
        expect(batchLastSequence(batch, 0)).toBe((2 ** 31 - 3 + input.length - 1) % 2 ** 31);

        const raw = decompressRecords(batch, 0, MAX);
        const real = times.filter((time) => time !== -1);
        expect(validateRecords(raw.bytes, raw.start, raw.end, input.length, times[0])).toEqual({
          problem: undefined,
          count: input.length,
          offsetsAreConsecutive: true,
          lastOffsetDelta: input.length - 1,
          maxTimestamp: max(times),
          maxTimestampOffsetDelta: times.indexOf(max(times)),
          minTimestamp: real.length === 0 ? undefined : real.reduce((a, b) => (b < a ? b : a)),
          firstNullKeyIndex: input.findIndex((each) => each.key === null),
        });
      },
    ),
    { numRuns: 400 },
  );
});

test('magic 0 and 1: what was appended comes back, whatever the codec', () => {
  fc.assert(
    fc.property(
      records,
      oldCodec,
      fc.constantFrom<0 | 1>(0, 1),
      offset,
      fc.option(anyInt64, { nil: undefined }),
      (input, compression, magic, first, appendTime) => {
        const builder = new MessageSetBuilder({
          magic,
          compression,
          ...(appendTime === undefined ? {} : { logAppendTime: appendTime }),
        });
        input.forEach((each, i) => builder.append(first + 2 * i, each.timestamp, each.key, each.value));
        const set = builder.build();
        const decoded = [...readBatches(set)].flatMap((batch) => {
          expect(batch.crcIsValid).toBe(true);
          return decodeRecords(set, batch.start, MAX);
        });
        expect(decoded).toEqual(
          input.map(({ timestamp, key, value }, i) => ({
            offset: first + 2 * i,
            timestamp: magic === 0 ? -1 : (appendTime ?? timestamp),
            key,
            value,
            headers: [],
          })),
        );
      },
    ),
    { numRuns: 300 },
  );
});

test('offsets inside a wrapper: 0, 1, ... in magic 1, absolute in magic 0', () => {
  const inner = (magic: 0 | 1): number[] => {
    const builder = new MessageSetBuilder({ magic, compression: 'gzip' });
    for (const at of [50, 51, 52]) builder.append(at, 0, null, null);
    const { bytes: content, start, end } = decompressRecords(builder.build(), 0, MAX);
    const cursor = new MessageCursor().reset(content, start, end);
    const offsets: number[] = [];
    while (cursor.next()) offsets.push(cursor.offset);
    return offsets;
  };
  expect(inner(0)).toEqual([50, 51, 52]);
  expect(inner(1)).toEqual([0, 1, 2]);
});

describe('patching a stored batch', () => {
  const make = (): Buffer => {
    const builder = new BatchBuilder({ baseOffset: 5 });
    builder.append(1000, null, Buffer.from('a'));
    builder.append(2000, null, Buffer.from('b'));
    return builder.build();
  };

  test('offset and leader epoch lie outside the checksum', () => {
    const batch = make();
    setBatchBaseOffset(batch, 0, 2 ** 40);
    setBatchPartitionLeaderEpoch(batch, 0, 12);
    expect(batchCrcIsValid(batch, 0)).toBe(true);
    expect(batchLastOffset(batch, 0)).toBe(2 ** 40 + 1);
    expect(batchPartitionLeaderEpoch(batch, 0)).toBe(12);
    setBatchLastOffset(batch, 0, 91);
    expect(decodeRecords(batch, 0).map((each) => each.offset)).toEqual([90, 91]);
  });

  test('a log append time is seen by every record, and the checksum follows', () => {
    const batch = make();
    setBatchMaxTimestamp(batch, 0, 'LogAppendTime', 3000);
    expect(batchCrcIsValid(batch, 0)).toBe(true);
    expect(decodeRecords(batch, 0).map((each) => each.timestamp)).toEqual([3000, 3000]);
    setBatchMaxTimestamp(batch, 0, 'CreateTime', 2000);
    expect(batch.equals(make())).toBe(true);
  });

  test('the same for a message of magic 1; magic 0 has nothing to set', () => {
    for (const magic of [0, 1] as const) {
      const builder = new MessageSetBuilder({ magic });
      builder.append(7, 1000, null, Buffer.from('a'));
      const message = builder.build();
      setBatchMaxTimestamp(message, 0, 'LogAppendTime', 2n ** 60n);
      setBatchBaseOffset(message, 0, 8);
      expect(batchCrcIsValid(message, 0)).toBe(true);
      const [decoded] = decodeRecords(message, 0);
      expect([decoded.offset, decoded.timestamp]).toEqual([8, magic === 0 ? -1 : 2n ** 60n]);
    }
  });
});

test('a batch with gaps, and one that compaction emptied', () => {
  const builder = new BatchBuilder({ baseOffset: 100 });
  builder.appendAt(3, 10, Buffer.from('k'), null);
  builder.appendAt(7, 11, Buffer.from('l'), null);
  const batch = builder.build({ lastOffsetDelta: 9 });
  expect(decodeRecords(batch, 0).map((each) => each.offset)).toEqual([103, 107]);
  expect(batchLastOffset(batch, 0)).toBe(109);
  expect(validateRecords(batch, 61, batch.length, 2, 10).offsetsAreConsecutive).toBe(false);
  expect(() => builder.appendAt(7, 12, null, null)).toThrow('not above the last one');

  const empty = new BatchBuilder({ baseOffset: 100, producerId: 1, producerEpoch: 0, baseSequence: 4 }).build({
    lastOffsetDelta: 9,
    maxTimestamp: 77,
  });
  expect(empty.length).toBe(61);
  expect([batchLastOffset(empty, 0), batchMaxTimestamp(empty, 0), decodeRecords(empty, 0)]).toEqual([109, 77, []]);
});

test('a header key that is not UTF-8 survives being written again', () => {
  const key = Buffer.from([0xff, 0xfe, 0x41]);
  const rewrite = (headers: readonly { key: Uint8Array; value: Buffer | null }[]): Buffer => {
    const builder = new BatchBuilder();
    builder.append(0, null, null, headers);
    return builder.build();
  };
  const batch = rewrite([{ key, value: null }]);
  const cursor = new RecordCursor().reset(batch, 61, batch.length, 1);
  expect(cursor.next()).toBe(true);
  expect(rewrite(cursor.rawHeaders()).equals(batch)).toBe(true);
});

test('batches of all magics in one buffer are walked to a cut-off tail', () => {
  const v0 = new MessageSetBuilder({ magic: 0 });
  v0.append(0, -1, null, Buffer.from('a'));
  const v1 = new MessageSetBuilder({ magic: 1, compression: 'lz4' });
  v1.append(1, 5, null, Buffer.from('b'));
  v1.append(2, 6, null, Buffer.from('c'));
  const v2 = new BatchBuilder({ baseOffset: 3, compression: 'zstd' });
  v2.append(7, null, Buffer.from('d'));
  const log = Buffer.concat([v0.build(), v1.build(), v2.build()]);
  for (let cut = 0; cut <= log.length; cut++) {
    const reader = new BatchReader(log, 0, cut);
    let last = 0;
    while (reader.next()) last = reader.end;
    expect(reader.start).toBe(last);
    const isBoundary = [...readBatches(log)].some((batch) => batch.end === cut) || cut === 0;
    expect(reader.stop).toBe(isBoundary ? 'end' : 'truncated');
  }
  expect([...readBatches(log)].map((batch) => [batch.magic, batch.lastOffset])).toEqual([
    [0, 0],
    [1, 2],
    [2, 3],
  ]);
});
