// The client of this repository: what it promises, on this broker and on the real ones. A promise that needs an API which
// the broker does not list is kept back until it does. Needs `npm run build`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKafka } from '@ottla/client';
import { expect } from '../lib/cells.mjs';
import { cell, expectSame, needs, valuesOf } from '../lib/library-cell.mjs';
import { withTarget } from '../lib/targets.mjs';
import { until } from '../lib/wait.mjs';

/** @typedef {import('../lib/cells.mjs').Cell} Cell */
/** @typedef {import('../lib/cells.mjs').Context} Context */
/** @typedef {import('@ottla/client').Kafka} Kafka */

const ADD_PARTITIONS_TO_TXN = 24;
const DELETE_RECORDS = 21;
const CLIENT_QUOTAS = 48;
const LIST_TRANSACTIONS = 66;
const DESCRIBE_QUORUM = 55;
const ALTER_REPLICA_LOG_DIRS = 34;

/** @returns {Cell[]} */
export const clientLibraryCells = () => [
  cell('every codec', everyCodec),
  cell('five in flight, in order', inOrder),
  cell('a topic made by sending to it', autoCreated),
  cell('transactions: commit, abort, offsets', transactions),
  cell('transactions: the older producer is fenced', fenced),
  cell('transactions: what was too large can be aborted', abortable),
  cell('admin: topics and configs', topicsAndConfigs),
  cell('admin: groups and offsets', groupsAndOffsets),
  cell('admin: records', records),
  cell('admin: quotas', quotas),
  cell('admin: transactions', describedTransactions),
  cell('admin: the quorum', quorum),
  cell('admin: replicas move between directories', moves),
];

const numbers = (count) => Array.from({ length: count }, (_, n) => String(n));

async function everyCodec(at, kafka) {
  for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    const topic = await at.topic(`library-${compression}`);
    const producer = kafka.producer({ compression });
    const sent = await producer.send(
      topic,
      numbers(500).map((value) => ({ key: 'k', value, headers: [['h', value]] })),
    );
    expectSame(
      sent.map(({ offset }) => offset),
      numbers(500).map(Number),
    );
    expectSame(await valuesOf(kafka, topic, 500), numbers(500));
  }
}

async function inOrder(at, kafka) {
  const topic = await at.topic('library-order');
  const producer = kafka.producer({ batchBytes: 200 });
  const sent = await Promise.all(numbers(3000).map((value) => producer.send(topic, { value })));
  expectSame(
    sent.map(({ offset }) => offset),
    numbers(3000).map(Number),
  );
  expectSame(await valuesOf(kafka, topic, 3000), numbers(3000));
}

async function autoCreated(at, kafka) {
  const topic = at.unique('library-new');
  const { offset } = await kafka.producer().send(topic, { value: 'first' });
  expectSame([offset, await valuesOf(kafka, topic, 1)], [0, ['first']]);
}

async function transactions(at, kafka) {
  await needs(kafka, ADD_PARTITIONS_TO_TXN);
  const topic = await at.topic('library-transactions', 2);
  const group = at.unique('group');
  const producer = kafka.producer({ transactionalId: at.unique('tx') });
  for (let round = 0; round < 10; round++) {
    await producer.transaction(async (transaction) => {
      await transaction.send(topic, { value: `a${round}`, partition: 0 });
      await transaction.send(topic, { value: `b${round}`, partition: 1 });
      await transaction.sendOffsets([{ topic, partition: 0, offset: round }], group);
    });
    await producer
      .transaction(async (transaction) => {
        const sent = transaction.send(topic, { value: `never${round}`, partition: round % 2 });
        if (round % 3 !== 0) await sent;
        await transaction.sendOffsets([{ topic, partition: 0, offset: 1000 }], group);
        throw new Error('changed my mind');
      })
      .then(
        () => expect(false, 'the transaction was to fail'),
        (error) => expect(error.message === 'changed my mind', String(error)),
      );
  }
  const values = await valuesOf(kafka, topic, 20);
  const wanted = numbers(10).flatMap((round) => [`a${round}`, `b${round}`]);
  expectSame(values.toSorted(), wanted.toSorted());
  const offsets = await kafka.admin().listConsumerGroupOffsets(group, { requireStable: true });
  expectSame(
    offsets.map(({ offset }) => offset),
    [9],
  );
}

async function fenced(at, kafka) {
  await needs(kafka, ADD_PARTITIONS_TO_TXN);
  const topic = await at.topic('library-fenced');
  const transactionalId = at.unique('tx');
  const older = kafka.producer({ transactionalId });
  const open = await older.beginTransaction();
  await open.send(topic, { value: 'lost' });
  const newer = kafka.producer({ transactionalId });
  await newer.transaction((transaction) => transaction.send(topic, { value: 'kept' }));
  const error = await open.commit().then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error !== undefined, 'the older producer committed');
  const last = await open.abort().then(
    () => undefined,
    (thrown) => thrown,
  );
  const isFenced = (each) => each?.code === 'PRODUCER_FENCED' && each.fatal;
  expect(isFenced(error) || isFenced(last), `neither commit (${error}) nor abort (${last}) said that it is fenced`);
  expectSame(await valuesOf(kafka, topic, 1), ['kept']);
}

async function abortable(at, kafka) {
  await needs(kafka, ADD_PARTITIONS_TO_TXN);
  const topic = await at.topic('library-abortable', 1, { 'max.message.bytes': '1000' });
  const producer = kafka.producer({ transactionalId: at.unique('tx') });
  const error = await producer
    .transaction(async (transaction) => {
      await transaction.send(topic, { value: 'gone' });
      transaction.send(topic, { value: 'x'.repeat(2000) });
    })
    .then(
      () => undefined,
      (thrown) => thrown,
    );
  expect(error?.code === 'MESSAGE_TOO_LARGE' && error.abortable, `failed with ${error}`);
  await producer.transaction((transaction) => transaction.send(topic, { value: 'kept' }));
  expectSame(await valuesOf(kafka, topic, 1), ['kept']);
}

async function topicsAndConfigs(at, kafka) {
  const admin = kafka.admin();
  const topic = at.unique('library-admin');
  await admin.createTopics([{ name: topic, partitions: 2, replication: 1, configs: { 'retention.ms': 1000 } }]);
  await admin.createPartitions({ [topic]: 3 });
  expect(
    (await admin.listTopics()).some(({ name }) => name === topic),
    'the topic is not listed',
  );
  const described = await admin.describeTopics([topic]);
  expectSame(
    described.get(topic)?.partitions.map(({ partition, isr }) => [partition, isr.length]),
    [
      [0, 1],
      [1, 1],
      [2, 1],
    ],
  );
  const resource = { type: 'topic', name: topic };
  await admin.incrementalAlterConfigs([{ ...resource, changes: [{ name: 'segment.bytes', value: 2000000 }] }]);
  const configs = await admin.describeConfigs([{ ...resource, keys: ['retention.ms', 'segment.bytes'] }]);
  expectSame(
    configs
      .get(`topic ${topic}`)
      ?.map(({ name, value, source }) => [name, value, source])
      .toSorted(),
    [
      ['retention.ms', '1000', 'topic'],
      ['segment.bytes', '2000000', 'topic'],
    ],
  );
  const { brokers, controller } = await admin.describeCluster();
  expect(
    brokers.some(({ id }) => id === controller),
    `controller ${controller} is no broker`,
  );
  const directories = await admin.describeLogDirs({ partitions: [{ topic, partition: 1 }] });
  expectSame(
    [...directories.values()].flat().flatMap(({ replicas }) => replicas.map(({ partition }) => partition)),
    [1],
  );
  expectSame(await admin.electLeaders('preferred', [{ topic, partition: 0 }]), []);
  expectSame(await admin.listPartitionReassignments([{ topic, partition: 0 }]), []);
  await admin.deleteTopics([topic]);
}

async function groupsAndOffsets(at, kafka) {
  const admin = kafka.admin();
  const topic = await at.topic('library-groups');
  const group = at.unique('group');
  await kafka.producer().send(
    topic,
    numbers(5).map((value, n) => ({ value, timestamp: 1000 + n })),
  );
  const place = { topic, partition: 0 };
  const listed = await admin.listOffsets([
    { ...place, at: 'earliest' },
    { ...place, at: 'latest' },
    { ...place, at: 1003 },
  ]);
  expectSame(
    listed.map(({ offset }) => offset),
    [0, 5, 3],
  );
  await admin.alterConsumerGroupOffsets(group, [{ ...place, offset: 4, metadata: 'note' }]);
  expectSame(await admin.listConsumerGroupOffsets(group), [{ ...place, offset: 4, metadata: 'note' }]);
  expect(
    (await admin.listConsumerGroups()).some(({ groupId }) => groupId === group),
    'the group is not listed',
  );
  expectSame((await admin.describeConsumerGroups([group])).get(group)?.state, 'Empty');
  await admin.deleteConsumerGroupOffsets(group, [place]);
  expectSame(await admin.listConsumerGroupOffsets(group), []);
  await admin.alterConsumerGroupOffsets(group, [{ ...place, offset: 1 }]);
  await admin.deleteConsumerGroups([group]);
}

async function records(at, kafka) {
  await needs(kafka, DELETE_RECORDS);
  const topic = await at.topic('library-records');
  await kafka.producer().send(
    topic,
    numbers(5).map((value) => ({ value })),
  );
  const deleted = await kafka.admin().deleteRecords([{ topic, partition: 0, offset: 3 }]);
  expectSame([...deleted.values()], [3]);
}

async function quotas(at, kafka) {
  await needs(kafka, CLIENT_QUOTAS);
  const admin = kafka.admin();
  const entity = { 'client-id': at.unique('someone') };
  await admin.alterClientQuotas([{ entity, values: { producer_byte_rate: 1e6 } }]);
  let found = [];
  // The broker applies it a moment later.
  await until('the quota', 10_000, async () => (found = await admin.describeClientQuotas({ entity })).length > 0);
  expectSame(found, [{ entity, values: { producer_byte_rate: 1e6 } }]);
}

async function describedTransactions(at, kafka) {
  await needs(kafka, LIST_TRANSACTIONS);
  const admin = kafka.admin();
  const topic = await at.topic('library-open');
  const transactionalId = at.unique('tx');
  const open = await kafka.producer({ transactionalId }).beginTransaction();
  await open.send(topic, { value: 'open' });
  expect(
    (await admin.listTransactions({ states: ['Ongoing'] })).some((each) => each.transactionalId === transactionalId),
    'the open transaction is not listed',
  );
  const described = (await admin.describeTransactions([transactionalId])).get(transactionalId);
  expectSame([described?.state, described?.partitions], ['Ongoing', [{ topic, partition: 0 }]]);
  const producers = await admin.describeProducers([{ topic, partition: 0 }]);
  expect(
    producers.get(`${topic}-0`)?.some(({ currentTransactionStartOffset }) => currentTransactionStartOffset === 0),
    'the open transaction has no start offset',
  );
  const fencing = await admin.fenceProducers([transactionalId]);
  expect((fencing.get(transactionalId)?.producerEpoch ?? 0) > 0, 'the epoch was not raised');
}

async function quorum(at, kafka) {
  await needs(kafka, DESCRIBE_QUORUM);
  const admin = kafka.admin();
  const found = await admin.describeMetadataQuorum();
  expect(found.highWatermark > 0 && found.leaderEpoch >= 1, `the quorum is ${JSON.stringify(found)}`);
  expectSame([found.leader, found.voters.map(({ id }) => id), found.observers], [1, [1], []]);
  const nobody = { id: 77, directoryId: 'AAAAAAAAAAAAAAAAAAAATQ' };
  for (const refused of [
    admin.addRaftVoter(nobody, [{ name: 'CONTROLLER', host: '127.0.0.1', port: 9 }]),
    admin.removeRaftVoter(nobody),
    admin.unregisterBroker(77),
  ]) {
    const error = await refused.then(
      () => undefined,
      (thrown) => thrown,
    );
    expect(
      ['UNSUPPORTED_VERSION', 'VOTER_NOT_FOUND', 'BROKER_ID_NOT_REGISTERED'].includes(error?.code),
      `got ${error}`,
    );
  }
}

/** A replica moves from one directory of its broker to the other. */
async function moves(at, shared) {
  await needs(shared, ALTER_REPLICA_LOG_DIRS);
  const dirs = ['a', 'b'].map((name) => mkdtempSync(join(tmpdir(), `conformance-log-dir-${name}-`)));
  try {
    await withTarget(at.target.kind, { set: { 'log.dirs': dirs.join() } }, async (target) => {
      const kafka = createKafka({ brokers: target.bootstrap });
      const admin = kafka.admin();
      await admin.createTopics([{ name: 'moved', partitions: 1, replication: 1 }]);
      await kafka.producer().send('moved', { value: 'x', partition: 0 });
      const place = { topic: 'moved', partition: 0, broker: 1 };
      const where = async () => (await admin.describeReplicaLogDirs([place])).get('moved-0 on 1');
      const from = (await where())?.path;
      const to = dirs.find((dir) => dir !== from);
      expect(from !== undefined && to !== undefined, `the replica is in ${from}`);
      await admin.alterReplicaLogDirs([{ ...place, path: String(to) }]);
      await until('the replica has moved', 20_000, async () => (await where())?.path === to);
      const error = await admin.alterReplicaLogDirs([{ ...place, path: '/nowhere' }]).then(
        () => undefined,
        (thrown) => thrown,
      );
      expectSame(error?.code, 'LOG_DIR_NOT_FOUND');
      await kafka.close();
    });
  } finally {
    for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
  }
}
