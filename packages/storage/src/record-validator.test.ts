import { readFileSync } from 'node:fs';
import { ErrorCode } from '@ottla/protocol';
import { BatchReader, decodeRecords, updateBatchCrc } from '@ottla/protocol/records';
import { describe, expect, test } from 'vitest';
import { type AppendResult, type Log, StorageError } from './index.ts';
import { recordErrorsMax } from './limits.ts';
import { defaultLogConfig } from './log-config.ts';
import { append, batch, openLog, openManager, readAll, testPlatform } from './test-support/logs.ts';
import { CASE_TOPICS, NOW, produceCases } from './test-support/produce-cases.ts';

interface Answer {
  readonly error: number;
  readonly message: string | null;
  readonly records: readonly (readonly [batchIndex: number, message: string])[];
}

const kafka: Readonly<Record<string, Answer>> = JSON.parse(
  readFileSync(new URL('../fixtures/kafka-3.9/produce-answers.json', import.meta.url), 'utf8'),
);

/** Where we answer otherwise, on purpose. */
const OTHERWISE: Readonly<Record<string, number>> = {
  // There the authorizer is asked first.
  control: ErrorCode.INVALID_RECORD,
};

describe('answers as Kafka 3.9 gave them', () => {
  const logs = new Map<string, Log>();

  async function logOf(topic: string): Promise<Log> {
    const known = logs.get(topic);
    if (known !== undefined) return known;
    const platform = testPlatform();
    // When Kafka was asked.
    platform.wallMs = 1795000000000;
    const manager = await openManager(
      platform,
      {},
      { configFor: (name) => ({ ...defaultLogConfig, ...CASE_TOPICS[name] }) },
    );
    const log = await manager.create(topic, 0, { topicId: undefined });
    if (log instanceof StorageError) throw new Error(log.message);
    logs.set(topic, log);
    return log;
  }

  test.each(produceCases())('%s', async (name, topic, produceVersion, records) => {
    const result = await append(await logOf(topic), Buffer.from(records), { produceVersion });
    const answer = kafka[name];
    if (answer === undefined) throw new Error('Kafka was not asked');
    expect(nameOf(result.error)).toBe(nameOf(OTHERWISE[name] ?? answer.error));
    if (name in OTHERWISE || produceVersion < 8) return;
    expect(told(result)).toEqual({ message: answer.message, records: answer.records });
  });

  function told(result: AppendResult): Omit<Answer, 'error'> {
    const bare = (text: string | null): string => (text ?? '').replace(/\[-?\d+, \d+\]/g, '[..]');
    return {
      message: result.errorMessage,
      records: result.recordErrors.map((one) => [one.batchIndex, bare(one.message)] as const),
    };
  }
});

function nameOf(code: number): string {
  return Object.entries(ErrorCode).find(([, value]) => value === code)?.[0] ?? String(code);
}

test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
  'records are recompressed to %s where the topic says so',
  async (codec) => {
    const { log } = await openLog(testPlatform(), { compressionType: codec });
    for (const source of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
      await append(log, batch([{ key: 'k', value: source, timestamp: NOW }], { compression: source }));
    }
    const bytes = readAll(log);
    const reader = new BatchReader(bytes);
    const seen = [];
    while (reader.next()) {
      expect(reader.view().compression).toBe(codec);
      expect(reader.view().crcIsValid).toBe(true);
      for (const { offset, timestamp, value } of decodeRecords(bytes, reader.start)) {
        seen.push([offset, timestamp, value?.toString()]);
      }
    }
    expect(seen).toEqual(['none', 'gzip', 'snappy', 'lz4', 'zstd'].map((source, at) => [at, NOW, source]));
  },
);

test.each(['none', 'gzip'] as const)(
  'LogAppendTime stamps batches (%s) and is told to the producer',
  async (compression) => {
    const platform = testPlatform();
    platform.wallMs = NOW + 5;
    const { log } = await openLog(platform, { timestampType: 'LogAppendTime' });
    const result = await append(log, batch([{ timestamp: 1 }, { timestamp: 2 }], { compression }));
    expect(result).toMatchObject({ error: 0, logAppendTime: NOW + 5 });
    const bytes = readAll(log);
    const reader = new BatchReader(bytes);
    reader.next();
    expect(reader.view()).toMatchObject({ timestampType: 'LogAppendTime', maxTimestamp: NOW + 5, crcIsValid: true });
    expect(log.maxTimestampOffset()).toMatchObject({ timestamp: NOW + 5 });
  },
);

test('a CreateTime batch with a wrong maximum is put right', async () => {
  const { log } = await openLog(testPlatform());
  const bytes = batch([{ timestamp: 7 }, { timestamp: 9 }, { timestamp: 8 }]);
  bytes.writeBigInt64BE(123n, 35);
  updateBatchCrc(bytes, 0);
  expect(await append(log, bytes)).toMatchObject({ error: 0, logAppendTime: -1 });
  const reader = new BatchReader(readAll(log));
  reader.next();
  expect(reader.view()).toMatchObject({ maxTimestamp: 9, crcIsValid: true });
});

test('timestamps beyond 2^53 are kept exactly, and compared so', async () => {
  const nanos = 1700000000123456789n;
  const { log } = await openLog(testPlatform());
  expect(await append(log, batch([{ timestamp: nanos }, { timestamp: nanos + 1n }]))).toMatchObject({ error: 0 });
  expect(log.offsetForTimestamp(nanos + 1n)).toEqual({ timestamp: nanos + 1n, offset: 1, leaderEpoch: 0 });
  expect(log.maxTimestampOffset()).toEqual({ timestamp: nanos + 1n, offset: 1, leaderEpoch: 0 });
  const strict = await openLog(testPlatform(), { timestampAfterMaxMs: 3600000 });
  expect(await append(strict.log, batch([{ timestamp: nanos }]))).toMatchObject({ error: ErrorCode.INVALID_TIMESTAMP });
});

test('the window of timestamps is inclusive at both ends', async () => {
  const platform = testPlatform();
  platform.wallMs = NOW;
  const { log } = await openLog(platform, { timestampBeforeMaxMs: 100, timestampAfterMaxMs: 10 });
  const errorAt = async (timestamp: number) => (await append(log, batch([{ timestamp }]))).error;
  expect(await errorAt(NOW - 100)).toBe(ErrorCode.NONE);
  expect(await errorAt(NOW + 10)).toBe(ErrorCode.NONE);
  expect(await errorAt(NOW - 101)).toBe(ErrorCode.INVALID_TIMESTAMP);
  expect(await errorAt(NOW + 11)).toBe(ErrorCode.INVALID_TIMESTAMP);
  expect(await errorAt(-1)).toBe(ErrorCode.NONE);
});

test('a bomb is refused without being unpacked', async () => {
  const { log } = await openLog(testPlatform());
  const bomb = batch([{ value: 'x'.repeat(80 * 1024 * 1024) }], { compression: 'gzip' });
  expect(bomb.length).toBeLessThan(1048588);
  expect((await append(log, bomb)).error).not.toBe(ErrorCode.NONE);
});

test('of many wrong records in one batch only so many are told one by one', async () => {
  const { log } = await openLog(testPlatform(), { compact: true });
  const records = Array.from({ length: recordErrorsMax + 500 }, () => ({ key: null }));
  const { error, recordErrors } = await append(log, batch(records, { compression: 'gzip' }));
  expect(error).toBe(ErrorCode.INVALID_RECORD);
  expect(recordErrors).toHaveLength(recordErrorsMax);
});
