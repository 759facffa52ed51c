// What a record holds, in every codec and format, on its way from a producer to a consumer.
import { clientNamed } from '../clients/registry.mjs';
import { expect, expectNone } from '../lib/cells.mjs';
import { runs } from '../lib/matrix.mjs';
import { difference } from '../lib/records.mjs';
import { batchesOf } from '../lib/wire-batches.mjs';

/** @typedef {import('../lib/cells.mjs').Context} Context */
/** @typedef {import('../clients/registry.mjs').Client} Client */

export const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const RECORDS = 200;
const MORE = 40;
const DAY_MS = 86_400_000;

/** The library whose records the others read, and that reads theirs: it has every codec, headers and timestamps. */
export const WRITER = 'confluent-kafka';
/** It reads what WRITER itself wrote. */
const SECOND_READER = 'franz-go';
/** Two that speak the old formats: messages without timestamps (magic 0) and with (magic 1). */
export const OLD_FORMATS = ['sarama-1.19', 'sarama-1.19 at 0.10.2'];

/** A library that only writes is read by another one. @param {Client} client */
const readerOf = (client) => clientNamed(client.reader ?? client.name);

/** What the reader can show of records that have everything. @param {Client} reader */
export const visibleTo = (reader) => ({
  headers: reader.abilities.headers === 'none' ? 'none' : 'each',
  timestamps: reader.abilities.timestamps === 'none' ? 'none' : 'set',
});

/** Produce with the codec, over two partitions and in two runs; read it from the beginning. @param {Context} at @param {Client} client @param {string} codec */
const roundTrip = (at, client, codec) =>
  at.shared(`${client.name} ${codec}`, async () => {
    const topic = await at.topic(`${client.name}-${codec}`, 2);
    const base = Date.now();
    const wrote = await at.produce(client, topic, { codec, count: RECORDS, partitions: 2, base });
    const stored = (await batchesOf(at.target.port, topic, 0)).map((batch) => batch.codec);
    expect(
      stored.length > 0 && stored.every((each) => each === codec),
      `stored with ${stored}, produced with ${codec}`,
    );
    await at.produce(client, topic, {
      codec,
      start: RECORDS,
      count: MORE,
      partitions: 2,
      base,
      firstOffset: RECORDS / 2,
    });
    const read = await at.consume(readerOf(client), topic, RECORDS + MORE, 2);
    return { topic, read, wrote: { ...wrote, count: RECORDS + MORE } };
  });

/** What the client wrote as the client itself reads it, and as another library does. */
const readTwice = (at, client) =>
  at.shared(`${client.name} read twice`, async () => {
    const { topic, read, wrote } = await roundTrip(at, client, 'none');
    const other = client.name === WRITER || client.reader === WRITER ? SECOND_READER : WRITER;
    return { wrote, readings: [read, await at.consume(other, topic, wrote.count, 2)] };
  });

const onlyAspect = (only) => async (at, client) => {
  const { wrote, readings } = await readTwice(at, client);
  for (const read of readings) expectNone(difference(read, { ...wrote, only }));
};

export const codecCase = (codec) => async (at, client) => {
  const { read, wrote } = await roundTrip(at, client, codec);
  expectNone(difference(read, wrote));
};

export const headers = onlyAspect('headers');
export const tombstones = onlyAspect('nulls');

export const timestamps = onlyAspect('timestamps');

/** Where the topic says so, the broker's time takes the place of the producer's. */
export async function appendTime(at, client) {
  const topic = await at.topic(`${client.name}-append-time`, 1, { 'message.timestamp.type': 'LogAppendTime' });
  const before = Date.now();
  await at.produce(client, topic, { count: 20, base: before - DAY_MS });
  const after = Date.now();
  const read = await at.consume(readerOf(client), topic, 20);
  const wrong = read.find(({ timestamp }) => !(timestamp >= before && timestamp <= after));
  expect(wrong === undefined, `timestamp ${wrong?.timestamp} is not the broker's, ${before} to ${after}`);
}

/** What another library wrote with each codec that this one knows, it reads. */
export async function readsEveryCodec(at, client) {
  const codecs = CODECS.filter((codec) => runs(client.name, codec));
  const { topic, wrote } = await at.shared(`mixed ${codecs}`, async () => {
    const topic = await at.topic('mixed');
    const base = Date.now();
    let start = 0;
    let wrote;
    for (const codec of codecs) {
      wrote = await at.produce(WRITER, topic, { codec, start, count: 50, base, firstOffset: start });
      start += 50;
    }
    return { topic, wrote: { ...wrote, start: 0, firstOffset: 0, count: start } };
  });
  const read = await at.consume(client, topic, wrote.count);
  expectNone(difference(read, { ...wrote, abilities: visibleTo(client) }));
}

/** Old formats and this client's in one log: each reads all of it, converted down for the old ones. */
export async function oldFormats(at, client) {
  const topic = await at.topic(`${client.name}-formats`);
  const count = 20;
  const base = Date.now();
  const writers = [...OLD_FORMATS, client.name].map(clientNamed);
  for (const [k, writer] of writers.entries()) {
    const start = k * count;
    await at.produce(writer, topic, { codec: 'gzip', start, count, base, firstOffset: start });
  }
  for (const reader of [readerOf(client), ...OLD_FORMATS.map(clientNamed)]) {
    const read = await at.consume(reader, topic, writers.length * count);
    for (const [k, writer] of writers.entries()) {
      const abilities = {
        headers: reader.abilities.headers === 'none' ? 'none' : writer.abilities.headers,
        timestamps: reader.abilities.timestamps === 'none' ? 'none' : writer.abilities.timestamps,
      };
      const start = k * count;
      const wrote = { start, count, partitions: 1, base, name: writer.name, abilities, firstOffset: start };
      const problem = difference(read.slice(start, start + count), wrote);
      expect(problem === undefined, `${writer.name} wrote, ${reader.name} read: ${problem}`);
    }
  }
}

/** Batches carry the producer's id and sequences without a gap, and what is read is in order. */
export async function idempotent(at, client) {
  const topic = await at.topic(`${client.name}-idempotent`, 2);
  const wrote = await at.produce(client, topic, { count: RECORDS, partitions: 2, idempotent: true });
  for (const partition of [0, 1]) {
    let sequence = 0;
    for (const batch of await batchesOf(at.target.port, topic, partition)) {
      const where = `partition ${partition}, offset ${batch.baseOffset}`;
      expect(batch.producerId >= 0 && batch.producerEpoch >= 0, `${where}: producer id ${batch.producerId}`);
      expect(batch.baseSequence === sequence, `${where}: sequence ${batch.baseSequence} where ${sequence} was due`);
      sequence += batch.count;
    }
    expect(sequence === RECORDS / 2, `partition ${partition}: ${sequence} records in its batches`);
  }
  const read = await at.consume(readerOf(client), topic, RECORDS, 2);
  expectNone(difference(read, wrote));
}

const positions = (at) =>
  at.shared('positions', async () => {
    const topic = await at.topic('positions', 2);
    const wrote = await at.produce(WRITER, topic, { count: 120, partitions: 2, base: Date.now() - DAY_MS });
    return { topic, wrote };
  });

/** @param {(wrote: { base: number }) => Record<string, number>} start */
const readsFrom = (start) => async (at, client) => {
  const { topic, wrote } = await positions(at);
  const read = await at.consume(client, topic, 40, 2, undefined, start(wrote));
  expectNone(difference(read, { ...wrote, start: 80, count: 40, firstOffset: 40, abilities: visibleTo(client) }));
};

export const fromPosition = readsFrom(() => ({ offset: 40 }));
/** Record 80 is the first of partition 0, and record 81 the first of partition 1, that is not older. */
export const byTime = readsFrom(({ base }) => ({ time: base + 80 }));
