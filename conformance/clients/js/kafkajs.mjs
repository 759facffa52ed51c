// Client program for kafkajs. It has gzip; the other codecs are plugged in, as its documentation shows.

import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { compress, decompress } from '@cloudpss/zstd';
import kafkajs from 'kafkajs';
import SnappyCodec from 'kafkajs-snappy';
import { compressFrame, decompressFrame } from 'lz4-napi';

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;
CompressionCodecs[CompressionTypes.Snappy] = SnappyCodec;
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: (encoder) => compressFrame(encoder.buffer),
  decompress: (buffer) => decompressFrame(buffer),
});
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async (encoder) => Buffer.from(compress(encoder.buffer)),
  decompress: async (buffer) => Buffer.from(decompress(buffer)),
});
const CODECS = { none: 'None', gzip: 'GZIP', snappy: 'Snappy', lz4: 'LZ4', zstd: 'ZSTD' };

const [command, ...rest] = process.argv.slice(2);
const names = ['bootstrap', 'topic', 'partitions', 'codec', 'start', 'count', 'base', 'name', 'max', 'group'];
const { values: given } = parseArgs({
  args: rest,
  options: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
});
const { topic } = given;
const partitions = Number(given.partitions ?? 1);
const emit = (event, fields = {}) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
const client = new Kafka({
  brokers: [given.bootstrap],
  clientId: 'kafkajs',
  logLevel: logLevel.WARN,
  logCreator:
    () =>
    ({ namespace, log }) =>
      process.stderr.write(`${namespace} ${log.message} ${log.error ?? ''}\n`),
});

const keyOf = (i) => (i % 10 === 3 ? null : `key-${i}`);
const valueOf = (i) => (i % 10 === 5 ? null : `value-${i}-${'abcdefghij'.repeat(i % 10)}`);
const text = (data) => (data === null ? null : data.toString());

function record(partition, message) {
  const headers = Object.fromEntries(Object.entries(message.headers).map(([key, value]) => [key, text(value)]));
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

async function produce() {
  const start = Number(given.start);
  const count = Number(given.count);
  const producer = client.producer();
  await producer.connect();
  const messages = Array.from({ length: count }, (_, k) => start + k).map((i) => ({
    key: keyOf(i),
    value: valueOf(i),
    partition: i % partitions,
    timestamp: String(Number(given.base) + i),
    headers: { client: given.name, n: String(i) },
  }));
  const answers = await producer.send({
    topic,
    messages,
    acks: -1,
    compression: CompressionTypes[CODECS[given.codec]],
  });
  for (const { partition, baseOffset } of answers) {
    let offset = Number(baseOffset);
    for (let i = start; i < start + count; i++)
      if (i % partitions === partition) emit('acked', { i, partition, offset: offset++ });
  }
  await producer.disconnect();
  emit('produced', { count });
}

// The library always reads in a group; this one is thrown away.
async function consume() {
  let left = Number(given.max);
  const consumer = client.consumer({ groupId: `${topic}-reader` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    const eachMessage = async ({ partition, message }) => {
      if (left-- > 0) record(partition, message);
      if (left === 0) resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  emit('done');
  await consumer.disconnect();
}

async function group() {
  let left = given.max === undefined ? -1 : Number(given.max);
  const consumer = client.consumer({ groupId: given.group, heartbeatInterval: 500, rebalanceTimeout: 10_000 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
    emit('assigned', { partitions: [...(payload.memberAssignment[topic] ?? [])].sort((a, b) => a - b) }),
  );
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    createInterface({ input: process.stdin }).on('line', (word) => word === 'leave' && resolve());
    const eachMessage = async ({ partition, message }) => {
      if (left === 0) return;
      record(partition, message);
      await consumer.commitOffsets([{ topic, partition, offset: String(Number(message.offset) + 1) }]);
      if (--left === 0) resolve();
    };
    consumer.run({ autoCommit: false, eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  emit('closed');
}

try {
  await { produce, consume, group }[command]();
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
