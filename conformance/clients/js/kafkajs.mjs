// Client program for kafkajs. It has gzip; the other codecs are plugged in as its documentation shows: those of this repository.
import kafkajs from 'kafkajs';
import { configs, emit, given, main, topics } from './common.mjs';
import { administrator, consume, group, produce } from './kafkajs-like.mjs';
import { compress, decompress } from './ottla-compression.mjs';

const { CompressionCodecs, CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = kafkajs;
const OUTPUT_BYTES = 64 << 20;
const codec = (name) => () => ({
  compress: async (encoder) => compress(name, encoder.buffer),
  decompress: async (buffer) => decompress(name, buffer, OUTPUT_BYTES),
});
const NAMES = { gzip: 'GZIP', snappy: 'Snappy', lz4: 'LZ4', zstd: 'ZSTD' };
for (const [name, theirs] of Object.entries(NAMES)) CompressionCodecs[CompressionTypes[theirs]] = codec(name);

const client = new Kafka({
  brokers: [given.bootstrap],
  clientId: 'kafkajs',
  logLevel: logLevel.WARN,
  logCreator:
    () =>
    ({ namespace, log }) =>
      process.stderr.write(`${namespace} ${log.message} ${log.error ?? ''}\n`),
});

const starting = (consumer) => (config, reject) => {
  consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
  consumer.run(config).catch(reject);
};

async function withAdmin(body) {
  const admin = client.admin();
  await admin.connect();
  const topic = (name) => ({ type: ConfigResourceTypes.TOPIC, name });
  await body({
    ...administrator(admin),
    retention: async (name) => {
      const { resources } = await admin.describeConfigs({
        resources: [{ ...topic(name), configNames: ['retention.ms'] }],
        includeSynonyms: false,
      });
      return resources[0].configEntries[0].configValue;
    },
    setRetention: (name, value) =>
      admin.alterConfigs({
        resources: [{ ...topic(name), configEntries: [{ name: 'retention.ms', value }] }],
        validateOnly: false,
      }),
  });
  await admin.disconnect();
}

await main({
  produce: () =>
    produce(client.producer({ idempotent: given.idempotent }), {
      acks: -1,
      compression: CompressionTypes[NAMES[given.codec] ?? 'None'],
    }),
  consume: () => {
    const consumer = client.consumer({ groupId: `${given.topic}-${process.pid}` });
    return consume(client.admin(), consumer, starting(consumer));
  },
  group: () => {
    const consumer = client.consumer({ groupId: given.group, heartbeatInterval: 500, rebalanceTimeout: 10_000 });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      const owned = payload.memberAssignment[given.topic] ?? [];
      emit('assigned', { partitions: [...owned].sort((a, b) => a - b) });
    });
    return group(consumer, starting(consumer));
  },
  topics: () => withAdmin(topics),
  configs: () => withAdmin(configs),
});
