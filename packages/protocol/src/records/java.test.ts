import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type CompressionType, compressionOfName } from '../compression/index.ts';
import {
  BatchBuilder,
  batchMagic,
  batchMaxTimestamp,
  batchTimestampType,
  type DecodedRecord,
  decodeBatchRecords,
  downConvert,
  type Int64,
  MessageSetBuilder,
  readBatches,
  upConvert,
} from './index.ts';
import { int64Of } from './int64.ts';

/** Written by vectors/records/RecordVectors.java with Apache Kafka 3.9.2. */
interface Vector {
  readonly kind: 'batch' | 'up' | 'down';
  readonly name: string;
  readonly codec: string;
  readonly bytes: string;
  readonly source?: string;
  readonly toMagic?: 0 | 1;
  readonly fetchOffset?: number;
  readonly records: readonly [
    offset: number,
    timestamp: string,
    key: string | null,
    value: string | null,
    headers: readonly [string, string | null][],
  ][];
}

const MAX = 1 << 20;
const vectors: readonly Vector[] = JSON.parse(
  readFileSync(new URL('../../vectors/records/generated/java.json', import.meta.url), 'utf8'),
);
const of = (kind: Vector['kind']): readonly [string, Vector][] =>
  vectors.filter((vector) => vector.kind === kind).map((vector) => [vector.name, vector]);

function pattern(length: number): Buffer {
  let text = '';
  for (let i = 0; text.length < length; i++) text += `line ${Math.floor(i / 40)} of the pattern;`;
  return Buffer.from(text.slice(0, length), 'latin1');
}

function bytesOf(text: string | null): Buffer | null {
  if (text === null) return null;
  return text.startsWith('~') ? pattern(Number(text.slice(1))) : Buffer.from(text, 'hex');
}

/** In a form that is quick to compare. */
function shown(records: readonly DecodedRecord[]): unknown[] {
  return records.map(({ offset, timestamp, key, value, headers }) => [
    offset,
    timestamp,
    key?.toString('hex'),
    value?.toString('hex'),
    headers.map((header) => [header.key, header.value?.toString('hex')]),
  ]);
}

function expected(vector: Vector): DecodedRecord[] {
  return vector.records.map(([offset, timestamp, key, value, headers]) => ({
    offset,
    timestamp: int64Of(BigInt(timestamp)),
    key: bytesOf(key),
    value: bytesOf(value),
    headers: headers.map(([name, content]) => ({ key: Buffer.from(name, 'hex').toString(), value: bytesOf(content) })),
  }));
}

function decodeAll(bytes: Buffer): DecodedRecord[] {
  return [...readBatches(bytes)].flatMap((batch) => {
    expect(batch.crcIsValid).toBe(true);
    return decodeBatchRecords(batch, MAX);
  });
}

function codecOf(vector: Vector): CompressionType {
  return compressionOfName(vector.codec) ?? 'none';
}

function rebuild(vector: Vector, java: Buffer, compression: CompressionType): Buffer {
  const logAppendTime: { logAppendTime?: Int64 } =
    batchTimestampType(java, 0) === 'LogAppendTime' ? { logAppendTime: batchMaxTimestamp(java, 0) } : {};
  const magic = batchMagic(java, 0);
  const records = expected(vector);
  if (magic === 2) {
    const builder = new BatchBuilder({ baseOffset: records[0].offset, compression, ...logAppendTime });
    for (const record of records) builder.append(record.timestamp, record.key, record.value, record.headers);
    return builder.build();
  }
  if (compression === 'zstd') throw new Error('zstd needs magic 2');
  const builder = new MessageSetBuilder({ magic: magic === 0 ? 0 : 1, compression, ...logAppendTime });
  for (const record of records) builder.append(record.offset, record.timestamp, record.key, record.value);
  return builder.build();
}

test('there are vectors for every magic and codec', () => {
  expect(of('batch').length).toBe(41);
  expect(of('up').length).toBe(16);
  expect(of('down').length).toBe(24);
});

describe.each(of('batch'))('batch %s', (_name, vector) => {
  const java = Buffer.from(vector.bytes, 'hex');

  test('is read', () => {
    expect(shown(decodeAll(java))).toEqual(shown(expected(vector)));
  });

  test('is written so that it reads the same, byte for byte where nothing is compressed', () => {
    const codec = codecOf(vector);
    const ours = rebuild(vector, java, codec);
    expect(shown(decodeAll(ours))).toEqual(shown(expected(vector)));
    // Under LogAppendTime the records of magic 2 keep timestamps that no reader sees.
    const isHidden = batchMagic(java, 0) === 2 && batchTimestampType(java, 0) === 'LogAppendTime';
    if (codec === 'none' && !isHidden) expect(ours.toString('hex')).toBe(vector.bytes);
  });
});

describe.each(of('up'))('up-conversion of %s', (_name, vector) => {
  test('gives the batch that Kafka makes', () => {
    const java = Buffer.from(vector.bytes, 'hex');
    const isAppendTime = batchTimestampType(java, 0) === 'LogAppendTime';
    const result = upConvert(Buffer.from(vector.source ?? '', 'hex'), {
      compression: 'producer',
      ...(isAppendTime ? { logAppendTime: batchMaxTimestamp(java, 0) } : {}),
      baseOffset: 1000,
      // The validator leaves the epoch at -1 and the log sets it.
      partitionLeaderEpoch: java.readInt32BE(12),
      decompressedBytesMax: MAX,
    });
    if (!result.ok) throw new Error(result.message);
    expect(shown(decodeAll(result.batch))).toEqual(shown(expected(vector)));
    if (vector.codec === 'none') expect(result.batch.toString('hex')).toBe(vector.bytes);
    // Base offset; then leader epoch and magic; then attributes to record count: all but length and checksum.
    for (const [from, to] of [
      [0, 8],
      [12, 17],
      [21, 61],
    ]) {
      expect(result.batch.toString('hex', from, to)).toBe(java.toString('hex', from, to));
    }
  });
});

describe.each(of('down'))('down-conversion of %s', (_name, vector) => {
  test('gives the messages that Kafka makes', () => {
    const result = downConvert(
      Buffer.from(vector.source ?? '', 'hex'),
      vector.toMagic ?? 0,
      vector.fetchOffset ?? 0,
      MAX,
    );
    if (!result.ok) throw new Error(result.message);
    expect(shown(decodeAll(result.records))).toEqual(shown(expected(vector)));
    if (vector.codec === 'none') expect(result.records.toString('hex')).toBe(vector.bytes);
    const java = Buffer.from(vector.bytes, 'hex');
    for (const at of [16, 17]) expect(result.records[at]).toBe(java[at]);
    expect(batchMaxTimestamp(result.records, 0)).toBe(batchMaxTimestamp(java, 0));
  });
});
