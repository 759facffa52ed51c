import type { Timer } from '@ottla/platform';
import { createNodePlatform } from '@ottla/platform/node';
import { BatchBuilder } from '@ottla/protocol/records';
import { ErrorCode } from '@ottla/testkit';
import { expect, test } from 'vitest';
import { createKafka } from '../index.ts';
import { broker, client } from '../test-support/client.ts';
import { eventually, orders, shop, upTo, values } from './test-support/shop.ts';

const PLACE = { topic: 'orders', partition: 0 };

/** What a fetch answers that brings these records. */
function fetchAnswer(topicId: string, records: Buffer, more: object = {}) {
  const partition = { partitionIndex: 0, errorCode: 0, highWatermark: 100, lastStableOffset: 100, records, ...more };
  return { respond: { sessionId: 0, responses: [{ topic: 'orders', topicId, partitions: [partition] }] } };
}

test('a log that was cut off below the position is noticed, and reading goes on where it was cut', async () => {
  const { server, kafka, fill } = await shop();
  await fill(5);
  const open = (onReset: 'earliest' | 'none') =>
    kafka.consumer({ onReset, fetchMaxWaitMs: 50 }).assign([{ ...PLACE, offset: 0 }], orders);
  const [consumer, strict] = [open('earliest'), open('none')];
  expect(await values(consumer, 5)).toEqual(upTo(5));
  expect(await values(strict, 5)).toEqual(upTo(5));
  server.intercept('OffsetForLeaderEpoch', ({ body }) => {
    expect(body.topics[0]?.partitions[0]).toMatchObject({ currentLeaderEpoch: 4, leaderEpoch: 0 });
    return {
      respond: {
        topics: [{ topic: 'orders', partitions: [{ errorCode: 0, partition: 0, leaderEpoch: 0, endOffset: 3 }] }],
      },
    };
  });
  // An unclean election: a leader of a later epoch, which lacks what was read.
  kafka.cluster.leaderHint({ ...PLACE, leaderId: server.brokerId, leaderEpoch: 4 });
  await eventually(() => consumer.position(PLACE) === 3);
  await expect(strict.poll({ timeout: 5000 })).rejects.toMatchObject({ code: 'LOG_TRUNCATED', ...PLACE });
});

test('a position that the new leader confirms stays', async () => {
  const { server, kafka, fill } = await shop();
  await fill(5);
  const consumer = kafka.consumer({ fetchMaxWaitMs: 50 }).assign([{ ...PLACE, offset: 0 }], orders);
  expect(await values(consumer, 5)).toEqual(upTo(5));
  let asked = 0;
  server.intercept('OffsetForLeaderEpoch', () => {
    asked++;
    return {
      respond: {
        topics: [{ topic: 'orders', partitions: [{ errorCode: 0, partition: 0, leaderEpoch: 0, endOffset: 5 }] }],
      },
    };
  });
  kafka.cluster.leaderHint({ ...PLACE, leaderId: server.brokerId, leaderEpoch: 4 });
  await eventually(() => asked > 0 && consumer.position(PLACE) === 5);
});

test('a replica in the own rack is read from when the leader says so', async () => {
  const { server, fill } = await shop(2, { asVersion: '2.8' });
  await fill(2);
  const near = await broker({ topics: { orders: 1 }, asVersion: '2.8' });
  await client(near)
    .producer()
    .send(orders, [
      { key: 'k', value: 'from the follower' },
      { key: 'k', value: 'too' },
    ]);
  const far = client(server);
  await far.cluster.refresh(['orders']);
  const id = far.cluster.metadata.topic('orders')?.id ?? '';
  far.cluster.leaderHint({
    topic: 'orders',
    partition: 1,
    leaderId: 7,
    leaderEpoch: 1,
    endpoint: { host: near.host, port: near.port },
  });
  let rack = '';
  server.intercept('Fetch', ({ body }) => {
    rack = body.rackId;
    return fetchAnswer(id, Buffer.alloc(0), { preferredReadReplica: 7 });
  });
  const consumer = far.consumer({ rack: 'r7', fetchMaxWaitMs: 50 }).assign([{ ...PLACE, offset: 0 }], orders);
  expect(await values(consumer, 2)).toEqual(['from the follower', 'too']);
  expect(rack).toBe('r7');
});

test('the CRC is checked: what was damaged on its way is refused, fetched again and read', async () => {
  const { server, kafka, fill } = await shop();
  await fill(2);
  await kafka.cluster.refresh(['orders']);
  const damaged = new BatchBuilder();
  damaged.append(1, null, Buffer.from('0'));
  const bytes = damaged.build();
  bytes[bytes.length - 2] ^= 1;
  server.intercept('Fetch', () => fetchAnswer(kafka.cluster.metadata.topic('orders')?.id ?? '', bytes), { times: 1 });
  const consumer = kafka.consumer({ fetchMaxWaitMs: 50 }).assign([{ ...PLACE, offset: 0 }], orders);
  await expect(values(consumer, 1)).rejects.toMatchObject({ code: 'CORRUPT_MESSAGE', ...PLACE });
  expect(await values(consumer, 2)).toEqual(['0', '1']);
});

test('closing ends the session of a fetch that is in flight, and does not wait for its answer', async () => {
  const { server, fill, reader } = await shop();
  await fill(1);
  const epochs: number[] = [];
  server.intercept('Fetch', ({ body }) => {
    epochs.push(body.sessionEpoch);
    return undefined;
  });
  const consumer = reader({ fetchMaxWaitMs: 60_000 });
  expect(await values(consumer, 1)).toEqual(['0']);
  while (epochs.length < 2) await new Promise((resolve) => setImmediate(resolve));
  await consumer.close();
  expect(epochs).toEqual([0, 1, -1]);
});

test('fetches that fail are tried again: errors, lost connections, forgotten sessions', async () => {
  const { server, fill, reader } = await shop(2);
  await fill(10);
  const consumer = reader();
  let fetches = 0;
  server.intercept('Fetch', () => {
    fetches++;
    if (fetches === 1) return { error: ErrorCode.NOT_LEADER_OR_FOLLOWER };
    if (fetches === 2) return 'disconnect';
    if (fetches === 4) return { respond: { errorCode: ErrorCode.FETCH_SESSION_ID_NOT_FOUND, responses: [] } };
    if (fetches === 5) return { respond: { errorCode: ErrorCode.INVALID_FETCH_SESSION_EPOCH, responses: [] } };
    return undefined;
  });
  expect((await values(consumer, 10)).toSorted()).toEqual(upTo(10));
  await fill(10, 10);
  expect((await values(consumer, 10)).toSorted()).toEqual(upTo(10, 10));
  expect(fetches).toBeGreaterThan(5);
});

test('what is fetched ahead of a slow application stays below prefetchBytes', async () => {
  const { kafka, fill } = await shop(4);
  for (let i = 0; i < 10; i++) await fill(2000, i * 2000);
  const places = [0, 1, 2, 3].map((partition) => ({ topic: 'orders', partition, offset: 0 }));
  const consumer = kafka
    .consumer({ fetchMaxWaitMs: 20, maxPartitionFetchBytes: 8192, prefetchBytes: 16_384 })
    .assign(places, orders);
  let largest = 0;
  let count = 0;
  for await (const batch of consumer.batches({ maxRecords: 50 })) {
    // An application that takes its time: what can be fetched ahead is.
    if (count < 500) await new Promise((resolve) => setTimeout(resolve, 30));
    largest = Math.max(largest, consumer.prefetchedBytes);
    count += batch.size;
    if (count >= 20_000) break;
  }
  expect(count).toBe(20_000);
  // The limit, one answer above it, and a batch that is larger than its partition's share.
  expect(largest).toBeLessThan(16_384 + 4 * 32_768);
  expect(largest).toBeGreaterThan(0);
});

test('close leaves no timer and no connection, whatever the consumer was doing', async () => {
  const server = await broker({ topics: { orders: 2 } });
  const platform = createNodePlatform({ log: { console: 'none', rootLevel: 'OFF' } });
  const timers = new Map<Timer, string>();
  const { clock } = platform;
  const counting = {
    wallMs: () => clock.wallMs(),
    monotonicMs: () => clock.monotonicMs(),
    endOfTurn: (callback: () => void) => clock.endOfTurn(callback),
    sleep: (delayMs: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        const timer = counting.setTimer(delayMs, resolve);
        signal?.addEventListener('abort', () => {
          timer.cancel();
          reject(signal.reason);
        });
      }),
    setTimer: (delayMs: number, callback: () => void): Timer => {
      const timer = clock.setTimer(delayMs, () => {
        timers.delete(own);
        callback();
      });
      const own: Timer = {
        cancel: () => {
          timers.delete(own);
          timer.cancel();
        },
      };
      timers.set(own, new Error(`timer of ${delayMs} ms`).stack ?? '');
      return own;
    },
  };
  const kafka = createKafka({ brokers: server.bootstrap, platform: { ...platform, clock: counting } });
  const waiting = kafka.consumer({ group: 'a' }).subscribe(orders)[Symbol.asyncIterator]().next();
  const pattern = kafka.consumer({ group: 'b' }).subscribe(/ord.*/);
  await pattern.poll({ timeout: 100 });
  const running = kafka
    .consumer({ group: 'c' })
    .subscribe('orders')
    .run({ each: () => {} });
  const manual = kafka.consumer().assign([
    { topic: 'orders', partition: 0 },
    { topic: 'missing', partition: 0 },
  ]);
  await manual.poll({ timeout: 100 });
  const joining = kafka.consumer({ group: 'd' }).subscribe('orders');
  void joining.poll({ timeout: 1 });
  await kafka.close();
  expect(await waiting).toEqual({ done: true, value: undefined });
  await running;
  // A connection that was being made ends with its first answer.
  await eventually(() => timers.size === 0);
  await platform.close();
});
