/**
 * Produce requests, good and bad, with what Apache Kafka 3.9.2 answered to them (fixtures/kafka-3.9/produce-answers.json).
 * Sequence cases follow each other.
 */
import { type CompressionType, compress } from '@ottla/protocol/compression';
import {
  BatchBuilder,
  type BatchOptions,
  buildEndTransactionMarker,
  crc32,
  updateBatchCrc,
} from '@ottla/protocol/records';
import type { LogConfig } from '../index.ts';

export const NOW = 1700000000000;

/** What each topic sets. */
export const CASE_TOPICS: Readonly<Record<string, Partial<LogConfig>>> = {
  plain: {},
  compact: { compact: true, deleteOld: false },
  lat: { timestampType: 'LogAppendTime' },
  gzip: { compressionType: 'gzip' },
  uncompressed: { compressionType: 'none' },
  small: { maxMessageBytes: 300 },
  seg: { segmentBytes: 200 },
  window: { timestampBeforeMaxMs: 3600000, timestampAfterMaxMs: 3600000 },
};

export type ProduceCase = [name: string, topic: string, produceVersion: number, records: Buffer];

type RecordTuple = [timestamp: number, key: string | null, value: string];

function b(records: readonly RecordTuple[], options: BatchOptions = {}): Buffer {
  const builder = new BatchBuilder(options);
  for (const [timestamp, key, value] of records) {
    builder.append(timestamp, key === null ? null : Buffer.from(key), Buffer.from(value));
  }
  return builder.build();
}

function two(options: BatchOptions = {}): Buffer {
  return b(
    [
      [NOW, 'a', 'x'],
      [NOW + 1, 'b', 'y'],
    ],
    options,
  );
}

function patch(bytes: Buffer, change: (copy: Buffer) => void, fixCrc = true): Buffer {
  const copy = Buffer.from(bytes);
  change(copy);
  if (fixCrc) updateBatchCrc(copy, 0);
  return copy;
}

function set(bytes: Buffer, at: number, value: number): void {
  bytes[at] = value;
}

function flipLast(bytes: Buffer): void {
  bytes[bytes.length - 1] ^= 1;
}

function flipped(bytes: Buffer): Buffer {
  flipLast(bytes);
  return bytes;
}

/** Claims two records at 0 and 1, has them at 0 and 2. */
function withGap(compression: CompressionType): Buffer {
  const builder = new BatchBuilder({ compression });
  builder.appendAt(0, NOW, null, Buffer.from('a'));
  builder.appendAt(2, NOW, null, Buffer.from('b'));
  return patch(builder.build(), (copy) => copy.writeInt32BE(1, 23));
}

/** A message of magic 0 or 1. */
function v1(
  offset: number,
  timestamp: number,
  key: string | null,
  value: string | Buffer,
  codec = 0,
  magic = 1,
  flags = 0,
): Buffer {
  const keyBytes = Buffer.from(key ?? '');
  const valueBytes = Buffer.from(value);
  const size = (magic === 1 ? 22 : 14) + keyBytes.length + valueBytes.length;
  const bytes = Buffer.alloc(12 + size);
  bytes.writeBigInt64BE(BigInt(offset), 0);
  bytes.writeInt32BE(size, 8);
  set(bytes, 16, magic);
  set(bytes, 17, codec | flags);
  if (magic === 1) bytes.writeBigInt64BE(BigInt(timestamp), 18);
  let at = magic === 1 ? 26 : 18;
  bytes.writeInt32BE(key === null ? -1 : keyBytes.length, at);
  keyBytes.copy(bytes, at + 4);
  at += 4 + keyBytes.length;
  bytes.writeInt32BE(valueBytes.length, at);
  valueBytes.copy(bytes, at + 4);
  bytes.writeUInt32BE(crc32(bytes, 16, bytes.length), 12);
  return bytes;
}

const LEGACY_CODECS: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4'];

function wrapped(codec: number, inner: readonly Buffer[], magic = 1, offset = 0): Buffer {
  const options = magic === 0 ? { legacyLz4Header: true } : {};
  return v1(offset, NOW, null, compress(LEGACY_CODECS[codec] ?? 'none', Buffer.concat(inner), options), codec, magic);
}

export function produceCases(): ProduceCase[] {
  const cases: ProduceCase[] = [
    ['ok', 'plain', 9, two()],
    ['empty', 'plain', 9, Buffer.alloc(0)],
    ['short', 'plain', 9, two().subarray(0, 40)],
    ['trailing partial', 'plain', 9, Buffer.concat([two(), two().subarray(0, 20)])],
    ['two batches', 'plain', 9, Buffer.concat([two(), two()])],
    ['bad crc', 'plain', 9, patch(two(), flipLast, false)],
    ['tiny size', 'plain', 9, patch(two(), (c) => c.writeInt32BE(10, 8), false)],
    ['negative size', 'plain', 9, patch(two(), (c) => c.writeInt32BE(-5, 8), false)],
    ['magic 3', 'plain', 9, patch(two(), (c) => set(c, 16, 3), false)],
    ['magic 5 2nd', 'plain', 2, Buffer.concat([two(), patch(two(), (c) => set(c, 16, 5), false)])],
    ['base offset 5', 'plain', 9, patch(two(), (c) => c.writeBigInt64BE(5n, 0))],
    ['count 3', 'plain', 9, patch(two(), (c) => c.writeInt32BE(3, 57))],
    ['count 0', 'plain', 9, patch(two(), (c) => c.writeInt32BE(0, 57))],
    ['count -1', 'plain', 9, patch(two(), (c) => c.writeInt32BE(-1, 57))],
    ['lastdelta 5', 'plain', 9, patch(two(), (c) => c.writeInt32BE(5, 23))],
    ['lastdelta -1', 'plain', 9, patch(two(), (c) => c.writeInt32BE(-1, 23))],
    [
      'count1 delta0 two recs',
      'plain',
      9,
      patch(two(), (c) => {
        c.writeInt32BE(0, 23);
        c.writeInt32BE(1, 57);
      }),
    ],
    [
      'count3 delta2 two recs',
      'plain',
      9,
      patch(two(), (c) => {
        c.writeInt32BE(2, 23);
        c.writeInt32BE(3, 57);
      }),
    ],
    [
      'control',
      'plain',
      9,
      buildEndTransactionMarker({
        type: 'COMMIT',
        coordinatorEpoch: 0,
        producerId: 1,
        producerEpoch: 0,
        timestamp: NOW,
      }),
    ],
    ['pid no seq', 'plain', 9, two({ producerId: 5, producerEpoch: 0, baseSequence: -1 })],
    ['zstd v6', 'plain', 6, two({ compression: 'zstd' })],
    ['zstd v7', 'plain', 7, two({ compression: 'zstd' })],
    ['gzip', 'plain', 9, two({ compression: 'gzip' })],
    ['snappy', 'plain', 9, two({ compression: 'snappy' })],
    ['lz4', 'plain', 9, two({ compression: 'lz4' })],
    ['codec 5', 'plain', 9, patch(two(), (c) => c.writeInt16BE(5, 21))],
    ['codec 6 v8', 'plain', 8, patch(two(), (c) => c.writeInt16BE(6, 21))],
    ['garbage gzip', 'plain', 9, patch(two({ compression: 'gzip' }), (c) => c.fill(7, 61))],
    ['garbage snappy', 'plain', 9, patch(two({ compression: 'snappy' }), (c) => c.fill(7, 61))],
    ['garbage lz4', 'plain', 9, patch(two({ compression: 'lz4' }), (c) => c.fill(7, 61))],
    ['garbage zstd', 'plain', 9, patch(two({ compression: 'zstd' }), (c) => c.fill(7, 61))],
    ['cut gzip', 'plain', 9, patch(two({ compression: 'gzip' }), (c) => c.fill(0, c.length - 15))],
    ['record length long', 'plain', 9, patch(two(), (c) => set(c, 61, 0x70))],
    ['record length short', 'plain', 9, patch(two(), (c) => set(c, 61, 2))],
    ['compressed gaps', 'plain', 9, withGap('gzip')],
    ['uncompressed gaps', 'plain', 9, withGap('none')],
    ['after uncompressed gaps', 'plain', 9, two()],
    [
      'compact null keys',
      'compact',
      9,
      b([
        [NOW, 'a', 'x'],
        [NOW, null, 'y'],
        [NOW, null, 'z'],
        [NOW, null, 'z'],
        [NOW, null, 'z'],
      ]),
    ],
    [
      'compact gzip null keys',
      'compact',
      9,
      b(
        [
          [NOW, 'a', 'x'],
          [NOW, null, 'y'],
        ],
        { compression: 'gzip' },
      ),
    ],
    ['compact ok', 'compact', 9, two()],
    [
      'old and new ts',
      'window',
      9,
      b([
        [NOW, 'a', 'x'],
        [NOW - 7200000, 'a', 'y'],
        [NOW + 7200000, 'a', 'z'],
        [-1, 'a', 'z'],
      ]),
    ],
    ['ts -1', 'window', 9, b([[-1, 'a', 'x']])],
    ['ts minus 2', 'window', 9, b([[-2, 'a', 'x']])],
    ['log append time claimed', 'plain', 9, two({ logAppendTime: NOW })],
    ['log append time claimed -1', 'plain', 9, two({ logAppendTime: -1 })],
    ['log append time claimed on lat', 'lat', 9, two({ logAppendTime: NOW })],
    ['lat', 'lat', 9, two()],
    ['lat gzip', 'lat', 9, two({ compression: 'gzip' })],
    ['recompress', 'gzip', 9, two()],
    ['recompress lz4', 'gzip', 9, two({ compression: 'lz4' })],
    ['decompress', 'uncompressed', 9, two({ compression: 'lz4' })],
    ['too large', 'small', 9, b([[NOW, null, 'x'.repeat(400)]])],
    ['too large after decompress', 'small', 9, b([[NOW, null, 'x'.repeat(400)]], { compression: 'gzip' })],
    ['too large segment', 'seg', 9, b([[NOW, null, 'x'.repeat(400)]])],
    ['v2 into produce 2', 'plain', 2, two()],
    ['two v2 into produce 2', 'plain', 2, Buffer.concat([two(), two()])],
    ['two gzip v2 into produce 2', 'plain', 2, Buffer.concat([two({ compression: 'gzip' }), two()])],
    ['v1', 'plain', 2, Buffer.concat([v1(0, NOW, 'k', 'a'), v1(1, NOW, null, 'b')])],
    ['v0', 'plain', 1, Buffer.concat([v1(0, NOW, 'k', 'a', 0, 0), v1(1, NOW, null, 'b', 0, 0)])],
    ['v0+v1', 'plain', 2, Buffer.concat([v1(0, NOW, 'k', 'a', 0, 0), v1(1, NOW, null, 'b')])],
    ['v1+v2', 'plain', 2, Buffer.concat([v1(0, NOW, 'k', 'a'), two()])],
    ['v1 into 3', 'plain', 3, v1(0, NOW, 'k', 'a')],
    ['v1 bad crc', 'plain', 2, flipped(v1(0, NOW, 'k', 'a'))],
    ['v1 gzip', 'plain', 2, wrapped(1, [v1(0, NOW, 'k', 'a'), v1(1, NOW, 'k', 'b')])],
    ['v1 snappy', 'plain', 2, wrapped(2, [v1(0, NOW, 'k', 'a'), v1(1, NOW, 'k', 'b')])],
    ['v0 gzip', 'plain', 2, wrapped(1, [v1(0, NOW, 'k', 'a', 0, 0), v1(1, NOW, 'k', 'b', 0, 0)], 0)],
    ['v0 lz4', 'plain', 2, wrapped(3, [v1(0, NOW, 'k', 'a', 0, 0), v1(1, NOW, 'k', 'b', 0, 0)], 0)],
    ['v1 lz4 wrong offsets', 'plain', 2, wrapped(3, [v1(7, NOW, 'k', 'a'), v1(9, NOW, 'k', 'b')])],
    ['v1 gzip offset below', 'plain', 2, wrapped(1, [v1(7, NOW, 'k', 'a'), v1(9, NOW, 'k', 'b')], 1, 4)],
    ['v1 gzip inner v0', 'plain', 2, wrapped(1, [v1(0, NOW, 'k', 'a', 0, 0)])],
    ['v1 gzip inner bad crc', 'plain', 2, wrapped(1, [flipped(v1(0, NOW, 'k', 'a'))])],
    ['v1 gzip inner compressed', 'plain', 2, wrapped(1, [wrapped(1, [v1(0, NOW, 'k', 'a')])])],
    ['v1 gzip empty', 'plain', 2, wrapped(1, [])],
    [
      'two v1 gzip',
      'plain',
      2,
      Buffer.concat([wrapped(1, [v1(0, NOW, 'k', 'a')]), wrapped(1, [v1(0, NOW, 'k', 'a')], 1, 1)]),
    ],
    ['v1 lat claimed', 'plain', 2, v1(0, NOW, 'k', 'a', 0, 1, 8)],
    ['v1 compact null key', 'compact', 2, Buffer.concat([v1(0, NOW, 'k', 'a'), v1(1, NOW, null, 'b')])],
    ['v0 compact gzip null key', 'compact', 2, wrapped(1, [v1(0, NOW, null, 'a', 0, 0)], 0)],
    ['v0 on lat', 'lat', 2, v1(0, NOW, 'k', 'a', 0, 0)],
    ['v1 zstd', 'plain', 2, v1(0, NOW, null, compress('zstd', v1(0, NOW, 'k', 'a')), 4)],
    ['seq 0-1', 'plain', 9, two({ producerId: 100, producerEpoch: 0, baseSequence: 0 })],
    ['seq 2-3', 'plain', 9, two({ producerId: 100, producerEpoch: 0, baseSequence: 2 })],
    ['dup 0-1', 'plain', 9, two({ producerId: 100, producerEpoch: 0, baseSequence: 0 })],
    ['gap', 'plain', 9, two({ producerId: 100, producerEpoch: 0, baseSequence: 9 })],
    ['overlap 3-4', 'plain', 9, two({ producerId: 100, producerEpoch: 0, baseSequence: 3 })],
    ['epoch 1 seq 4', 'plain', 9, two({ producerId: 100, producerEpoch: 1, baseSequence: 4 })],
    ['epoch 1 seq 0', 'plain', 9, two({ producerId: 100, producerEpoch: 1, baseSequence: 0 })],
    ['old epoch 0', 'plain', 9, two({ producerId: 100, producerEpoch: 0, baseSequence: 4 })],
    ['unknown pid seq 77', 'plain', 9, two({ producerId: 101, producerEpoch: 3, baseSequence: 77 })],
    ...[79, 81, 83, 85, 87, 89].map(
      (s): ProduceCase => [`seq ${s}`, 'plain', 9, two({ producerId: 101, producerEpoch: 3, baseSequence: s })],
    ),
    ['old dup 77', 'plain', 9, two({ producerId: 101, producerEpoch: 3, baseSequence: 77 })],
    ['dup 83', 'plain', 9, two({ producerId: 101, producerEpoch: 3, baseSequence: 83 })],
    ['wrap', 'plain', 9, two({ producerId: 102, producerEpoch: 0, baseSequence: 2147483646 })],
    ['wrap 0', 'plain', 9, two({ producerId: 102, producerEpoch: 0, baseSequence: 0 })],
    [
      'wrap mid',
      'plain',
      9,
      b(
        [
          [NOW, 'a', 'b'],
          [NOW, 'a', 'b'],
          [NOW, 'a', 'c'],
        ],
        { producerId: 103, producerEpoch: 0, baseSequence: 2147483646 },
      ),
    ],
    ['wrap mid next', 'plain', 9, two({ producerId: 103, producerEpoch: 0, baseSequence: 1 })],
    ['pid epoch -1', 'plain', 9, two({ producerId: 104, producerEpoch: -1, baseSequence: 0 })],
    ['pid epoch -1 next', 'plain', 9, two({ producerId: 104, producerEpoch: -1, baseSequence: 7 })],
  ];
  return cases;
}
