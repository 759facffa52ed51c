import { ErrorCode } from '@ottla/protocol';
import { expect, test } from 'vitest';
import type { ConsumerOptions } from './index.ts';
import { broker, client } from './test-support/client.ts';

const { TOPIC_AUTHORIZATION_FAILED, GROUP_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED } = ErrorCode;
const FINAL = { retriable: false, abortable: false };

async function start() {
  const server = await broker({ topics: { orders: 1 } });
  const kafka = client(server, { retryBackoffMs: 5, retryBackoffMaxMs: 20 });
  const next = (options: ConsumerOptions) =>
    kafka
      .consumer({ onReset: 'earliest', fetchMaxWaitMs: 20, ...options })
      .subscribe('orders')
      [Symbol.asyncIterator]()
      .next();
  return { server, kafka, next };
}

/** Metadata as a principal gets it who may not see `orders`. */
function hidden(server: Awaited<ReturnType<typeof start>>['server']): void {
  const topics = [{ errorCode: TOPIC_AUTHORIZATION_FAILED, name: 'orders', partitions: [] }];
  const brokers = [{ nodeId: server.brokerId, host: server.host, port: server.port }];
  server.intercept('Metadata', ({ body }) =>
    body.topics?.some(({ name }) => name === 'orders') === true
      ? { respond: { brokers, controllerId: server.brokerId, topics } }
      : undefined,
  );
}

const ORDERS = { code: 'TOPIC_AUTHORIZATION_FAILED', topic: 'orders', ...FINAL };

test('a topic that may not be seen: sends, subscriptions and assignments say so at once', async () => {
  const { server, kafka, next } = await start();
  hidden(server);
  await expect(kafka.producer().send('orders', { value: 'x' })).rejects.toMatchObject(ORDERS);
  await expect(next({ group: 'g' })).rejects.toMatchObject(ORDERS);
  for (const place of [{}, { offset: 0 }]) {
    const consumer = kafka.consumer({ onReset: 'earliest' }).assign([{ topic: 'orders', partition: 0, ...place }]);
    await expect(consumer[Symbol.asyncIterator]().next()).rejects.toMatchObject(ORDERS);
  }
});

test('a topic that may not be read: the iterator names the partition and the broker, and works when it may', async () => {
  const { server, kafka } = await start();
  await kafka.producer().send('orders', { value: 'x' });
  const off = server.intercept('Fetch', ({ body }) => {
    const partitions = [{ partitionIndex: 0, errorCode: TOPIC_AUTHORIZATION_FAILED, highWatermark: -1, records: null }];
    const responses = body.topics.map(({ topicId, topic }) => ({ topicId, topic, partitions }));
    return { respond: { sessionId: 0, responses } };
  });
  const consumer = kafka.consumer({ fetchMaxWaitMs: 20 }).assign([{ topic: 'orders', partition: 0, offset: 0 }]);
  const place = { ...ORDERS, partition: 0, broker: server.brokerId };
  await expect(consumer[Symbol.asyncIterator]().next()).rejects.toMatchObject(place);
  off();
  for (;;) {
    const records = await consumer.poll({ timeout: 1000 }).catch(() => []);
    if (records.length > 0) break;
  }
});

test('offsets that may not be asked for', async () => {
  const { server, kafka } = await start();
  server.intercept('ListOffsets', () => ({ error: TOPIC_AUTHORIZATION_FAILED }));
  const consumer = kafka.consumer({ onReset: 'earliest' }).assign([{ topic: 'orders', partition: 0 }]);
  const place = { ...ORDERS, partition: 0, broker: server.brokerId };
  await expect(consumer[Symbol.asyncIterator]().next()).rejects.toMatchObject(place);
  await expect(consumer.endOffsets([{ topic: 'orders', partition: 0 }])).rejects.toMatchObject(place);
});

test.each(['FindCoordinator', 'JoinGroup', 'SyncGroup', 'OffsetFetch'] as const)(
  'a group that may not be joined, by %s',
  async (api) => {
    const { server, kafka, next } = await start();
    await kafka.cluster.refresh();
    server.intercept(api, () => ({ error: GROUP_AUTHORIZATION_FAILED }));
    await expect(next({ group: 'secret' })).rejects.toMatchObject({
      code: 'GROUP_AUTHORIZATION_FAILED',
      group: 'secret',
      message: expect.stringContaining('group secret'),
      // Any broker is asked for the coordinator.
      ...(api === 'FindCoordinator' ? {} : { broker: server.brokerId }),
      ...FINAL,
    });
  },
);

test('a commit that is refused names partition and broker', async () => {
  const { server, kafka } = await start();
  server.intercept('OffsetCommit', () => ({ error: TOPIC_AUTHORIZATION_FAILED }));
  const consumer = kafka.consumer({ group: 'g' });
  await expect(consumer.commit([{ topic: 'orders', partition: 0, offset: 1 }])).rejects.toMatchObject({
    ...ORDERS,
    partition: 0,
    broker: server.brokerId,
  });
});

test('a producer that may not be idempotent: fatal, for all that waits and all that comes', async () => {
  const { server, kafka } = await start();
  server.intercept('InitProducerId', () => ({ error: CLUSTER_AUTHORIZATION_FAILED }));
  const producer = kafka.producer();
  const refused = { code: 'CLUSTER_AUTHORIZATION_FAILED', retriable: false, fatal: true };
  await expect(producer.send('orders', { value: 'x' })).rejects.toMatchObject(refused);
  await expect(producer.send('orders', { value: 'y' })).rejects.toMatchObject(refused);
});

test('what an administrator may not do', async () => {
  const { server, kafka } = await start();
  server.intercept('CreateTopics', () => ({ error: TOPIC_AUTHORIZATION_FAILED }));
  const topics = [
    { name: 'a', partitions: 1 },
    { name: 'b', partitions: 1 },
  ];
  await expect(kafka.admin().createTopics(topics)).rejects.toMatchObject({
    code: 'TOPIC_AUTHORIZATION_FAILED',
    topic: 'a',
    failures: new Map([
      ['a', expect.objectContaining({ code: 'TOPIC_AUTHORIZATION_FAILED', topic: 'a' })],
      ['b', expect.objectContaining({ code: 'TOPIC_AUTHORIZATION_FAILED', topic: 'b' })],
    ]),
    ...FINAL,
  });
});
