import {
  DeleteTopicsRequest,
  DeleteTopicsResponse,
  ErrorCode,
  FetchRequest,
  FetchResponse,
  InitProducerIdRequest,
  InitProducerIdResponse,
  ProduceRequest,
  ProduceResponse,
  ZERO_UUID,
} from '@ottla/protocol';
import { BatchReader, buildEndTransactionMarker, decodeRecords, readLegacyMessages } from '@ottla/protocol/records';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchOf, fetchFrom, fetchRequest, TestBroker } from '../test-support/test-broker.ts';

interface RequestedFrom {
  readonly topic?: string;
  readonly partition?: number;
  readonly fetchOffset?: number | bigint;
  readonly currentLeaderEpoch?: number;
}

let broker: TestBroker;

beforeEach(async () => {
  broker = await TestBroker.start();
});

afterEach(async () => {
  await broker.close();
});

function valuesOf(records: Buffer | null | undefined): string[] {
  const values: string[] = [];
  const reader = new BatchReader(records ?? Buffer.alloc(0));
  while (reader.next()) {
    for (const { value } of decodeRecords(records ?? Buffer.alloc(0), reader.start, 1e8)) values.push(String(value));
  }
  return values;
}

describe('Produce', () => {
  it('assigns offsets, and Fetch gives the records back in every version', async () => {
    const topicId = await broker.createTopic('a', 2);
    for (let version = 3; version <= 12; version++) {
      expect(await broker.produce('a', 0, batchOf([`v${version}`]), { version })).toMatchObject({
        errorCode: 0,
        baseOffset: version - 3,
        logAppendTimeMs: -1,
        errorMessage: null,
      });
    }
    const byId = await broker.client.call(ProduceRequest, ProduceResponse, 13, {
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ topicId, partitionData: [{ index: 0, records: batchOf(['by id']) }] }],
    });
    expect(byId.responses[0]).toMatchObject({ topicId, partitionResponses: [{ errorCode: 0, baseOffset: 10 }] });
    const all = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((version) => `v${version}`).concat('by id');
    for (let version = 4; version <= 18; version++) {
      const topics = [{ ...fetchFrom('a', 0, 0), ...(version >= 13 ? { topicId } : {}) }];
      const answer = await broker.fetch({ topics }, version);
      const partition = answer.responses[0]?.partitions[0];
      expect(partition).toMatchObject({ errorCode: 0, highWatermark: 11, lastStableOffset: 11 });
      expect(valuesOf(partition?.records)).toEqual(all);
    }
  });

  it('converts for consumers of 0.8 to 0.10, skipping what they have', async () => {
    await broker.createTopic('a');
    await broker.produce('a', 0, batchOf(['one', 'two', 'three']));
    await broker.produce('a', 0, batchOf(['four'], { compression: 'gzip' }));
    for (const version of [0, 1, 2, 3]) {
      const answer = await broker.fetch({ topics: [fetchFrom('a', 0, 1)] }, version);
      const records = answer.responses[0]?.partitions[0]?.records ?? Buffer.alloc(0);
      const reader = new BatchReader(records);
      const messages: [number, string][] = [];
      while (reader.next()) {
        for (const { offset, value } of readLegacyMessages(records, reader.start, 1e8, true))
          messages.push([offset, String(value)]);
      }
      expect(messages).toEqual([
        [1, 'two'],
        [2, 'three'],
        [3, 'four'],
      ]);
    }
  });

  it('reads on for an old consumer where nothing of a batch is left for it', async () => {
    await broker.createTopic('a');
    const held = broker.broker.services.replicas.partition('a', 0);
    if (typeof held === 'number') throw new Error(`error ${held}`);
    const marker = buildEndTransactionMarker({
      type: 'COMMIT',
      coordinatorEpoch: 0,
      producerId: 1,
      producerEpoch: 0,
      timestamp: 1,
    });
    await new Promise<void>((resolve) => {
      held.appendRecords(
        marker,
        { acks: 1, origin: 'coordinator', produceVersion: 13 },
        { appended: () => resolve() },
        0,
      );
    });
    await broker.produce('a', 0, batchOf(['behind the marker']));
    const { responses } = await broker.fetch({ topics: [fetchFrom('a', 0, 0, marker.length)] }, 3);
    const records = responses[0]?.partitions[0]?.records ?? Buffer.alloc(0);
    expect(readLegacyMessages(records, 0, 1e8).map(({ offset, value }) => [offset, String(value)])).toEqual([
      [1, 'behind the marker'],
    ]);
  });

  it.each([
    ['acks that are none', { acks: 7 }, batchOf(['x']), ErrorCode.INVALID_REQUIRED_ACKS, -1],
    ['no records', {}, null, ErrorCode.INVALID_RECORD, -1],
    ['no bytes', {}, Buffer.alloc(0), ErrorCode.INVALID_RECORD, -1],
    ['two batches', {}, Buffer.concat([batchOf(['x']), batchOf(['y'])]), ErrorCode.INVALID_RECORD, -1],
    ['a control batch', {}, batchOf(['x'], { isControl: true }), ErrorCode.INVALID_RECORD, 0],
    ['half a batch', {}, batchOf(['x']).subarray(0, 65), ErrorCode.INVALID_RECORD, -1],
    ['a wrong checksum', {}, corrupted(), ErrorCode.CORRUPT_MESSAGE, -1],
    ['a damaged producer id', {}, corrupted(43), ErrorCode.CORRUPT_MESSAGE, -1],
    ['a damaged offset range', {}, corrupted(23), ErrorCode.CORRUPT_MESSAGE, -1],
    ['a batch that is too large', {}, batchOf(['x'.repeat(2000)]), ErrorCode.MESSAGE_TOO_LARGE, -1],
    [
      'a transaction without an id',
      {},
      batchOf(['x'], { isTransactional: true, producerId: 1, producerEpoch: 0, baseSequence: 0 }),
      ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
      -1,
    ],
  ])('refuses %s', async (_what, options, records, errorCode, logStartOffset) => {
    await broker.createTopic('a', 1, { 'max.message.bytes': '1000' });
    expect(await broker.produce('a', 0, records, options)).toMatchObject({
      errorCode,
      baseOffset: -1,
      logStartOffset,
    });
    const { responses } = await broker.fetch({ topics: [fetchFrom('a', 0, 0)] });
    expect(responses[0]?.partitions[0]).toMatchObject({ errorCode: 0, highWatermark: 0 });
  });

  it('tells partitions apart: one that fails does not take the others along', async () => {
    await broker.createTopic('a', 2);
    const answer = await broker.client.call(ProduceRequest, ProduceResponse, 9, {
      acks: -1,
      timeoutMs: 1000,
      topicData: [
        {
          name: 'a',
          partitionData: [0, 1, 2].map((index) => ({ index, records: index === 1 ? corrupted() : batchOf(['x']) })),
        },
        { name: 'missing', partitionData: [{ index: 0, records: batchOf(['x']) }] },
      ],
    });
    const errors = answer.responses.map(({ partitionResponses }) =>
      partitionResponses.map(({ errorCode }) => errorCode),
    );
    expect(errors).toEqual([[0, 2, 3], [3]]);
  });

  it('refuses acks=all below min.insync.replicas only as far as there are replicas', async () => {
    await broker.createTopic('a', 1, { 'min.insync.replicas': '2' });
    expect((await broker.produce('a', 0, batchOf(['x']))).errorCode).toBe(0);
  });

  it('has no answer for acks=0, and closes the connection when the append fails', async () => {
    await broker.createTopic('a');
    const body = (records: Buffer) => ({
      acks: 0,
      timeoutMs: 1000,
      topicData: [{ name: 'a', partitionData: [{ index: 0, records }] }],
    });
    const other = await broker.connect();
    other.post(ProduceRequest, 9, body(batchOf(['silent'])));
    // The next answer is the one to the next request that has one.
    const id = other.post(FetchRequest, 12, fetchRequest({ maxWaitMs: 5000, topics: [fetchFrom('a', 0, 0)] }));
    const { responses } = await other.answer(FetchResponse, 12, id);
    expect(valuesOf(responses[0]?.partitions[0]?.records)).toEqual(['silent']);
    other.post(ProduceRequest, 9, body(corrupted()));
    expect(await other.frame()).toBeUndefined();
  });

  it('keeps the window of an idempotent producer: retries get the first answer, gaps and old epochs are refused', async () => {
    await broker.createTopic('a');
    const { producerId, producerEpoch } = await broker.client.call(InitProducerIdRequest, InitProducerIdResponse, 4, {
      transactionalId: null,
      transactionTimeoutMs: 0,
    });
    expect(producerEpoch).toBe(0);
    const send = (baseSequence: number, epoch = 0) =>
      broker.produce(
        'a',
        0,
        batchOf(['x', 'y'], { producerId: Number(producerId), producerEpoch: epoch, baseSequence }),
      );
    expect(await send(0)).toMatchObject({ errorCode: 0, baseOffset: 0 });
    expect(await send(2)).toMatchObject({ errorCode: 0, baseOffset: 2 });
    expect(await send(0)).toMatchObject({ errorCode: 0, baseOffset: 0 });
    expect((await send(6)).errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(await send(0, 1)).toMatchObject({ errorCode: 0, baseOffset: 4 });
    expect((await send(4, 0)).errorCode).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
  });
});

describe('Fetch', () => {
  it('waits for min.bytes, is woken by the append that completes them, and gives up after max.wait', async () => {
    await broker.createTopic('a');
    const reader = await broker.connect();
    const size = batchOf(['x'.repeat(100)]).length;
    const topics = [fetchFrom('a', 0, 0)];
    const id = reader.post(FetchRequest, 12, fetchRequest({ maxWaitMs: 60_000, minBytes: size * 3, topics }));
    let isAnswered = false;
    const answered = reader.answer(FetchResponse, 12, id).then((answer) => {
      isAnswered = true;
      return answer;
    });
    for (let round = 0; round < 3; round++) {
      expect(isAnswered).toBe(false);
      await broker.produce('a', 0, batchOf(['x'.repeat(100)]));
    }
    expect((await answered).responses[0]?.partitions[0]?.records).toHaveLength(3 * size);
    expect(broker.broker.services.replicas.fetchWaiters.size).toBe(0);
    const late = await broker.fetch({ maxWaitMs: 20, minBytes: size * 4, topics });
    expect(late.responses[0]?.partitions[0]?.records).toHaveLength(3 * size);
  });

  it('gives one batch at least from version 3 on, and cuts it before', async () => {
    await broker.createTopic('a', 3);
    const batch = batchOf(['x'.repeat(500)]);
    for (const partition of [0, 1, 2])
      for (let round = 0; round < 3; round++) await broker.produce('a', partition, batch);
    const sizes = async (version: number, partitionMaxBytes: number, maxBytes: number) => {
      const topics = [0, 1, 2].map((partition) => fetchFrom('a', partition, 0, partitionMaxBytes));
      const { responses } = await broker.fetch({ topics, ...(version >= 3 ? { maxBytes } : {}) }, version);
      return responses.flatMap(({ partitions }) => partitions.map(({ records }) => records?.length ?? 0));
    };
    const size = batch.length;
    expect(await sizes(4, 10, 1_000_000)).toEqual([size, 0, 0]);
    expect(await sizes(4, 1_000_000, 10)).toEqual([size, 0, 0]);
    expect(await sizes(4, size * 2, size * 3)).toEqual([size * 2, size, 0]);
    expect(await sizes(4, 1_000_000, size * 4 + 10)).toEqual([size * 3, size + 10, 0]);
  });

  it('lets go of a waiting fetch and of unsent records when the connection goes', async () => {
    await broker.createTopic('a');
    const { fetchWaiters } = broker.broker.services.replicas;
    const waiting = await broker.connect();
    waiting.post(FetchRequest, 12, fetchRequest({ maxWaitMs: 60_000, topics: [fetchFrom('a', 0, 0)] }));
    await expect.poll(() => fetchWaiters.size).toBe(1);
    waiting.close();
    await expect.poll(() => fetchWaiters.size).toBe(0);
  });

  it.each<[string, RequestedFrom, ErrorCode]>([
    ['a topic that is not there', { topic: 'nope' }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ['a partition that is not there', { partition: 7 }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ['an offset beyond the end', { fetchOffset: 2 }, ErrorCode.OFFSET_OUT_OF_RANGE],
    ['an offset before the start', { fetchOffset: -1 }, ErrorCode.OFFSET_OUT_OF_RANGE],
    ['an offset beyond what a number holds', { fetchOffset: 9223372036854775807n }, ErrorCode.OFFSET_OUT_OF_RANGE],
    ['a leader epoch to come', { currentLeaderEpoch: 5 }, ErrorCode.UNKNOWN_LEADER_EPOCH],
  ])('refuses %s at once', async (_what, { topic = 'a', ...partition }, errorCode) => {
    await broker.createTopic('a');
    await broker.produce('a', 0, batchOf(['x']));
    const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000, ...partition }];
    const topics = [{ topic, partitions }];
    const answer = await broker.fetch({ maxWaitMs: 10_000, topics });
    expect(answer.responses[0]?.partitions[0]).toMatchObject({ errorCode, highWatermark: -1 });
  });

  it('tells a consumer whose last epoch ended earlier where it ended', async () => {
    await broker.createTopic('a');
    await broker.produce('a', 0, batchOf(['x', 'y']));
    const partition = { partition: 0, fetchOffset: 5, lastFetchedEpoch: 0, partitionMaxBytes: 1000 };
    const answer = await broker.fetch({ topics: [{ topic: 'a', partitions: [partition] }] });
    expect(answer.responses[0]?.partitions[0]).toMatchObject({
      errorCode: 0,
      divergingEpoch: { epoch: 0, endOffset: 2 },
    });
  });

  it('refuses an unknown topic id, and another topic under a known name', async () => {
    await broker.createTopic('a');
    const topics = [
      { topicId: 'abcdefghijklmnopqrstuA', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 9 }] },
    ];
    const answer = await broker.fetch({ topics }, 16);
    expect(answer.responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_ID);
    expect(answer.responses[0]?.topicId).not.toBe(ZERO_UUID);
  });
});

describe('fetch sessions', () => {
  const ask = (sessionId: number, sessionEpoch: number, topics: ReturnType<typeof fetchFrom>[] = []) =>
    broker.fetch({ sessionId, sessionEpoch, topics });

  it('carry only what changed', async () => {
    await broker.createTopic('a', 3);
    const first = await ask(
      0,
      0,
      [0, 1, 2].map((partition) => fetchFrom('a', partition, 0)),
    );
    const { sessionId } = first;
    expect(sessionId).toBeGreaterThan(0);
    expect(first.responses.flatMap(({ partitions }) => partitions)).toHaveLength(3);
    expect((await ask(sessionId, 1)).responses).toEqual([]);
    await broker.produce('a', 1, batchOf(['x']));
    const news = await ask(sessionId, 2);
    expect(news.responses.map(({ partitions }) => partitions.map(({ partitionIndex }) => partitionIndex))).toEqual([
      [1],
    ]);
    expect((await ask(sessionId, 3, [fetchFrom('a', 1, 1)])).responses).toEqual([]);
  });

  it('refuse another epoch, another session, and end with epoch -1', async () => {
    await broker.createTopic('a');
    const { sessionId } = await ask(0, 0, [fetchFrom('a', 0, 0)]);
    expect((await ask(sessionId, 2)).errorCode).toBe(ErrorCode.INVALID_FETCH_SESSION_EPOCH);
    expect((await ask(sessionId + 1, 1)).errorCode).toBe(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
    expect((await ask(sessionId, 1)).errorCode).toBe(0);
    expect((await ask(sessionId, -1, [fetchFrom('a', 0, 0)])).sessionId).toBe(0);
    expect((await ask(sessionId, 2)).errorCode).toBe(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
    expect(broker.broker.services.fetchSessions.size).toBe(0);
  });

  it('say so when an error has gone, though nothing else is new', async () => {
    await broker.createTopic('a');
    await broker.produce('a', 0, batchOf(['x']));
    const { sessionId } = await ask(0, 0, [fetchFrom('a', 0, 9)]);
    const failed = await ask(sessionId, 1);
    expect(failed.responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode.OFFSET_OUT_OF_RANGE);
    expect((await ask(sessionId, 2)).responses).toHaveLength(1);
    const well = await ask(sessionId, 3, [fetchFrom('a', 0, 1)]);
    expect(well.responses[0]?.partitions[0]).toMatchObject({ errorCode: 0, highWatermark: 1 });
    const failedAgain = await ask(sessionId, 4, [fetchFrom('a', 0, 9)]);
    expect(failedAgain.responses).toHaveLength(1);
    expect((await ask(sessionId, 5, [fetchFrom('a', 0, 1)])).responses).toHaveLength(1);
    expect((await ask(sessionId, 6)).responses).toEqual([]);
  });

  it('give each partition its turn when not all fit into one answer', async () => {
    await broker.createTopic('a', 3);
    for (const partition of [0, 1, 2]) await broker.produce('a', partition, batchOf(['x'.repeat(100)]));
    const topics = [0, 1, 2].map((partition) => fetchFrom('a', partition, 0));
    let answer = await broker.fetch({ sessionId: 0, sessionEpoch: 0, maxBytes: 1, topics });
    const { sessionId } = answer;
    const order: number[] = [];
    for (let epoch = 1; epoch <= 4; epoch++) {
      answer = await broker.fetch({ sessionId, sessionEpoch: epoch, maxBytes: 1 });
      for (const { partitions } of answer.responses) {
        for (const { partitionIndex, records } of partitions)
          if ((records?.length ?? 0) > 0) order.push(partitionIndex);
      }
    }
    expect(order).toEqual([0, 1, 2, 0]);
  });
});

it('keeps meters for topics that are there only', async () => {
  const { registry } = broker.broker.services.metrics;
  const metersOf = (topic: string) => JSON.stringify(registry.snapshot().samples).split(topic).length - 1;
  const topics = Array.from({ length: 20 }, (_, index) => fetchFrom(`nowhere-${index}`, 0, 0));
  const { responses } = await broker.fetch({ topics });
  expect(responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  expect(metersOf('nowhere')).toBe(0);
  await broker.createTopic('passing');
  await broker.produce('passing', 0, batchOf(['x']));
  expect(metersOf('passing')).toBeGreaterThan(0);
  await broker.client.call(DeleteTopicsRequest, DeleteTopicsResponse, 5, { topicNames: ['passing'], timeoutMs: 5000 });
  await expect.poll(() => metersOf('passing')).toBe(0);
});

function corrupted(at = 64): Buffer {
  const batch = Buffer.from(batchOf(['x']));
  batch[at] = (batch[at] ?? 0) ^ 0xf1;
  return batch;
}
