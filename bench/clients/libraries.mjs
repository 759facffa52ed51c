// Each library as the benchmark uses it: records one by one, in bulk, and read from the beginning. Whatever its documents say is quickest.
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * @typedef {object} Library
 * @property {() => Promise<void>} open
 * @property {(value: Buffer) => Promise<unknown>} send one record; resolves once it is acknowledged
 * @property {(value: Buffer, count: number) => Promise<void>} bulk resolves once all are acknowledged
 * @property {(count: number) => Promise<number>} read so many from the beginning; resolves with the bytes of their values
 * @property {() => Promise<void>} close
 */

/** @typedef {{ bootstrap: string, topic: string, modules: string }} Setting `modules`: a folder with the other libraries' node_modules */

/** What the array interfaces are given at a time, and how often at once. */
const CHUNK = 5000;
const CHUNKS_IN_FLIGHT = 5;

/** @param {(chunk: number) => Promise<unknown>} send @param {number} count */
async function inChunks(send, count) {
  let left = count;
  const lane = async () => {
    while (left > 0) {
      const chunk = Math.min(CHUNK, left);
      left -= chunk;
      await send(chunk);
    }
  };
  await Promise.all(Array.from({ length: CHUNKS_IN_FLIGHT }, lane));
}

/** @type {Record<string, (setting: Setting) => Promise<Library>>} */
export const LIBRARIES = {
  async ottla({ bootstrap, topic }) {
    const { createKafka } = await import('@ottla/client');
    const kafka = createKafka({ brokers: bootstrap, clientId: 'bench' });
    const producer = kafka.producer({ acks: 'all' });
    const many = kafka.producer({ acks: 'all', lingerMs: 5, batchBytes: 262_144 });
    return {
      open: async () => {},
      send: (value) => producer.send(topic, { value }),
      async bulk(value, count) {
        const record = { value };
        for (let sent = 0; sent < count; sent++) if (!many.append(topic, record)) await many.ready();
        await many.flush();
      },
      async read(count) {
        const consumer = kafka.consumer({ group: `bench-${process.pid}-${Date.now()}`, onReset: 'earliest' });
        consumer.subscribe([topic]);
        let read = 0;
        let bytes = 0;
        for await (const batch of consumer.batches()) {
          for (const { value } of batch) bytes += value.length;
          read += batch.size;
          if (read >= count) break;
        }
        await consumer.close();
        return bytes;
      },
      close: () => kafka.close(),
    };
  },

  async kafkajs({ bootstrap, topic, modules }) {
    const { Kafka, logLevel } = createRequire(join(modules, 'x.js'))('kafkajs');
    const kafka = new Kafka({ brokers: [bootstrap], clientId: 'bench', logLevel: logLevel.NOTHING });
    const producer = kafka.producer();
    return {
      open: () => producer.connect(),
      send: (value) => producer.send({ topic, acks: -1, messages: [{ value }] }),
      bulk: (value, count) =>
        inChunks(
          (chunk) => producer.send({ topic, acks: -1, messages: Array.from({ length: chunk }, () => ({ value })) }),
          count,
        ),
      read: (count) => eachBatch(kafka.consumer({ groupId: `bench-${process.pid}-${Date.now()}` }), topic, count, true),
      close: () => producer.disconnect(),
    };
  },

  async platformatic({ bootstrap, topic, modules }) {
    const { Producer, Consumer } = createRequire(join(modules, 'x.js'))('@platformatic/kafka');
    const common = { clientId: 'bench', bootstrapBrokers: [bootstrap] };
    const producer = new Producer({ ...common, acks: -1 });
    return {
      open: async () => {},
      send: (value) => producer.send({ messages: [{ topic, value }] }),
      bulk: (value, count) =>
        inChunks(
          (chunk) => producer.send({ messages: Array.from({ length: chunk }, () => ({ topic, value })) }),
          count,
        ),
      async read(count) {
        const consumer = new Consumer({ ...common, groupId: `bench-${process.pid}-${Date.now()}`, autocommit: false });
        const stream = await consumer.consume({ topics: [topic], mode: 'earliest', maxWaitTime: 500 });
        let read = 0;
        let bytes = 0;
        await new Promise((resolve, reject) => {
          stream.on('error', reject);
          stream.on('data', ({ value }) => {
            bytes += value.length;
            if (++read === count) resolve(undefined);
          });
        });
        await consumer.close(true);
        return bytes;
      },
      close: () => producer.close(),
    };
  },

  async confluent({ bootstrap, topic, modules }) {
    const confluent = createRequire(join(modules, 'x.js'))('@confluentinc/kafka-javascript');
    const { Kafka, logLevel } = confluent.KafkaJS;
    const common = { brokers: [bootstrap], clientId: 'bench', logLevel: logLevel.NOTHING };
    const kafka = new Kafka({ kafkaJS: common });
    const producer = kafka.producer({ kafkaJS: { acks: -1 }, 'linger.ms': 0 });
    return {
      open: () => producer.connect(),
      send: (value) => producer.send({ topic, messages: [{ value }] }),
      bulk: (value, count) => callbackBulk(new confluent.Producer(librdkafka(bootstrap)), topic, value, count),
      read: (count) => {
        const groupId = `bench-${process.pid}-${Date.now()}`;
        return eachBatch(
          kafka.consumer({ kafkaJS: { groupId, fromBeginning: true, autoCommit: false } }),
          topic,
          count,
          false,
        );
      },
      close: () => producer.disconnect(),
    };
  },
};

const librdkafka = (bootstrap) => ({
  'bootstrap.servers': bootstrap,
  acks: -1,
  'linger.ms': 5,
  'batch.size': 262_144,
  'queue.buffering.max.messages': 200_000,
});

/** By the interface without promises, which is the quicker one. */
async function callbackBulk(producer, topic, value, count) {
  await new Promise((resolve, reject) => producer.connect({}, (error) => (error ? reject(error) : resolve(undefined))));
  producer.setPollInterval(5);
  for (let sent = 0; sent < count; ) {
    try {
      producer.produce(topic, null, value);
      sent++;
    } catch (error) {
      if (error.code !== -184) throw error; // the queue is full
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  await new Promise((resolve, reject) =>
    producer.flush(60_000, (error) => (error ? reject(error) : resolve(undefined))),
  );
  await new Promise((resolve) => producer.disconnect(resolve));
}

async function eachBatch(consumer, topic, count, isKafkaJs) {
  await consumer.connect();
  await consumer.subscribe(isKafkaJs ? { topic, fromBeginning: true } : { topic });
  let read = 0;
  let bytes = 0;
  await new Promise((resolve, reject) => {
    const run = consumer.run({
      ...(isKafkaJs ? { autoCommit: false } : {}),
      eachBatchAutoResolve: true,
      eachBatch: async ({ batch }) => {
        for (const { value } of batch.messages) bytes += value.length;
        read += batch.messages.length;
        if (read >= count) resolve(undefined);
      },
    });
    Promise.resolve(run).catch(reject);
  });
  await consumer.disconnect();
  return bytes;
}
