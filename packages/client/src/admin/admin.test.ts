import { ErrorCode } from '@ottla/protocol';
import { expect, test } from 'vitest';
import { broker, client } from '../test-support/client.ts';

test('topics: made, listed, described, grown, deleted', async () => {
  const admin = client(await broker()).admin();
  const created = await admin.createTopics([
    { name: 'a', partitions: 2, replication: 1, configs: { 'retention.ms': 1000 } },
    { name: 'b', assignments: [[1], [1], [1]] },
  ]);
  expect([...created.values()].map(({ name, partitions, replication }) => [name, partitions, replication])).toEqual([
    ['a', 2, 1],
    ['b', 3, 1],
  ]);
  expect((await admin.listTopics()).map(({ name }) => name)).toEqual(['a', 'b']);
  await admin.createPartitions({ a: 4 });
  const described = await admin.describeTopics(['a']);
  expect(described.get('a')?.partitions.map(({ partition, leader }) => [partition, leader])).toEqual(
    [0, 1, 2, 3].map((partition) => [partition, 1]),
  );
  const id = created.get('b')?.id ?? '';
  expect([...(await admin.describeTopics([id], { byId: true })).values()].map(({ name }) => name)).toEqual(['b']);
  await admin.deleteTopics(['a']);
  await admin.deleteTopics([id], { byId: true });
  expect(await admin.listTopics()).toEqual([]);
});

test('what failed is named, and what did not is there as well', async () => {
  const admin = client(await broker({ topics: { there: 1 } })).admin();
  const error: unknown = await admin
    .createTopics([{ name: 'new' }, { name: 'there' }])
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'TOPIC_ALREADY_EXISTS', topic: 'there' });
  expect(error).toHaveProperty('failures.size', 1);
  expect(error).toHaveProperty('results.size', 1);
  await expect(admin.describeTopics(['missing'])).rejects.toMatchObject({
    code: 'UNKNOWN_TOPIC_OR_PARTITION',
    topic: 'missing',
  });
  await admin.createTopics([{ name: 'checked' }], { validateOnly: true });
  expect((await admin.listTopics()).map(({ name }) => name)).toEqual(['new', 'there']);
});

test('another controller is looked for', async () => {
  const server = await broker();
  const admin = client(server, { retryBackoffMs: 5 }).admin();
  server.intercept('CreateTopics', () => ({ error: ErrorCode.NOT_CONTROLLER }), { times: 2 });
  await admin.createTopics([{ name: 'a' }]);
  expect(await admin.listTopics()).toHaveLength(1);
});

test('configs: described with their sources, changed, appended to, put back', async () => {
  const admin = client(await broker({ topics: { a: 1 } })).admin();
  const topic = { type: 'topic', name: 'a' } as const;
  await admin.incrementalAlterConfigs([
    {
      ...topic,
      changes: [
        { name: 'retention.ms', value: 5000 },
        { name: 'cleanup.policy', op: 'append', value: 'compact' },
      ],
    },
  ]);
  const keys = ['retention.ms', 'cleanup.policy', 'segment.bytes'];
  const entries = (await admin.describeConfigs([{ ...topic, keys }], { synonyms: true })).get('topic a') ?? [];
  expect(Object.fromEntries(entries.map(({ name, value, source }) => [name, [value, source]]))).toEqual({
    'retention.ms': ['5000', 'topic'],
    'cleanup.policy': ['delete,compact', 'topic'],
    'segment.bytes': ['1073741824', 'default'],
  });
  await admin.incrementalAlterConfigs([{ ...topic, changes: [{ name: 'retention.ms' }] }]);
  const [entry] = (await admin.describeConfigs([{ ...topic, keys: ['retention.ms'] }])).get('topic a') ?? [];
  expect(entry).toMatchObject({ value: '604800000', source: 'default', isReadOnly: false });
  const own = await admin.describeConfigs([{ type: 'broker', name: '1', keys: ['log.dirs'] }]);
  expect(own.get('broker 1')?.[0]).toMatchObject({ name: 'log.dirs', isReadOnly: true });
  await expect(
    admin.incrementalAlterConfigs([{ ...topic, changes: [{ name: 'retention.ms', value: 'soon' }] }]),
  ).rejects.toMatchObject({ code: 'INVALID_CONFIG', topic: 'a' });
});

test('offsets of logs and of groups', async () => {
  const server = await broker({ topics: { a: 2 } });
  const kafka = client(server);
  const admin = kafka.admin();
  const producer = kafka.producer();
  for (const timestamp of [100, 200, 300]) await producer.send('a', { value: 'x', partition: 0, timestamp });
  const listed = await admin.listOffsets(
    [
      { topic: 'a', partition: 0, at: 'earliest' },
      { topic: 'a', partition: 0, at: 'latest' },
      { topic: 'a', partition: 0, at: 150 },
      { topic: 'a', partition: 0, at: 'max-timestamp' },
      { topic: 'a', partition: 1, at: 'latest' },
    ].map((each) => each as never),
  );
  expect(listed.map(({ partition, offset, timestamp }) => [partition, offset, timestamp])).toEqual([
    [0, 0, -1],
    [0, 3, -1],
    [0, 1, 200],
    [0, 2, 300],
    [1, 0, -1],
  ]);
  await admin.alterConsumerGroupOffsets('g', [
    { topic: 'a', partition: 0, offset: 2, metadata: 'here' },
    { topic: 'a', partition: 1, offset: 0 },
  ]);
  expect(await admin.listConsumerGroupOffsets('g')).toMatchObject([
    { topic: 'a', partition: 0, offset: 2, metadata: 'here' },
    { topic: 'a', partition: 1, offset: 0 },
  ]);
  expect(await admin.listConsumerGroups()).toMatchObject([{ groupId: 'g', state: 'Empty' }]);
  const described = (await admin.describeConsumerGroups(['g'])).get('g');
  expect(described).toMatchObject({ state: 'Empty', members: [], coordinator: 1 });
  await admin.deleteConsumerGroupOffsets('g', [{ topic: 'a', partition: 1 }]);
  expect(await admin.listConsumerGroupOffsets('g')).toHaveLength(1);
  await admin.deleteConsumerGroups(['g']);
  expect(await admin.listConsumerGroups()).toEqual([]);
  await expect(admin.deleteConsumerGroups(['g'])).rejects.toMatchObject({ code: 'GROUP_ID_NOT_FOUND' });
});

test('the cluster, its directories, producers, elections and reassignments', async () => {
  const server = await broker({ topics: { a: 1 }, directory: 'temporary' });
  const kafka = client(server);
  const admin = kafka.admin();
  await kafka.producer().send('a', { value: 'x' });
  expect(await admin.describeCluster()).toEqual({
    clusterId: server.clusterId,
    controller: 1,
    brokers: [{ id: 1, host: server.host, port: server.port, rack: null }],
  });
  const [directory] = (await admin.describeLogDirs()).get(1) ?? [];
  expect(directory?.path).toBe(server.directory);
  expect(directory?.replicas).toMatchObject([{ topic: 'a', partition: 0, isFuture: false, offsetLag: 0 }]);
  const producers = await admin.describeProducers([{ topic: 'a', partition: 0 }]);
  expect(producers.get('a-0')).toMatchObject([{ producerEpoch: 0, lastSequence: 0 }]);
  expect(await admin.electLeaders('preferred', [{ topic: 'a', partition: 0 }])).toEqual([]);
  expect(await admin.listPartitionReassignments()).toEqual([]);
  await expect(admin.alterPartitionReassignments([{ topic: 'a', partition: 0, replicas: [7] }])).rejects.toMatchObject({
    code: 'INVALID_REPLICA_ASSIGNMENT',
    topic: 'a',
    partition: 0,
  });
  expect(await admin.describeFeatures()).toHaveProperty('finalized');
});

test('an API the broker does not have is named', async () => {
  const admin = client(await broker({ asVersion: '0.11', topics: { a: 1 } })).admin();
  await expect(admin.listPartitionReassignments()).rejects.toMatchObject({
    code: 'UNSUPPORTED_VERSION',
    message: expect.stringContaining('ListPartitionReassignments'),
  });
  expect((await admin.describeCluster()).brokers).toHaveLength(1);
  expect((await admin.describeTopics(['a'])).get('a')?.partitions).toHaveLength(1);
});
