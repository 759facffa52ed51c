// Client program for @confluentinc/kafka-javascript, by its kafkajs interface; librdkafka's settings stand beside the `kafkaJS` block.
import confluent from '@confluentinc/kafka-javascript';
import { emit, given, main, topics } from './common.mjs';
import { administrator, consume, group, produce } from './kafkajs-like.mjs';

const { Kafka, logLevel } = confluent.KafkaJS;
const ASSIGN = -175;

const client = new Kafka({ kafkaJS: { brokers: [given.bootstrap], clientId: 'confluent', logLevel: logLevel.WARN } });

/** What the member owns; cooperative groups tell what came and what went. */
const owned = new Set();
function changed(error, assignment) {
  for (const { partition } of assignment) {
    if (error.code === ASSIGN) owned.add(partition);
    else owned.delete(partition);
  }
  emit('assigned', { partitions: [...owned].sort((a, b) => a - b) });
}

const consumer = (groupId, more) =>
  client.consumer({
    kafkaJS: { groupId, fromBeginning: true, autoCommit: false },
    'heartbeat.interval.ms': 500,
    'check.crcs': true,
    ...more,
  });
const starting =
  (reader) =>
  ({ eachMessage }, reject) =>
    reader.run({ eachMessage }).catch(reject);
// Its options stand in the configuration, not in `subscribe`.
const subscribing = (reader) =>
  new Proxy(reader, {
    get: (from, name) => {
      if (name === 'subscribe') return ({ topic }) => from.subscribe({ topic });
      const value = from[name];
      return typeof value === 'function' ? value.bind(from) : value;
    },
  });

await main({
  produce: () => {
    const { idempotent, codec } = given;
    const producer = client.producer({
      kafkaJS: { acks: -1, idempotent },
      'compression.type': codec,
      'linger.ms': 500,
    });
    return produce(producer, {});
  },
  consume: () => {
    const reader = subscribing(consumer(`${given.topic}-${process.pid}`, {}));
    return consume(client.admin(), reader, starting(reader));
  },
  group: () => {
    const more = { rebalance_cb: changed };
    if (given.instance !== undefined)
      Object.assign(more, { 'group.instance.id': given.instance, 'session.timeout.ms': Number(given.session) });
    if (given.assignor !== undefined) more['partition.assignment.strategy'] = given.assignor;
    const reader = subscribing(consumer(given.group, more));
    return group(reader, starting(reader));
  },
  topics: async () => {
    const admin = client.admin();
    await admin.connect();
    await topics(administrator(admin));
    await admin.disconnect();
  },
});
