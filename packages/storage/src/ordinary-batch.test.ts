import { readFileSync } from 'node:fs';
import { ErrorCode } from '@ottla/protocol';
import { batchPartitionLeaderEpoch, decodeRecords, setBatchBaseOffset } from '@ottla/protocol/records';
import { describe, expect, test } from 'vitest';
import { defaultLogConfig } from './log-config.ts';
import { acceptOrdinaryBatch } from './ordinary-batch.ts';
import { batch, CLIENT } from './test-support/logs.ts';
import { CASE_TOPICS, NOW, produceCases } from './test-support/produce-cases.ts';

const kafka: Readonly<Record<string, { readonly error: number }>> = JSON.parse(
  readFileSync(new URL('../fixtures/kafka-3.9/produce-answers.json', import.meta.url), 'utf8'),
);

/** What only the state of the producer tells, which is asked later. */
const ABOUT_SEQUENCES: ReadonlySet<number> = new Set([
  ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
  ErrorCode.DUPLICATE_SEQUENCE_NUMBER,
  ErrorCode.INVALID_PRODUCER_EPOCH,
]);

function rulesOf(topic: string, produceVersion = 9) {
  return {
    where: `${topic}-0`,
    config: { ...defaultLogConfig, ...CASE_TOPICS[topic] },
    options: { ...CLIENT, leaderEpoch: 7, produceVersion },
    firstOffset: 1000,
    nowMs: NOW,
  };
}

describe('a batch is taken as it is only when Kafka takes it', () => {
  test.each(produceCases())('%s', (name, topic, produceVersion, records) => {
    const bytes = Buffer.from(records);
    const valid = acceptOrdinaryBatch(bytes, rulesOf(topic, produceVersion));
    if (valid === undefined) {
      expect(bytes.equals(records)).toBe(true);
      return;
    }
    const error = kafka[name]?.error ?? ErrorCode.UNKNOWN_SERVER_ERROR;
    expect(error === ErrorCode.NONE || ABOUT_SEQUENCES.has(error)).toBe(true);
  });
});

test('it gets its offset and epoch, and is otherwise what came', () => {
  const records = batch([
    { timestamp: NOW, key: 'k', value: 'a' },
    { timestamp: NOW - 5, value: 'b' },
  ]);
  const bytes = Buffer.from(records);
  const valid = acceptOrdinaryBatch(bytes, rulesOf('plain'));
  expect(valid).toMatchObject({ count: 2, maxTimestamp: NOW, offsetOfMaxTimestamp: 1001, mayHaveProducers: false });
  expect(decodeRecords(bytes, 0).map(({ offset }) => offset)).toEqual([1000, 1001]);
  expect(batchPartitionLeaderEpoch(bytes, 0)).toBe(7);
  setBatchBaseOffset(bytes, 0, 0);
  records.copy(bytes, 12, 12, 16);
  expect(bytes.equals(records)).toBe(true);
});

test('a producer is looked for only where one can be', () => {
  const records = batch(['a'], { producerId: 5, producerEpoch: 0, baseSequence: 0 });
  expect(acceptOrdinaryBatch(records, rulesOf('plain'))?.mayHaveProducers).toBe(true);
});

test.each([
  ['a byte behind the batch', (b: Buffer) => Buffer.concat([b, Buffer.alloc(1)])],
  ['the size says one less', (b: Buffer) => (b.writeInt32BE(b.length - 13, 8), b)],
  ['a base offset', (b: Buffer) => (b.writeInt32BE(1, 4), b)],
  ['a checksum of something else', (b: Buffer) => (b.writeUInt32BE((b.readUInt32BE(17) + 1) >>> 0, 17), b)],
])('left to the validator: %s', (_what, change) => {
  expect(acceptOrdinaryBatch(change(batch(['a'])), rulesOf('plain'))).toBeUndefined();
});
