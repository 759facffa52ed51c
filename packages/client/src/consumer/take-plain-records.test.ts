import { BATCH_OVERHEAD, BatchBuilder, type DecodedRecord, decodeRecords } from '@ottla/protocol/records';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytes, nullable, topic } from '../serdes/index.ts';
import { FetchedPartition } from './fetched-partition.ts';
import type { FetchedRecord } from './fetched-record.ts';

const raw = topic('raw', { key: bytes, value: nullable(bytes) });

/** Most are short; the rest has lengths of two and three bytes. */
const data = fc.oneof(
  fc.uint8Array({ maxLength: 5 }),
  fc.constantFrom(70, 9000).map((size) => Buffer.alloc(size, size)),
);
const field = fc.option(data.map((chosen) => Buffer.from(chosen)));
const record = fc.record({
  gap: fc.constantFrom(0, 0, 0, 1, 100, 3_000_000),
  timestamp: fc
    .constantFrom(0, 1, 2, -5, 70, 10_000, 3_000_000_000, 2 ** 50, 10n ** 18n)
    .map((delta) => (typeof delta === 'number' ? 1_700_000_000_000 + delta : delta)),
  key: field,
  value: field,
  headers: fc.array(fc.record({ key: fc.constantFrom('', 'name', 'n'.repeat(70)), value: field }), { maxLength: 2 }),
});

interface Seen {
  readonly offset: number;
  readonly content: string;
}

/** As text: comparing large buffers takes its time. */
function seen({ offset, timestamp, key, value, headers }: DecodedRecord): Seen {
  const fields = [key, value, ...headers.flatMap((header) => [Buffer.from(header.key), header.value])];
  return {
    offset,
    content: [String(Number(timestamp)), ...fields.map((one) => one?.toString('latin1') ?? 'null')].join('|'),
  };
}

function read(batch: Buffer, max: number): Seen[] | string {
  const from = new FetchedPartition({
    topic: raw,
    partition: 0,
    records: batch,
    fetchOffset: 0,
    aborted: null,
    checkCrcs: false,
    decompressedBytesMax: 1e8,
  });
  const records: FetchedRecord[] = [];
  try {
    while (from.read(max, records) > 0);
  } catch (error) {
    return /a record is malformed: (.*?)\. Seek/.exec(String(error))?.[1] ?? String(error);
  }
  return records.map((one) => {
    expect([one.keySize, one.valueSize]).toEqual([one.keyBytes?.length ?? -1, one.valueBytes?.length ?? -1]);
    return seen({ ...one.toJSON(), key: one.keyBytes, value: one.valueBytes, headers: [...one.headers] });
  });
}

function decoded(batch: Buffer): readonly Seen[] | string {
  try {
    return decodeRecords(batch, 0).map(seen);
  } catch (error) {
    return /is malformed: (.*)/.exec(String(error))?.[1] ?? String(error);
  }
}

test('the short way through a batch sees what the cursor sees, in pieces of any size, also where bytes are damaged', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 });
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 6 }), damage, fc.nat(3), (records, damaged, less) => {
      const builder = new BatchBuilder({ baseOffset: 7 });
      let delta = 0;
      for (const { gap, timestamp, key, value, headers } of records) {
        delta += gap;
        builder.appendAt(delta++, timestamp, key, value, headers);
      }
      const batch = Buffer.from(builder.build());
      for (const [at, byte] of damaged) batch[BATCH_OVERHEAD + (at % (batch.length - BATCH_OVERHEAD))] = byte;
      const all = decoded(batch);
      // Damage may make offsets descend: what is behind the position then depends on where a piece ends.
      fc.pre(typeof all === 'string' || all.every(({ offset }, i) => i === 0 || offset > all[i - 1].offset));
      expect(read(batch, 1 + less)).toEqual(all);
    }),
    { numRuns: 400 },
  );
});

test('a count that lies is found before the last record is handed out', () => {
  const builder = new BatchBuilder();
  for (const value of ['a', 'b', 'c']) builder.append(5, null, Buffer.from(value));
  const batch = builder.build();
  batch.writeInt32BE(4, 57);
  expect(read(batch, 100)).toBe('the records end before the count is reached');
  batch.writeInt32BE(2, 57);
  expect(read(batch, 100)).toBe('bytes follow the last record');
});
