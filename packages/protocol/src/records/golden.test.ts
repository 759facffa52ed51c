import { describe, expect, test } from 'vitest';
import { absInt32, javaStringHash, partitionForId } from '../java-string-hash.ts';
import { murmur2, partitionForKey, toPositive } from '../murmur2.ts';
import {
  BatchBuilder,
  batchCrcIsValid,
  buildEndTransactionMarker,
  crc32,
  crc32c,
  decodeRecords,
  nextBatchEnd,
  parseEndTransactionMarker,
  validateRecords,
} from './index.ts';
import { varintSize, varlongSize } from './record-writer.ts';

const T = 1_700_000_000_000;
const BATCH =
  '000000000000000000000052ffffffff0265689caf0000000000020000018bcfe568000000018bcfe56807ffffffffffffffffffffffffffff000000031c000000046b31047631020268027810000a02010476320010000e04046b330100';
const COMMIT =
  '000000000000002a0000004200000005020f2787ff0030000000000000018bcfe568000000018bcfe5680000000000000003e90003ffffffff000000012000000008000000010c00000000000700';

describe('golden bytes', () => {
  test('checksums of 123456789', () => {
    const digits = Buffer.from('123456789');
    expect(crc32c(digits, 0, 9)).toBe(0xe3069283);
    expect(crc32(digits, 0, 9)).toBe(0xcbf43926);
  });

  test('a batch of three records', () => {
    const builder = new BatchBuilder();
    builder.append(T, Buffer.from('k1'), Buffer.from('v1'), [{ key: 'h', value: Buffer.from('x') }]);
    builder.append(T + 5, null, Buffer.from('v2'));
    builder.append(T + 7, Buffer.from('k3'), null);
    expect(builder.sizeInBytes).toBe(94);
    expect(builder.build().toString('hex')).toBe(BATCH);
  });

  test('reading it back', () => {
    const bytes = Buffer.from(BATCH, 'hex');
    expect(nextBatchEnd(bytes, 0, bytes.length)).toBe(94);
    expect(batchCrcIsValid(bytes, 0)).toBe(true);
    expect(decodeRecords(bytes, 0)).toEqual([
      {
        offset: 0,
        timestamp: T,
        key: Buffer.from('k1'),
        value: Buffer.from('v1'),
        headers: [{ key: 'h', value: Buffer.from('x') }],
      },
      { offset: 1, timestamp: T + 5, key: null, value: Buffer.from('v2'), headers: [] },
      { offset: 2, timestamp: T + 7, key: Buffer.from('k3'), value: null, headers: [] },
    ]);
    expect(validateRecords(bytes, 61, 94, 3, T)).toEqual({
      problem: undefined,
      count: 3,
      offsetsAreConsecutive: true,
      lastOffsetDelta: 2,
      maxTimestamp: T + 7,
      maxTimestampOffsetDelta: 2,
      minTimestamp: T,
      firstNullKeyIndex: 1,
    });
  });

  test('a commit marker', () => {
    const marker = buildEndTransactionMarker({
      type: 'COMMIT',
      coordinatorEpoch: 7,
      producerId: 1001,
      producerEpoch: 3,
      timestamp: T,
      baseOffset: 42,
      partitionLeaderEpoch: 5,
    });
    expect(marker.toString('hex')).toBe(COMMIT);
    const [record] = decodeRecords(marker, 0);
    expect(parseEndTransactionMarker(record.key, record.value)).toEqual({ type: 'COMMIT', coordinatorEpoch: 7 });
  });

  test.each([
    ['0000000000000005000000101fecd70a0000000000016b0000000176', -1],
    ['00000000000000050000001839268c3301000000018bcfe56800000000016b0000000176', T],
  ])('the message %s', (hex, timestamp) => {
    const bytes = Buffer.from(hex, 'hex');
    expect(nextBatchEnd(bytes, 0, bytes.length)).toBe(bytes.length);
    expect(batchCrcIsValid(bytes, 0)).toBe(true);
    expect(decodeRecords(bytes, 0)).toEqual([
      { offset: 5, timestamp, key: Buffer.from('k'), value: Buffer.from('v'), headers: [] },
    ]);
  });

  test('sizes of varints', () => {
    expect([0, -1, 63, 64, -64, -65, 300, 2147483647, -2147483648].map(varintSize)).toEqual([
      1, 1, 1, 2, 1, 2, 2, 5, 5,
    ]);
    expect([varlongSize(T), varlongSize(-(2n ** 63n)), varlongSize(2n ** 63n - 1n)]).toEqual([6, 10, 10]);
  });
});

describe('hashes', () => {
  test.each([
    ['21', -973932308, 1173551340, 40],
    ['foobar', -790332482, 1357151166, 16],
    ['a-little-bit-long-string', -985981536, 1161502112, 12],
    ['a-little-bit-longer-string', -1486304829, 661178819, 19],
    ['kafka-ts', 262808086, 262808086, 36],
    ['ключ', 2122343024, 2122343024, 24],
    ['', 275646681, 275646681, 31],
    // The rest by Kafka 3.9.2, for every length of tail.
    ['a', -1563381124, 584102524, 24],
    ['abc', 479470107, 479470107, 7],
    ['abcde', 461995741, 461995741, 41],
    ['abcdefg', -346467175, 1801016473, 23],
    ['ÿþý', -827240790, 1320242858, 8],
  ])('murmur2 of %j', (key, hash, positive, of50) => {
    const bytes = Buffer.from(key);
    expect(murmur2(bytes)).toBe(hash);
    expect(toPositive(hash)).toBe(positive);
    expect(partitionForKey(bytes, 50)).toBe(of50);
  });

  test.each([
    ['my-group', -1906497762, 12],
    ['console-consumer-1', 35782224, 24],
    ['test', 3556498, 48],
    ['polygenelubricants', -2147483648, 0],
    ['группа', 1749938458, 8],
    ['group-😀', 508083057, 7],
  ])('String.hashCode of %j', (text, hash, of50) => {
    expect(javaStringHash(text)).toBe(hash);
    expect(partitionForId(text, 50)).toBe(of50);
    expect(absInt32(-5)).toBe(5);
  });
});
