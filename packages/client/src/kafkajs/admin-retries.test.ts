import { ErrorCode } from '@ottla/protocol';
import { afterEach, expect, test } from 'vitest';
import { API } from '../api.ts';
import { broker } from '../test-support/client.ts';
import { scripted, scriptedBroker } from '../test-support/scripted-broker.ts';
import { Kafka, type LogEntry, logLevel } from './index.ts';

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function office() {
  const server = await broker({ topics: { orders: 2 } });
  const lines: LogEntry[] = [];
  const kafka = new Kafka({
    brokers: [server.bootstrap],
    retry: { initialRetryTime: 5, retries: 3 },
    logCreator: () => (entry) => void lines.push(entry),
  });
  const admin = kafka.admin();
  await admin.connect();
  open.push(() => admin.disconnect());
  return { server, kafka, admin, lines };
}

test('where the controller has moved, each asks again and says so', async () => {
  const { server, admin, lines } = await office();
  const moved = () => ({ error: ErrorCode.NOT_CONTROLLER });
  const cases: ['CreateTopics' | 'CreatePartitions' | 'DeleteTopics', () => Promise<unknown>, string][] = [
    ['CreateTopics', () => admin.createTopics({ topics: [{ topic: 'new' }] }), 'Could not create topics'],
    [
      'CreatePartitions',
      () => admin.createPartitions({ topicPartitions: [{ topic: 'new', count: 3 }] }),
      'Could not create partitions',
    ],
    ['DeleteTopics', () => admin.deleteTopics({ topics: ['new'] }), 'Could not delete topics'],
  ];
  for (const [api, act, message] of cases) {
    server.intercept(api, moved, { times: 2 });
    await act();
    const said = lines.splice(0);
    expect(said.map(({ namespace, label, log }) => [namespace, label, log.message, log.retryCount])).toEqual([
      ['Admin', 'WARN', message, 0],
      ['Admin', 'WARN', message, 1],
    ]);
    expect(said[0].log).toMatchObject({ error: 'This is not the correct controller for this cluster' });
  }
});

test('a topic that is not there yet is deleted when it is; a deletion that takes too long is told and not tried again', async () => {
  const { server, admin, lines } = await office();
  server.intercept('DeleteTopics', () => ({ error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }), { times: 1 });
  await admin.deleteTopics({ topics: ['orders'] });
  expect(lines.splice(0).map(({ label }) => label)).toEqual(['WARN']);
  let asked = 0;
  server.intercept('DeleteTopics', () => {
    asked++;
    return { error: ErrorCode.REQUEST_TIMED_OUT };
  });
  await expect(admin.deleteTopics({ topics: ['orders'] })).rejects.toMatchObject({ type: 'REQUEST_TIMED_OUT' });
  expect(asked).toBe(1);
  expect(lines.map(({ label, log }) => [label, log.error])).toEqual([['ERROR', 'The request timed out']]);
});

async function fill(kafka: Kafka, messages: { value: string; partition: number; timestamp?: string }[]): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  open.push(() => producer.disconnect());
  await producer.send({ topic: 'orders', messages });
}

test('records are deleted again only where that failed, and not at all where that cannot pass', async () => {
  const asked: number[][] = [];
  const partition = (partitionIndex: number) => ({
    errorCode: 0,
    partitionIndex,
    leaderId: 1,
    replicaNodes: [1],
    isrNodes: [1],
  });
  const server = await scriptedBroker([
    scripted(
      API.Metadata,
      (_, version) => ({
        brokers: [{ nodeId: 1, host: '127.0.0.1', port: Number(server.bootstrap.split(':')[1]), rack: null }],
        controllerId: 1,
        ...(version >= 2 ? { clusterId: null } : {}),
        topics: [{ errorCode: 0, name: 'orders', isInternal: false, partitions: [0, 1].map(partition) }],
      }),
      { max: 4 },
    ),
    scripted(
      API.ListOffsets,
      ({ topics }) => ({
        topics: topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex }) => ({
            partitionIndex,
            errorCode: 0,
            timestamp: -1,
            offset: 0,
          })),
        })),
      }),
      { max: 3 },
    ),
    scripted(API.DeleteRecords, ({ topics }) => {
      const code = asked.length === 0 ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.OFFSET_OUT_OF_RANGE;
      asked.push(topics[0].partitions.map(({ partitionIndex }) => partitionIndex));
      return {
        throttleTimeMs: 0,
        topics: topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex }) => ({
            partitionIndex,
            lowWatermark: 0,
            errorCode: partitionIndex === 1 ? code : ErrorCode.NONE,
          })),
        })),
      };
    }),
  ]);
  const kafka = new Kafka({ brokers: [server.bootstrap], retry: { initialRetryTime: 5 }, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  open.push(() => admin.disconnect());
  const partitions = [
    { partition: 0, offset: '3' },
    { partition: 1, offset: '99' },
  ];
  await expect(admin.deleteTopicRecords({ topic: 'orders', partitions })).rejects.toMatchObject({
    name: 'KafkaJSNonRetriableError',
    cause: {
      name: 'KafkaJSDeleteTopicRecordsError',
      retriable: false,
      partitions: [{ partition: 1, offset: '99', error: { type: 'OFFSET_OUT_OF_RANGE' } }],
    },
  });
  expect(asked).toEqual([[0, 1], [1]]);
});

test('a topic is there when every broker knows it: one that has not heard of it yet is waited for', async () => {
  const ports: number[] = [];
  const lead = { errorCode: 0, partitionIndex: 0, leaderId: 1, replicaNodes: [1], isrNodes: [1] };
  const metadata = (knows: () => boolean) =>
    scripted(
      API.Metadata,
      ({ topics }) => ({
        brokers: ports.map((port, index) => ({ nodeId: index + 1, host: '127.0.0.1', port, rack: null })),
        controllerId: 1,
        topics: (topics ?? []).map(({ name }) => {
          if (knows()) return { errorCode: 0, name, isInternal: false, partitions: [lead] };
          return { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, name, isInternal: false, partitions: [] };
        }),
      }),
      { max: 1 },
    );
  const creates = scripted(
    API.CreateTopics,
    ({ topics }) => ({ topics: topics.map(({ name }) => ({ name, errorCode: 0 })) }),
    { max: 0 },
  );
  let asked = 0;
  const brokers = [
    await scriptedBroker([metadata(() => true), creates]),
    await scriptedBroker([metadata(() => ++asked > 2)]),
  ];
  ports.push(...brokers.map(({ port }) => port));
  const kafka = new Kafka({ brokers: [brokers[0].bootstrap], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  open.push(() => admin.disconnect());
  await admin.createTopics({ topics: [{ topic: 'new', numPartitions: 1, replicationFactor: 1 }] });
  expect(asked).toBeGreaterThan(2);
});

test('a message’s own timestamp finds it', async () => {
  const { kafka, admin } = await office();
  const messages = ['1700000000000', '1700000001000'].map((timestamp) => ({ value: 'v', timestamp, partition: 1 }));
  await fill(kafka, messages);
  expect(await admin.fetchTopicOffsetsByTimestamp('orders', messages[1].timestamp)).toEqual([
    { partition: 0, offset: '0' },
    { partition: 1, offset: '1' },
  ]);
});
