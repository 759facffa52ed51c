import { BatchBuilder, type BatchOptions, buildEndTransactionMarker, MessageSetBuilder } from '@ottla/protocol/records';
import { describe, expect, test } from 'vitest';
import { string, topic } from '../serdes/index.ts';
import { type AbortedTransaction, FetchedPartition } from './fetched-partition.ts';
import type { FetchedRecord } from './fetched-record.ts';

const orders = topic('orders', { key: string, value: string });

function batch(baseOffset: number, values: readonly string[], options: BatchOptions = {}): Buffer {
  const builder = new BatchBuilder({ baseOffset, ...options });
  for (const value of values) builder.append(1000 + baseOffset, null, Buffer.from(value));
  return builder.build();
}

/** Of a transaction. */
function sent(baseOffset: number, producerId: number, values: readonly string[]): Buffer {
  return batch(baseOffset, values, { producerId, producerEpoch: 0, baseSequence: 0, isTransactional: true });
}

function marker(baseOffset: number, producerId: number, type: 'ABORT' | 'COMMIT'): Buffer {
  return buildEndTransactionMarker({
    type,
    coordinatorEpoch: 0,
    producerId,
    producerEpoch: 0,
    timestamp: 1,
    baseOffset,
  });
}

function fetched(
  parts: readonly Buffer[],
  aborted: readonly AbortedTransaction[] | null = null,
  fetchOffset = 0,
): FetchedPartition {
  return new FetchedPartition({
    topic: orders,
    partition: 0,
    records: Buffer.concat(parts),
    fetchOffset,
    aborted,
    checkCrcs: true,
    decompressedBytesMax: 1e8,
  });
}

function read(from: FetchedPartition, max = 1000): string[] {
  const records: FetchedRecord[] = [];
  while (from.read(max, records) > 0);
  return records.map(({ offset, value }) => `${offset}:${String(value)}`);
}

describe('aborted transactions never leak', () => {
  test('records before the abort marker are passed over, the marker too', () => {
    const from = fetched(
      [sent(0, 7, ['a', 'b']), batch(2, ['plain']), marker(3, 7, 'ABORT'), sent(4, 7, ['c']), marker(5, 7, 'COMMIT')],
      [{ producerId: 7, firstOffset: 0 }],
    );
    expect(read(from)).toEqual(['2:plain', '4:c']);
    expect(from.position).toBe(6);
  });

  test('also when the abort marker is in a later fetch, and when the transaction began in an earlier one', () => {
    const aborted = [{ producerId: 7, firstOffset: 0 }];
    expect(read(fetched([sent(0, 7, ['a'])], aborted))).toEqual([]);
    expect(read(fetched([sent(1, 7, ['b']), marker(2, 7, 'ABORT'), sent(3, 7, ['c'])], aborted, 1))).toEqual(['3:c']);
  });

  test('two aborted transactions of one producer in one answer, with a committed one between them', () => {
    const from = fetched(
      [
        sent(0, 7, ['a']),
        marker(1, 7, 'ABORT'),
        sent(2, 7, ['b']),
        marker(3, 7, 'COMMIT'),
        sent(4, 7, ['c']),
        marker(5, 7, 'ABORT'),
      ],
      [
        { producerId: 7, firstOffset: 4 },
        { producerId: 7, firstOffset: 0 },
      ],
    );
    expect(read(from)).toEqual(['2:b']);
  });

  test('transactions of several producers, interleaved', () => {
    const from = fetched(
      [
        sent(0, 7, ['a']),
        sent(1, 8, ['b']),
        marker(2, 7, 'ABORT'),
        sent(3, 8, ['c']),
        sent(4, 7, ['d']),
        marker(5, 8, 'ABORT'),
        marker(6, 7, 'COMMIT'),
      ],
      [
        { producerId: 7, firstOffset: 0 },
        { producerId: 8, firstOffset: 1 },
      ],
    );
    expect(read(from)).toEqual(['4:d']);
  });

  test('read_uncommitted sees them, but no markers', () => {
    expect(read(fetched([sent(0, 7, ['a']), marker(1, 7, 'ABORT')]))).toEqual(['0:a']);
  });
});

describe('what a fetch brought', () => {
  for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
    test(`is read whatever the codec: ${compression}`, () => {
      expect(read(fetched([batch(0, ['a', 'b'], { compression }), batch(2, ['c'], { compression })]))).toEqual([
        '0:a',
        '1:b',
        '2:c',
      ]);
    });
  }

  for (const magic of [0, 1] as const) {
    for (const compression of ['none', 'gzip', 'snappy', 'lz4'] as const) {
      test(`is read in format ${magic}: ${compression}`, () => {
        const builder = new MessageSetBuilder({ magic, compression });
        builder.append(5, 44, Buffer.from('k'), Buffer.from('a'));
        builder.append(6, 45, null, Buffer.from('b'));
        const records: FetchedRecord[] = [];
        fetched([builder.build()], null, 5).read(10, records);
        expect(records.map(({ offset, key, value, timestamp }) => [offset, key, value, timestamp])).toEqual([
          [5, 'k', 'a', magic === 0 ? -1 : 44],
          [6, null, 'b', magic === 0 ? -1 : 45],
        ]);
      });
    }
  }

  test('a fetch may start inside a batch, end inside one, and be read in pieces', () => {
    const whole = [batch(0, ['a', 'b', 'c']), batch(3, ['d', 'e']), batch(5, ['f']).subarray(0, 30)];
    const from = fetched(whole, null, 1);
    expect(from.endOffset).toBe(5);
    const records: FetchedRecord[] = [];
    expect(from.read(1, records)).toBe(1);
    expect(from.position).toBe(2);
    expect(read(from, 2)).toEqual(['2:c', '3:d', '4:e']);
    expect(records[0]?.value).toBe('b');
  });

  test('the CRC is checked: a damaged batch is refused with its place, what lies before it is read', () => {
    const damaged = batch(2, ['c']);
    damaged[damaged.length - 2] ^= 1;
    const from = fetched([batch(0, ['a', 'b']), damaged]);
    const records: FetchedRecord[] = [];
    expect(from.read(2, records)).toBe(2);
    expect(() => from.read(2, records)).toThrow(
      expect.objectContaining({
        code: 'CORRUPT_MESSAGE',
        topic: 'orders',
        partition: 0,
        message: expect.stringContaining('offset 2'),
      }),
    );
    expect(from.position).toBe(2);
  });

  test('what is no batch at all is refused', () => {
    const from = fetched([Buffer.alloc(80, 0xff)]);
    expect(from.isCorrupt).toBe(true);
    expect(() => from.read(2, [])).toThrow(expect.objectContaining({ code: 'CORRUPT_MESSAGE' }));
  });

  test('append time is what readers see as the timestamp', () => {
    const records: FetchedRecord[] = [];
    fetched([batch(0, ['a'], { logAppendTime: 99 })]).read(1, records);
    expect([records[0]?.timestamp, records[0]?.timestampType]).toEqual([99, 'LogAppendTime']);
  });

  test('compaction leaves gaps, and batches without records', () => {
    const builder = new BatchBuilder({ baseOffset: 0 });
    builder.appendAt(1, 5, null, Buffer.from('b'));
    const empty = new BatchBuilder({ baseOffset: 4 });
    const from = fetched([builder.build({ lastOffsetDelta: 3 }), empty.build({ lastOffsetDelta: 2, maxTimestamp: 1 })]);
    expect(read(from)).toEqual(['1:b']);
    expect(from.position).toBe(7);
  });
});
