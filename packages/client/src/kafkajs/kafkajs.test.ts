import type { TestBroker } from '@ottla/testkit';
import { afterEach, expect, test } from 'vitest';
import { broker } from '../test-support/client.ts';
import {
  AssignerProtocol,
  CompressionTypes,
  ConfigResourceTypes,
  type Consumer,
  type ConsumerRunConfig,
  type EachMessagePayload,
  Kafka,
  KafkaJSError,
  KafkaJSNonRetriableError,
  KafkaJSNotImplemented,
  KafkaJSProtocolError,
  logLevel,
  type PartitionAssigner,
  PartitionAssigners,
  type Producer,
} from './index.ts';
import { legacyMurmur2 } from './partitioners.ts';

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

interface Shop {
  readonly server: TestBroker;
  readonly kafka: Kafka;
  readonly producer: Producer;
}

async function shop(partitions = 1): Promise<Shop> {
  const server = await broker({ topics: { orders: partitions }, config: { 'group.min.session.timeout.ms': 50 } });
  const kafka = kafkaOf(server);
  const producer = kafka.producer();
  await producer.connect();
  open.push(() => producer.disconnect());
  return { server, kafka, producer };
}

function kafkaOf(server: TestBroker): Kafka {
  const retry = { initialRetryTime: 10, retries: 3 };
  return new Kafka({ brokers: [server.bootstrap], clientId: 'shop', logLevel: logLevel.NOTHING, retry });
}

function values(count: number, from = 0): { key: string; value: string }[] {
  return Array.from({ length: count }, (_, i) => ({ key: `k${from + i}`, value: `v${from + i}` }));
}

async function reader(kafka: Kafka, run: ConsumerRunConfig, groupId = 'g'): Promise<Consumer> {
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50, heartbeatInterval: 20, sessionTimeout: 5_000 });
  open.push(() => consumer.disconnect());
  await consumer.connect();
  await consumer.subscribe({ topics: ['orders'], fromBeginning: true });
  await consumer.run(run);
  return consumer;
}

function until(check: () => unknown): Promise<void> {
  return expect.poll(check, { timeout: 10_000, interval: 5 }).toBeTruthy();
}

test('a send answers where each partition began; strings, headers and timestamps arrive', async () => {
  const { kafka, producer } = await shop();
  const sent = await producer.send({
    topic: 'orders',
    compression: CompressionTypes.GZIP,
    messages: [
      { key: 'a', value: 'one', headers: { tag: ['x', 'y'], trace: 'z' }, timestamp: '1700000000000' },
      { key: null, value: null },
    ],
  });
  expect(sent).toEqual([
    { topicName: 'orders', partition: 0, errorCode: 0, baseOffset: '0', logAppendTime: '-1', logStartOffset: '0' },
  ]);
  const got: EachMessagePayload[] = [];
  await reader(kafka, { eachMessage: async (payload) => void got.push(payload) });
  await until(() => got.length === 2);
  expect(got[0]).toMatchObject({ topic: 'orders', partition: 0 });
  expect(got[0].message).toMatchObject({
    offset: '0',
    timestamp: '1700000000000',
    key: Buffer.from('a'),
    value: Buffer.from('one'),
    headers: { tag: [Buffer.from('x'), Buffer.from('y')], trace: Buffer.from('z') },
  });
  expect(got[1].message).toMatchObject({ offset: '1', key: null, value: null, headers: {} });
});

test('what was processed is committed; stop and run go on from there', async () => {
  const { kafka, producer } = await shop();
  const got: string[] = [];
  const run = { eachMessage: async ({ message }: EachMessagePayload) => void got.push(String(message.value)) };
  const consumer = await reader(kafka, run);
  await producer.send({ topic: 'orders', messages: values(3) });
  await until(() => got.length === 3);
  await consumer.stop();
  await producer.send({ topic: 'orders', messages: values(2, 3) });
  await consumer.run(run);
  await until(() => got.length >= 5);
  expect(got).toEqual(['v0', 'v1', 'v2', 'v3', 'v4']);
  await consumer.stop();
  const admin = kafka.admin();
  await admin.connect();
  open.push(() => admin.disconnect());
  expect(await admin.fetchOffsets({ groupId: 'g', topics: ['orders'] })).toEqual([
    { topic: 'orders', partitions: [{ partition: 0, offset: '5', metadata: null }] },
  ]);
});

test('a batch resolves what it likes; the rest comes again', async () => {
  const { kafka, producer } = await shop();
  await producer.send({ topic: 'orders', messages: values(4) });
  const batches: string[][] = [];
  await reader(kafka, {
    eachBatchAutoResolve: false,
    eachBatch: async ({ batch, resolveOffset, uncommittedOffsets }) => {
      batches.push(batch.messages.map(({ offset }) => offset));
      if (batches.length > 1) return;
      expect(batch.highWatermark).toBe('4');
      expect([batch.firstOffset(), batch.lastOffset(), batch.offsetLag(), batch.offsetLagLow()]).toEqual([
        '0',
        '3',
        '0',
        '3',
      ]);
      resolveOffset('1');
      expect(uncommittedOffsets()).toEqual({
        topics: [{ topic: 'orders', partitions: [{ partition: 0, offset: '2' }] }],
      });
    },
  });
  await until(() => batches.length >= 2);
  expect(batches.slice(0, 2)).toEqual([
    ['0', '1', '2', '3'],
    ['2', '3'],
  ]);
});

test('a handler that throws sees its message again; in the end the consumer crashes and starts anew', async () => {
  const { kafka, producer } = await shop();
  await producer.send({ topic: 'orders', messages: values(2) });
  const seen: string[] = [];
  const crashes: boolean[] = [];
  let broken = true;
  const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 50, retry: { retries: 1, initialRetryTime: 5 } });
  open.push(() => consumer.disconnect());
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    crashes.push(payload.restart);
    expect(payload.error.name).toBe('KafkaJSNumberOfRetriesExceeded');
    broken = false;
  });
  await consumer.subscribe({ topic: 'orders', fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      seen.push(message.offset);
      if (broken && message.offset === '1') throw new Error('no');
    },
  });
  await until(() => crashes.length === 1 && seen.length >= 4);
  expect(crashes).toEqual([true]);
  expect(seen).toEqual(['0', '1', '1', '1']);
});

test('seek goes anywhere, pause holds a partition, commitOffsets keeps metadata', async () => {
  const { kafka, producer } = await shop(2);
  const got: string[] = [];
  const consumer = await reader(kafka, {
    eachMessage: async ({ partition, message }) => void got.push(`${partition}:${message.offset}`),
  });
  const send = (partition: number): Promise<unknown> =>
    producer.send({ topic: 'orders', messages: [{ value: 'v', partition }] });
  await send(0);
  await until(() => got.length === 1);
  consumer.pause([{ topic: 'orders', partitions: [0] }]);
  expect(consumer.paused()).toEqual([{ topic: 'orders', partitions: [0] }]);
  await send(0);
  await send(1);
  await until(() => got.includes('1:0'));
  expect(got).toEqual(['0:0', '1:0']);
  consumer.seek({ topic: 'orders', partition: 0, offset: '0' });
  consumer.resume([{ topic: 'orders' }]);
  await until(() => got.length === 4);
  expect(got).toEqual(['0:0', '1:0', '0:0', '0:1']);
  await consumer.commitOffsets([{ topic: 'orders', partition: 1, offset: '7', metadata: 'here' }]);
  const admin = kafka.admin();
  open.push(() => admin.disconnect());
  const [{ partitions }] = await admin.fetchOffsets({ groupId: 'g', topics: ['orders'] });
  expect(partitions.find(({ partition }) => partition === 1)).toEqual({ partition: 1, offset: '7', metadata: 'here' });
});

test('two members share the partitions, and tell of it', async () => {
  const { kafka } = await shop(2);
  const joins: Record<string, number[]>[] = [];
  const listen = (consumer: Consumer): void =>
    void consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => joins.push(payload.memberAssignment));
  const first = await reader(kafka, { eachMessage: async () => {} });
  listen(first);
  const beats: string[] = [];
  first.on(first.events.HEARTBEAT, ({ payload }) => beats.push(payload.groupId));
  const second = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 50, heartbeatInterval: 20 });
  listen(second);
  open.push(() => second.disconnect());
  await second.subscribe({ topics: [/^ord/] });
  await second.run({ eachMessage: async () => {} });
  await until(() => joins.length >= 2);
  expect(joins.flatMap(({ orders }) => orders).toSorted((a, b) => a - b)).toEqual([0, 1]);
  await until(() => beats.length > 0);
  const { state, protocol, members } = await first.describeGroup();
  expect({ state, protocol, count: members.length }).toEqual({
    state: 'Stable',
    protocol: 'RoundRobinAssigner',
    count: 2,
  });
  expect(AssignerProtocol.MemberMetadata.decode(members[0].memberMetadata)).toMatchObject({ topics: ['orders'] });
});

test('an assigner of the application writes its own bytes', async () => {
  const { kafka, producer } = await shop(2);
  const onlyLast: PartitionAssigner = (config) => ({
    ...PartitionAssigners.roundRobin(config),
    name: 'OnlyLast',
    assign: ({ members, topics }) =>
      members.map(({ memberId }) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: 0,
          assignment: Object.fromEntries(topics.map((topic) => [topic, [1]])),
        }),
      })),
  });
  await producer.send({
    topic: 'orders',
    messages: [
      { value: 'a', partition: 0 },
      { value: 'b', partition: 1 },
    ],
  });
  const consumer = kafka.consumer({ groupId: 'g', partitionAssigners: [onlyLast], maxWaitTimeInMs: 50 });
  open.push(() => consumer.disconnect());
  const got: string[] = [];
  await consumer.subscribe({ topics: ['orders'], fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void got.push(String(message.value)) });
  await until(() => got.length > 0);
  expect(got).toEqual(['b']);
});

test('the admin makes, describes, changes and deletes', async () => {
  const { kafka } = await shop();
  const admin = kafka.admin();
  await admin.connect();
  open.push(() => admin.disconnect());
  const requests: string[] = [];
  admin.on(admin.events.REQUEST, ({ payload }) => requests.push(payload.apiName));
  expect(await admin.createTopics({ topics: [{ topic: 'books', numPartitions: 2 }] })).toBe(true);
  expect(await admin.createTopics({ topics: [{ topic: 'books', numPartitions: 2 }] })).toBe(false);
  expect(requests).toContain('CreateTopics');
  await admin.createPartitions({ topicPartitions: [{ topic: 'books', count: 3 }] });
  const { topics } = await admin.fetchTopicMetadata({ topics: ['books'] });
  expect(topics[0].partitions.map(({ partitionId }) => partitionId)).toEqual([0, 1, 2]);
  const resource = { type: ConfigResourceTypes.TOPIC, name: 'books' };
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ ...resource, configEntries: [{ name: 'retention.ms', value: '1234' }] }],
  });
  const { resources } = await admin.describeConfigs({
    resources: [{ ...resource, configNames: ['retention.ms'] }],
    includeSynonyms: false,
  });
  expect(resources[0].configEntries[0]).toMatchObject({ configName: 'retention.ms', configValue: '1234' });
  await admin.resetOffsets({ groupId: 'later', topic: 'books', earliest: true });
  const offsets = await admin.fetchOffsets({ groupId: 'later', topics: ['books'], resolveOffsets: true });
  expect(offsets[0].partitions.map(({ offset }) => offset)).toEqual(['0', '0', '0']);
  await admin.deleteTopics({ topics: ['books'] });
  expect(await admin.listTopics()).not.toContain('books');
  expect((await admin.describeCluster()).brokers).toHaveLength(1);
});

test('errors are kafkajs’s classes with its names', async () => {
  const { kafka, server } = await shop();
  const admin = kafka.admin();
  open.push(() => admin.disconnect());
  const late = admin.createPartitions({ topicPartitions: [{ topic: 'none', count: 3 }] });
  await expect(late).rejects.toMatchObject({
    name: 'KafkaJSProtocolError',
    type: 'UNKNOWN_TOPIC_OR_PARTITION',
    code: 3,
  });
  await expect(late).rejects.toBeInstanceOf(KafkaJSProtocolError);
  expect(() => kafka.consumer({ groupId: '' })).toThrow(KafkaJSNonRetriableError);
  await expect(kafka.producer().send({ topic: 'orders', messages: [] })).rejects.toThrow(KafkaJSError);
  const nobody = new Kafka({ brokers: ['127.0.0.1:1'], retry: { retries: 0 }, logLevel: logLevel.NOTHING });
  await expect(nobody.admin().connect()).rejects.toMatchObject({
    name: 'KafkaJSNumberOfRetriesExceeded',
    cause: { name: 'KafkaJSConnectionError', code: 'ECONNREFUSED' },
  });
  const sasl = { mechanism: 'aws', authorizationIdentity: 'a', accessKeyId: 'b', secretAccessKey: 'c' } as const;
  expect(() => new Kafka({ brokers: [server.bootstrap], sasl })).toThrow(KafkaJSNotImplemented);
});

test('keys go where kafkajs before version 2 sent them', () => {
  expect(['0', '1', '128', '2187'].map((key) => legacyMurmur2(Buffer.from(key)))).toEqual([
    272173970, 1311020360, 2053105854, -2081355488,
  ]);
});
