import { ApiKey, ErrorCode, OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse } from '@ottla/protocol';
import { RpcError } from '@ottla/rpc';
import { afterEach, beforeEach, expect, expectTypeOf, test, vi } from 'vitest';
import { startBroker } from './start-broker.ts';
import type { TestBroker } from './test-broker.ts';
import { metadataApi, produceApi, TestClient } from './test-support/client.ts';

let broker: TestBroker;
let client: TestClient;

beforeEach(async () => {
  broker = await startBroker({ topics: ['a'] });
  client = await TestClient.connect(broker);
});

afterEach(async () => {
  await client.close();
  await broker.stop().catch(() => undefined);
});

test('an interceptor sees every request of its API, decoded, and lets it pass', async () => {
  const seen: unknown[] = [];
  const undo = broker.intercept('Produce', (request) => {
    const { apiKey, apiName, apiVersion, clientId, body } = request;
    seen.push([apiKey, apiName, apiVersion, clientId, body.topicData[0]?.name, body.acks]);
  });
  expect(await client.produce('a', ['one'])).toEqual({ error: 0, offset: 0 });
  expect(seen).toEqual([[0, 'Produce', 7, 'a-client', 'a', -1]]);
  undo();
  expect(await client.produce('a', ['two'])).toEqual({ error: 0, offset: 1 });
  expect(seen).toHaveLength(1);
});

test('what it keeps of a body stays as the client sent it', async () => {
  const kept: Buffer[] = [];
  broker.intercept('Produce', async ({ body }) => {
    const records = body.topicData[0]?.partitionData[0]?.records;
    if (records) kept.push(records);
  });
  await client.produce('a', ['one']);
  await client.produce('a', ['two']);
  // The broker writes the offset into the batch it takes.
  expect(kept.map((records) => records.readBigInt64BE(0))).toEqual([0n, 0n]);
  expect(broker.records('a').map(({ offset }) => offset)).toEqual([0, 1]);
});

test('respond: the client gets that answer, the broker nothing', async () => {
  const responses = [{ name: 'a', partitionResponses: [{ index: 0, errorCode: 0, baseOffset: 99 }] }];
  broker.intercept(ApiKey.Produce, () => ({ respond: { responses } }));
  expect(await client.produce('a', ['one'])).toEqual({ error: 0, offset: 99 });
  expect(broker.records('a')).toEqual([]);
});

test('respond to acks=0: no answer, and the next request gets its own', async () => {
  broker.intercept('Produce', () => ({ respond: { responses: [] } }));
  client.rpc.post(produceApi, client.produceRequest('a', ['one'], 0, 0), { version: 7 });
  expect((await client.rpc.call(metadataApi, { topics: null })).clusterId).toBe(broker.clusterId);
  expect(broker.records('a')).toEqual([]);
});

test('error: in every place that the response has for one', async () => {
  broker.intercept('Produce', () => ({ error: ErrorCode.NOT_LEADER_OR_FOLLOWER }));
  expect(await client.produce('a', ['one'])).toMatchObject({ error: ErrorCode.NOT_LEADER_OR_FOLLOWER });
  broker.intercept('OffsetForLeaderEpoch', () => ({ error: ErrorCode.FENCED_LEADER_EPOCH }));
  const api = { request: OffsetForLeaderEpochRequest, response: OffsetForLeaderEpochResponse };
  const partitions = [0, 1].map((partition) => ({ partition, leaderEpoch: 0 }));
  const answer = await client.rpc.call(api, { topics: [{ topic: 'a', partitions }] });
  expect(answer.topics[0]?.partitions.map(({ errorCode }) => errorCode)).toEqual([74, 74]);
});

test('error for acks=0: the connection ends, as Kafka does', async () => {
  const closed = new Promise<void>((resolve) => client.rpc.onClosed(resolve));
  broker.intercept('Produce', () => ({ error: ErrorCode.NOT_LEADER_OR_FOLLOWER }));
  client.rpc.post(produceApi, client.produceRequest('a', ['one'], 0, 0), { version: 7 });
  await closed;
});

test('times: so many, then as always', async () => {
  broker.intercept('Produce', () => ({ error: ErrorCode.NOT_LEADER_OR_FOLLOWER }), { times: 2 });
  const errors: unknown[] = [];
  for (let i = 0; i < 3; i++) errors.push((await client.produce('a', ['one'])).error);
  expect(errors).toEqual([6, 6, 0]);
});

test('of two interceptors the last added is asked first, the other when it has nothing to say', async () => {
  broker.intercept('Produce', () => ({ error: ErrorCode.NOT_LEADER_OR_FOLLOWER }));
  broker.intercept('Produce', ({ body }) => (body.acks === 1 ? { error: ErrorCode.KAFKA_STORAGE_ERROR } : undefined));
  expect((await client.produce('a', ['one'])).error).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  const answer = await client.rpc.call(produceApi, client.produceRequest('a', ['one'], 0, 1), { version: 7 });
  expect(answer.responses[0]?.partitionResponses[0]?.errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
});

test('delayMs: handled later, and nothing overtakes it on its connection', async () => {
  broker.intercept('Produce', () => ({ delayMs: 30 }), { times: 1 });
  const startMs = performance.now();
  const [first, second] = await Promise.all([client.produce('a', ['one']), client.produce('a', ['two'])]);
  expect([first.offset, second.offset]).toEqual([0, 1]);
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(29);
});

test('an interceptor may take its time', async () => {
  let decide: (outcome: { error: typeof ErrorCode.INVALID_RECORD }) => void = () => {};
  const asked = new Promise<void>((resolveAsked) => {
    broker.intercept('Produce', () => {
      resolveAsked();
      return new Promise((resolve) => {
        decide = resolve;
      });
    });
  });
  const producing = client.produce('a', ['one']);
  await asked;
  decide({ error: ErrorCode.INVALID_RECORD });
  expect((await producing).error).toBe(ErrorCode.INVALID_RECORD);
});

test('drop: never answered, other connections go on, and stop does not wait for it', async () => {
  const dropped = new Promise<void>((resolve) => {
    broker.intercept(
      'Produce',
      () => {
        resolve();
        return 'drop';
      },
      { times: 1 },
    );
  });
  const producing = expect(client.produce('a', ['one'])).rejects.toThrow(/Disconnected/);
  await dropped;
  const other = await TestClient.connect(broker);
  expect((await other.produce('a', ['two'])).offset).toBe(0);
  await other.close();
  const startMs = performance.now();
  await broker.stop();
  expect(performance.now() - startMs).toBeLessThan(900);
  await producing;
});

test('disconnect: the connection ends, another one works', async () => {
  broker.intercept('Metadata', () => 'disconnect', { times: 1 });
  await expect(client.rpc.call(metadataApi, { topics: null })).rejects.toThrow(/Disconnected/);
  const other = await TestClient.connect(broker);
  expect((await other.rpc.call(metadataApi, { topics: null })).clusterId).toBe(broker.clusterId);
  await other.close();
});

test('what is delayed when its client goes, or when the broker stops, gives up its timer', async () => {
  const { clock } = broker.broker.services.platform;
  const setTimer = clock.setTimer.bind(clock);
  let cancelled: () => void = () => {};
  vi.spyOn(clock, 'setTimer').mockImplementation((delayMs, callback) => {
    const timer = setTimer(delayMs, callback);
    if (delayMs !== 3_600_000) return timer;
    return {
      cancel: () => {
        timer.cancel();
        cancelled();
      },
    };
  });
  let asked: () => void = () => {};
  broker.intercept('Produce', () => {
    asked();
    return { delayMs: 3_600_000 };
  });
  const other = await TestClient.connect(broker);
  const leave = (): Promise<void> => other.close();
  const stop = (): Promise<void> => broker.stop();
  for (const [from, end] of [[other, leave] as const, [client, stop] as const]) {
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const isCancelled = new Promise<void>((resolve) => {
      cancelled = resolve;
    });
    const producing = expect(from.produce('a', ['one'])).rejects.toThrow(RpcError);
    await isAsked;
    await Promise.all([end(), producing, isCancelled]);
  }
});

test('an interceptor that throws fails its request, and stop tells', async () => {
  broker.intercept('Produce', () => {
    throw new Error('expected 1 to be 2');
  });
  expect((await client.produce('a', ['one'])).error).toBe(ErrorCode.UNKNOWN_SERVER_ERROR);
  await expect(broker.stop()).rejects.toThrow('expected 1 to be 2');
});

test('an answer that is none ends the connection, and stop tells', async () => {
  // @ts-expect-error a topic has a list of partitions
  broker.intercept('Produce', () => ({ respond: { responses: [{ name: 'a' }] } }));
  await expect(client.produce('a', ['one'])).rejects.toThrow(/Disconnected/);
  await expect(broker.stop()).rejects.toThrow();
});

test('bodies and answers are typed by name and by key', () => {
  broker.intercept('CreateTopics', ({ body }) => {
    expectTypeOf(body.validateOnly).toEqualTypeOf<boolean>();
  });
  broker.intercept(ApiKey.Heartbeat, ({ body }) => {
    expectTypeOf(body.generationId).toEqualTypeOf<number>();
    return { respond: { errorCode: ErrorCode.REBALANCE_IN_PROGRESS } };
  });
  // @ts-expect-error there is no such API
  broker.intercept('Consume', () => undefined);
});
