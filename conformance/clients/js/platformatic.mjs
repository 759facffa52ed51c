// Client program for @platformatic/kafka.
import {
  Admin,
  ConfigResourceTypes,
  Consumer,
  IncrementalAlterConfigOperationTypes,
  Producer,
  stringSerializers,
} from '@platformatic/kafka';
import {
  configs,
  emit,
  given,
  keyOf,
  main,
  partitionNumbers,
  text,
  topics,
  valueOf,
  wanted,
  whenAsked,
} from './common.mjs';

const { topic } = given;
const COMMON = { clientId: 'platformatic', bootstrapBrokers: [given.bootstrap] };

function record({ partition, offset, key, value, timestamp, headers }) {
  const shown = Object.fromEntries([...headers].map(([name, data]) => [name.toString(), text(data)]));
  emit('record', {
    partition,
    offset: Number(offset),
    key: text(key ?? null),
    value: text(value ?? null),
    timestamp: Number(timestamp),
    headers: shown,
  });
}

async function produce() {
  const producer = new Producer({
    ...COMMON,
    serializers: stringSerializers,
    idempotent: given.idempotent,
    acks: -1,
    ...(given.codec === undefined || given.codec === 'none' ? {} : { compression: given.codec }),
  });
  const messages = wanted().map((i) => ({
    topic,
    partition: i % given.partitions,
    key: keyOf(i) ?? undefined,
    value: valueOf(i) ?? undefined,
    timestamp: BigInt(given.base + i),
    headers: { client: given.name, n: String(i) },
  }));
  await producer.send({ messages });
  await producer.close();
  emit('produced', { count: given.count });
}

/** Each message goes to `each`; resolves when it says true. */
function reading(stream, each) {
  return new Promise((resolve, reject) => {
    stream.on('error', reject);
    stream.on('data', (message) => {
      stream.pause();
      Promise.resolve(each(message)).then((enough) => (enough ? resolve(undefined) : stream.resume()), reject);
    });
  });
}

/** The library always reads in a group; this one is thrown away. */
async function consume() {
  let left = given.max;
  const consumer = new Consumer({ ...COMMON, groupId: `${topic}-${process.pid}`, autocommit: false, maxWaitTime: 500 });
  const how = { mode: 'earliest' };
  if (given.offset !== undefined || given.time !== undefined) {
    how.mode = 'manual';
    how.offsets = partitionNumbers.map((partition) => ({ topic, partition, offset: BigInt(given.offset ?? 0) }));
    if (given.time !== undefined) {
      const found = (await consumer.listOffsets({ topics: [topic], timestamp: BigInt(given.time) })).get(topic);
      how.offsets = partitionNumbers.map((partition) => ({ topic, partition, offset: found[partition] }));
    }
  }
  const stream = await consumer.consume({ topics: [topic], ...how });
  await reading(stream, (message) => {
    record(message);
    return --left === 0;
  });
  emit('done');
}

async function group() {
  let left = given.max ?? -1;
  const consumer = new Consumer({
    ...COMMON,
    groupId: given.group,
    autocommit: false,
    maxWaitTime: 500,
    heartbeatInterval: 500,
    sessionTimeout: Number(given.session ?? 10_000),
    ...(given.instance === undefined
      ? {}
      : { groupInstanceId: given.instance, rebalanceTimeout: Number(given.session) }),
  });
  consumer.on('consumer:group:join', () => {
    const mine = consumer.assignments?.find((each) => each.topic === topic)?.partitions ?? [];
    emit('assigned', { partitions: [...mine].sort((a, b) => a - b) });
  });
  const stream = await consumer.consume({ topics: [topic], mode: 'committed', fallbackMode: 'earliest' });
  const read = reading(stream, async (message) => {
    if (left === 0) return true;
    record(message);
    await message.commit();
    return --left === 0;
  });
  const asked = new Promise((resolve) => whenAsked(() => resolve(undefined)));
  await Promise.race([read, asked]);
  await consumer.close(true);
  emit('closed');
}

async function withAdmin(body) {
  const admin = new Admin(COMMON);
  const resource = (name) => ({ resourceType: ConfigResourceTypes.TOPIC, resourceName: name });
  await body({
    create: (name, partitions) =>
      admin.createTopics({
        topics: [name],
        partitions,
        replicas: 1,
        configs: [{ name: 'retention.ms', value: '3600000' }],
      }),
    names: () => admin.listTopics(),
    partitions: async (name) =>
      (await admin.metadata({ topics: [name], forceUpdate: true })).topics.get(name).partitionsCount,
    grow: (name, count) => admin.createPartitions({ topics: [{ name, count, assignments: null }] }),
    remove: (name) => admin.deleteTopics({ topics: [name] }),
    retention: async (name) => {
      const [{ configs: found }] = await admin.describeConfigs({
        resources: [{ ...resource(name), configurationKeys: ['retention.ms'] }],
      });
      return found[0].value;
    },
    setRetention: (name, value) =>
      admin.incrementalAlterConfigs({
        resources: [
          {
            ...resource(name),
            configs: [{ name: 'retention.ms', configOperation: IncrementalAlterConfigOperationTypes.SET, value }],
          },
        ],
      }),
  });
  await admin.close();
}

await main({ produce, consume, group, topics: () => withAdmin(topics), configs: () => withAdmin(configs) });
