// Client program for node-rdkafka.
import { promisify } from 'node:util';
import rdkafka from 'node-rdkafka';
import { emit, given, keyOf, main, partitionNumbers, text, topics, valueOf, wanted, whenAsked } from './common.mjs';

const { AdminClient, CODES, KafkaConsumer, Producer } = rdkafka;
const { topic } = given;
const LIMIT_MS = 30_000;
const OFFSET_BEGINNING = -2;
const COMMON = { 'metadata.broker.list': given.bootstrap };

const connected = (client) =>
  promisify(client.connect)
    .call(client, {})
    .then(() => client);

function record({ partition, offset, key, value, timestamp, headers = [] }) {
  const pairs = headers.map((header) => Object.entries(header)[0]);
  const shown = Object.fromEntries(pairs.map(([name, data]) => [name, text(data)]));
  // A null key comes as null or undefined.
  emit('record', { partition, offset, key: text(key ?? null), value: text(value), timestamp, headers: shown });
}

async function produce() {
  const config = { 'compression.codec': given.codec, acks: -1, 'linger.ms': 500, dr_cb: true };
  const producer = await connected(new Producer({ ...COMMON, ...config, 'enable.idempotence': given.idempotent }, {}));
  producer.setPollInterval(10);
  let left = given.count;
  await new Promise((resolve, reject) => {
    producer.on('delivery-report', (error, { opaque, partition, offset }) => {
      if (error) reject(error);
      emit('acked', { i: opaque, partition, offset });
      if (--left === 0) resolve(undefined);
    });
    for (const i of wanted()) {
      const value = valueOf(i);
      const headers = [{ client: given.name }, { n: String(i) }];
      const data = value === null ? null : Buffer.from(value);
      producer.produce(topic, i % given.partitions, data, keyOf(i), given.base + i, i, headers);
    }
  });
  emit('produced', { count: given.count });
}

/** Reads until the body says it has enough. */
async function reading(consumer, isEnough, each) {
  const next = promisify(consumer.consume).bind(consumer);
  consumer.setDefaultConsumeTimeout(200);
  while (!isEnough()) for (const message of await next(1)) each(message);
}

async function consume() {
  let left = given.max;
  const config = { 'group.id': 'unused', 'enable.auto.commit': false, 'check.crcs': true };
  const consumer = await connected(new KafkaConsumer({ ...COMMON, ...config }, {}));
  let from = partitionNumbers.map((partition) => ({ topic, partition, offset: given.offset ?? OFFSET_BEGINNING }));
  if (given.time !== undefined) {
    const times = from.map((each) => ({ ...each, offset: given.time }));
    from = await promisify(consumer.offsetsForTimes).call(consumer, times, LIMIT_MS);
  }
  consumer.assign(from);
  await reading(
    consumer,
    () => left === 0,
    (message) => {
      record(message);
      left--;
    },
  );
  emit('done');
}

async function group() {
  let left = given.max ?? -1;
  const config = { 'group.id': given.group, 'enable.auto.commit': false, 'heartbeat.interval.ms': 500 };
  if (given.instance !== undefined)
    Object.assign(config, { 'group.instance.id': given.instance, 'session.timeout.ms': Number(given.session) });
  if (given.assignor !== undefined) config['partition.assignment.strategy'] = given.assignor;
  const consumer = new KafkaConsumer({ ...COMMON, ...config, rebalance_cb: true }, { 'auto.offset.reset': 'earliest' });
  const owned = new Set();
  consumer.on('rebalance', (error, assignment) => {
    const came = error.code === CODES.ERRORS.ERR__ASSIGN_PARTITIONS;
    for (const { partition } of assignment) {
      if (came) owned.add(partition);
      else owned.delete(partition);
    }
    emit('assigned', { partitions: [...owned].sort((a, b) => a - b) });
  });
  await connected(consumer);
  consumer.subscribe([topic]);
  let leaving = false;
  whenAsked(() => {
    leaving = true;
  });
  await reading(
    consumer,
    () => leaving || left === 0,
    (message) => {
      record(message);
      consumer.commitSync({ topic, partition: message.partition, offset: message.offset + 1 });
      left--;
    },
  );
  await promisify(consumer.disconnect).call(consumer);
  emit('closed');
}

async function administer() {
  const admin = AdminClient.create(COMMON);
  const producer = await connected(new Producer(COMMON, {}));
  const metadata = (options) => promisify(producer.getMetadata).call(producer, { timeout: LIMIT_MS, ...options });
  const call = (name, ...args) => promisify(admin[name]).call(admin, ...args, LIMIT_MS);
  const config = { 'retention.ms': '3600000' };
  await topics({
    create: (name, partitions) =>
      call('createTopic', { topic: name, num_partitions: partitions, replication_factor: 1, config }),
    names: async () => (await metadata({ allTopics: true })).topics.map((each) => each.name),
    partitions: async (name) =>
      (await metadata({ topic: name })).topics.find((each) => each.name === name).partitions.length,
    grow: (name, partitions) => call('createPartitions', name, partitions),
    remove: (name) => call('deleteTopic', name),
  });
}

await main({ produce, consume, group, topics: administer });
