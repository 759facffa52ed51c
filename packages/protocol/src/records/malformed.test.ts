import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compressGzip } from '../compression/gzip.ts';
import type { CompressionType } from '../compression/index.ts';
import {
  BATCH_CORRUPT,
  BATCH_INCOMPLETE,
  BatchBuilder,
  batchCrcIsValid,
  decodeRecords,
  downConvert,
  MessageSetBuilder,
  nextBatchEnd,
  RecordCursor,
  RecordsError,
  upConvert,
  updateBatchCrc,
  validateRecords,
} from './index.ts';

const MAX = 1 << 20;

function sample(compression: CompressionType): Buffer {
  const builder = new BatchBuilder({ compression, baseOffset: 10 });
  builder.append(1000, Buffer.from('key'), Buffer.from('value'), [{ key: 'h', value: Buffer.from('x') }]);
  builder.append(999, null, Buffer.alloc(100, 'v'));
  builder.append(2n ** 60n, Buffer.alloc(0), null);
  return builder.build();
}

describe.each<CompressionType>(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('a batch of %s', (codec) => {
  const batch = sample(codec);

  test('every corrupted byte from 21 on fails the checksum, and so does every corrupted checksum', () => {
    for (let at = 17; at < batch.length; at++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const damaged = Buffer.from(batch);
        damaged[at] ^= flip;
        expect([at, batchCrcIsValid(damaged, 0)]).toEqual([at, false]);
      }
    }
  });

  test('every proper prefix is incomplete', () => {
    for (let cut = 0; cut < batch.length; cut++) expect(nextBatchEnd(batch, 0, cut)).toBe(BATCH_INCOMPLETE);
  });

  test('corruption behind a right checksum is refused or decoded, nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 61, max: batch.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Buffer.from(batch);
        damaged[at] ^= flip;
        updateBatchCrc(damaged, 0);
        try {
          decodeRecords(damaged, 0, 10_000);
        } catch (error) {
          expect(error).toBeInstanceOf(RecordsError);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('a record count that differs is refused', () => {
    for (const count of [-1, 0, 2, 4, 2 ** 31 - 1]) {
      const damaged = Buffer.from(batch);
      damaged.writeInt32BE(count, 57);
      expect(() => decodeRecords(damaged, 0, MAX)).toThrow(RecordsError);
    }
  });

  test('a decompressed size above the limit is refused', () => {
    if (codec === 'none') return;
    expect(() => decodeRecords(batch, 0, 50)).toThrow(expect.objectContaining({ kind: 'too-large' }));
  });
});

describe('headers that cannot be', () => {
  const cases: [string, (batch: Buffer) => void][] = [
    ['a size below the minimum', (batch) => batch.writeInt32BE(48, 8)],
    ['a negative size', (batch) => batch.writeInt32BE(-1, 8)],
    ['an unknown magic', (batch) => batch.writeInt8(3, 16)],
    ['a negative magic', (batch) => batch.writeInt8(-1, 16)],
    ['an unsafe base offset', (batch) => batch.writeBigInt64BE(2n ** 53n, 0)],
    ['an unsafe last offset', (batch) => batch.writeBigInt64BE(2n ** 53n - 2n, 0)],
    ['an unsafe producer id', (batch) => batch.writeBigInt64BE(2n ** 62n, 43)],
    ['a negative last offset delta', (batch) => batch.writeInt32BE(-1, 23)],
  ];
  test.each(cases)('%s', (_name, damage) => {
    const batch = sample('none');
    damage(batch);
    expect(nextBatchEnd(batch, 0, batch.length)).toBe(BATCH_CORRUPT);
  });

  test.each([5, 6, 7])('codec %d', (id) => {
    const batch = sample('none');
    batch.writeInt16BE(id, 21);
    expect(() => decodeRecords(batch, 0)).toThrow(expect.objectContaining({ kind: 'invalid' }));
  });
});

/** Records by hand: [bytes], count. */
describe('records that cannot be', () => {
  const walk = (bytes: number[], count: number): string | undefined =>
    validateRecords(Buffer.from(bytes), 0, bytes.length, count, 0).problem;
  // length 12 (6), attributes, timestamp 0, offset 0, key null, value null, no headers
  const good = [12, 0, 0, 0, 1, 1, 0];

  test('the smallest good one', () => {
    expect(walk(good, 1)).toBeUndefined();
    expect(walk([], 0)).toBeUndefined();
  });

  test.each<[string, number[], number]>([
    ['the records end before the count is reached', good, 2],
    ['bytes follow the last record', [...good, 0], 1],
    ['bytes follow the last record', good, 0],
    ['the record count is negative', good, -1],
    ['the record length does not fit', [14, 0, 0, 0, 1, 1, 0], 1],
    ['the record length does not fit', [0], 1],
    ['the record length does not fit', [1, 0, 0, 0, 1, 1, 0], 1],
    ['the record length differs from its content', [14, 0, 0, 0, 1, 1, 0, 0], 1],
    ['the offset delta is negative', [12, 0, 0, 1, 1, 1, 0], 1],
    ['the key length does not fit', [12, 0, 0, 0, 3, 1, 0], 1],
    ['the key length does not fit', [12, 0, 0, 0, 6, 1, 0], 1],
    ['the key length does not fit', [12, 0, 0, 0, 4, 1, 0], 1],
    ['the value length does not fit', [12, 0, 0, 0, 1, 3, 0], 1],
    ['the value length does not fit', [12, 0, 0, 0, 1, 2, 0], 1],
    ['the header count does not fit', [12, 0, 0, 0, 1, 1, 1], 1],
    ['the header count does not fit', [12, 0, 0, 0, 1, 1, 2], 1],
    ['a header does not fit', [16, 0, 0, 0, 1, 1, 2, 1, 1], 1],
    ['a header does not fit', [16, 0, 0, 0, 1, 1, 2, 0, 2], 1],
    ['a varint is too long or cut off', [0x80, 0x80, 0x80, 0x80, 0x80, 0], 1],
    ['a varint is too long or cut off', [0x80], 1],
    ['a varint is too long or cut off', [22, 0, ...Array<number>(10).fill(0x80)], 1],
    ['a varint is too long or cut off', [12, 0, 0, 0, 1, 1, 0x80], 1],
  ])('%s: %j', (problem, bytes, count) => {
    expect(walk(bytes, count)).toBe(problem);
  });

  test('random bytes end in a problem or in records that lie inside, never outside', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(24), fc.nat(255)), { maxLength: 60 }), fc.nat(8), (bytes, count) => {
        const buffer = Buffer.from([...bytes, ...good, ...good]);
        const cursor = new RecordCursor().reset(buffer, 0, bytes.length, count);
        while (cursor.next()) {
          expect(cursor.end).toBeLessThanOrEqual(bytes.length);
          expect(cursor.keyStart + Math.max(cursor.keyLength, 0)).toBeLessThan(cursor.end);
          expect(cursor.valueStart + Math.max(cursor.valueLength, 0)).toBeLessThan(cursor.end);
          cursor.headers();
        }
        expect(cursor.problem === undefined).toBe(cursor.remaining === 0 && cursor.end === bytes.length);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('message sets that Kafka refuses', () => {
  const plain = (magic: 0 | 1, offset: number, value: string): Buffer => {
    const builder = new MessageSetBuilder({ magic });
    builder.append(offset, 5, null, Buffer.from(value));
    return builder.build();
  };
  const wrapped = (magic: 0 | 1, codec: 'gzip' | 'lz4', offset = 0): Buffer => {
    const builder = new MessageSetBuilder({ magic, compression: codec });
    builder.append(offset, 5, null, Buffer.from('a'));
    builder.append(offset + 1, 6, null, Buffer.from('b'));
    return builder.build();
  };
  const up = (records: Buffer): unknown => {
    const result = upConvert(records, {
      compression: 'producer',
      baseOffset: 0,
      partitionLeaderEpoch: 0,
      decompressedBytesMax: MAX,
    });
    return result.ok ? result.recordCount : result.kind;
  };
  /** A wrapper around given bytes. */
  const around = (magic: 0 | 1, inner: Buffer, offset = 1): Buffer => {
    const gz = new MessageSetBuilder({ magic, compression: 'gzip' });
    gz.append(offset, 5, null, null);
    const template = gz.build();
    const valueAt = magic === 0 ? 26 : 34;
    const packed = compressGzip(inner, undefined);
    const bytes = Buffer.concat([template.subarray(0, valueAt), packed]);
    bytes.writeInt32BE(bytes.length - 12, 8);
    bytes.writeInt32BE(packed.length, valueAt - 4);
    updateBatchCrc(bytes, 0);
    return bytes;
  };

  test('what is fine', () => {
    expect(up(Buffer.alloc(0))).toBe(0);
    expect(up(Buffer.concat([plain(0, 0, 'a'), plain(0, 7, 'b')]))).toBe(2);
    expect(up(wrapped(1, 'gzip', 40))).toBe(2);
    expect(up(wrapped(0, 'lz4'))).toBe(2);
    expect(up(around(1, Buffer.concat([plain(1, 0, 'a'), plain(1, 0, 'b')])))).toBe(2);
    expect(up(Buffer.concat([plain(1, 0, 'a'), plain(1, 1, 'b').subarray(0, -1)]))).toBe(1);
  });

  test('an inner offset above that of the wrapper, unless the wrapper has 0', () => {
    const inner = Buffer.concat([plain(1, 0, 'a'), plain(1, 9, 'b')]);
    expect(up(around(1, inner, 3))).toBe('invalid');
    expect(up(around(1, inner, 0))).toBe(2);
    expect(up(around(0, Buffer.concat([plain(0, 0, 'a'), plain(0, 9, 'b')]), 3))).toBe(2);
  });

  test.each<[string, Buffer, string]>([
    ['mixed magic', Buffer.concat([plain(0, 0, 'a'), plain(1, 1, 'b')]), 'invalid'],
    ['a batch of magic 2 among them', Buffer.concat([plain(1, 0, 'a'), sample('none')]), 'invalid'],
    ['two wrappers', Buffer.concat([wrapped(1, 'gzip'), wrapped(1, 'gzip')]), 'invalid'],
    ['a wrapper after a plain message', Buffer.concat([plain(1, 0, 'a'), wrapped(1, 'gzip')]), 'invalid'],
    ['a plain message after a wrapper', Buffer.concat([wrapped(1, 'gzip'), plain(1, 0, 'a')]), 'invalid'],
    ['another magic inside', around(1, plain(0, 0, 'a')), 'invalid'],
    ['a wrapper inside a wrapper', around(1, wrapped(1, 'gzip')), 'invalid'],
    ['nothing inside', around(1, Buffer.alloc(0)), 'invalid'],
    ['half a message inside', around(1, plain(1, 0, 'abc').subarray(0, -1)), 'invalid'],
  ])('%s', (_name, records, kind) => {
    expect(up(records)).toBe(kind);
  });

  test('a wrong checksum, outside and inside', () => {
    const outside = plain(1, 0, 'abc');
    outside[outside.length - 1] ^= 1;
    expect(up(outside)).toBe('corrupt');
    expect(up(around(1, outside))).toBe('corrupt');
  });

  test('zstd and a null value in a wrapper', () => {
    const zstd = wrapped(1, 'gzip');
    zstd[17] = 4;
    updateBatchCrc(zstd, 0);
    expect(up(zstd)).toBe('invalid');
    const empty = plain(1, 0, '');
    empty.writeInt32BE(-1, 30);
    empty[17] = 1;
    updateBatchCrc(empty, 0);
    expect(up(empty)).toBe('invalid');
  });

  test('too much inside', () => {
    expect(up(around(1, Buffer.alloc(MAX + 1)))).toBe('too-large');
  });

  test('down-conversion: zstd is an error, control batches go, an empty rest is empty', () => {
    const control = new BatchBuilder({ isControl: true });
    control.append(0, Buffer.from([0, 0, 0, 1]), Buffer.alloc(6));
    const down = (records: Buffer, from = 0): unknown => {
      const result = downConvert(records, 1, from, MAX);
      return result.ok ? [result.records.length > 0, result.convertedCount, result.end] : result.kind;
    };
    expect(down(sample('zstd'))).toBe('unsupported-compression');
    expect(down(control.build())).toEqual([false, 0, 78]);
    expect(down(sample('none'), 13)).toEqual([false, 0, sample('none').length]);
    expect(down(sample('none'), 12)).toEqual([true, 1, sample('none').length]);
    expect(down(sample('lz4'), 12)).toEqual([true, 3, sample('lz4').length]);
    expect(down(sample('none').subarray(0, -1))).toEqual([false, 0, 0]);
    // What came before the batch that cannot be converted is served first; the next fetch meets the error.
    const good = sample('none');
    expect(down(Buffer.concat([good, sample('zstd')]))).toEqual([true, 3, good.length]);
  });
});
