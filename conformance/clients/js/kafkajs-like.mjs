// What kafkajs and the libraries with its interface have in common.
import { ackedFrom, emit, given, keyOf, text, valueOf, wanted, whenAsked } from './common.mjs';

const { topic } = given;

export function record({ partition, message }) {
  const headers = Object.fromEntries(Object.entries(message.headers ?? {}).map(([key, value]) => [key, text(value)]));
  const { offset, timestamp, key, value } = message;
  emit('record', {
    partition,
    offset: Number(offset),
    key: text(key),
    value: text(value),
    timestamp: Number(timestamp),
    headers,
  });
}

export async function produce(producer, options) {
  await producer.connect();
  const messages = wanted().map((i) => ({
    key: keyOf(i),
    value: valueOf(i),
    partition: i % given.partitions,
    timestamp: String(given.base + i),
    headers: { client: given.name, n: String(i) },
  }));
  const answers = await producer.send({ topic, messages, ...options });
  for (const { partition, baseOffset } of answers) ackedFrom(partition, baseOffset);
  await producer.disconnect();
  emit('produced', { count: given.count });
}

/** Where each partition is to be read from, or undefined for the beginning. */
async function positions(admin) {
  if (given.offset !== undefined)
    return Array.from({ length: given.partitions }, (_, partition) => ({ partition, offset: String(given.offset) }));
  if (given.time === undefined) return undefined;
  await admin.connect();
  const found = await admin.fetchTopicOffsetsByTimestamp(topic, given.time);
  await admin.disconnect();
  return found;
}

/** The library always reads in a group; this one is thrown away. `run` starts it and says how it ends badly. */
export async function consume(admin, consumer, run) {
  let left = given.max;
  const from = await positions(admin);
  await consumer.connect();
  await consumer.subscribe({ topic, topics: [topic], fromBeginning: true });
  await new Promise((resolve, reject) => {
    const eachMessage = async (read) => {
      const first = from?.find(({ partition }) => partition === read.partition)?.offset ?? 0;
      if (Number(read.message.offset) < Number(first)) return; // fetched before the seek
      if (left-- > 0) record(read);
      if (left === 0) resolve(undefined);
    };
    run({ eachMessage }, reject);
    for (const { partition, offset } of from ?? []) consumer.seek({ topic, partition, offset });
  });
  emit('done');
  await consumer.disconnect();
}

export async function group(consumer, run) {
  let left = given.max ?? -1;
  await consumer.connect();
  await consumer.subscribe({ topic, topics: [topic], fromBeginning: true });
  await new Promise((resolve, reject) => {
    whenAsked(() => resolve(undefined));
    const eachMessage = async ({ partition, message }) => {
      if (left === 0) return;
      record({ partition, message });
      await consumer.commitOffsets([{ topic, partition, offset: String(Number(message.offset) + 1) }]);
      if (--left === 0) resolve(undefined);
    };
    run({ autoCommit: false, eachMessage }, reject);
  });
  await consumer.disconnect();
  emit('closed');
}

/** @param {any} client an admin client */
export const administrator = (client) => ({
  create: async (name, numPartitions) => {
    const configEntries = [{ name: 'retention.ms', value: '3600000' }];
    const made = await client.createTopics({
      topics: [{ topic: name, numPartitions, replicationFactor: 1, configEntries }],
    });
    if (!made) throw new Error('the topic exists already');
  },
  names: () => client.listTopics(),
  partitions: async (name) => {
    const found = await client.fetchTopicMetadata({ topics: [name] });
    return (found.topics ?? found)[0].partitions.length;
  },
  grow: (name, count) => client.createPartitions({ topicPartitions: [{ topic: name, count }] }),
  remove: (name) => client.deleteTopics({ topics: [name] }),
});
