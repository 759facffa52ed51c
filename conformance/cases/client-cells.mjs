// What every client library must be able to do.
import { CLIENTS } from '../clients/registry.mjs';
import { expect, expectNone } from '../lib/cells.mjs';
import { difference, keyOf } from '../lib/records.mjs';
import { batchesOf } from '../lib/wire-batches.mjs';

/** @typedef {import('../lib/cells.mjs').Cell} Cell */
/** @typedef {import('../lib/cells.mjs').Context} Context */
/** @typedef {import('../clients/registry.mjs').Client} Client */

const RECORDS = 200;

/** @returns {Cell[]} */
export const clientCells = () =>
  CLIENTS.flatMap((client) => [
    ...client.codecs.map((codec) => cell(client, codec, (at) => codecRoundTrip(at, client, codec))),
    cell(client, 'reads every codec', (at) => readsEveryCodec(at, client)),
    ...(client.groups === false ? [] : [cell(client, 'group of two', (at) => groupOfTwo(at, client))]),
    cell(client, 'commit and resume', (at) => commitAndResume(at, client)),
  ]);

/** @returns {Cell} */
const cell = (client, name, check) => ({
  name: `${client.name} / ${name}`,
  check,
  uses: [client.name, WRITER],
  // Kafka 4 dropped the protocol versions of before 2.1 (KIP-896).
  suits: (target) => target.version !== '4.3' || client.oldest === undefined,
});

/** Produce with the codec, over two partitions and in two runs; read it from the beginning. */
async function codecRoundTrip(at, client, codec) {
  const topic = await at.topic(`${client.name}-${codec}`, 2);
  const base = Date.now();
  const wrote = await at.produce(client, topic, { codec, count: RECORDS, partitions: 2, base });
  const stored = (await batchesOf(at.target.port, topic, 0)).map((batch) => batch.codec);
  expect(stored.length > 0 && stored.every((each) => each === codec), `stored with ${stored}, produced with ${codec}`);
  await at.produce(client, topic, { codec, start: RECORDS, count: 40, partitions: 2, base, firstOffset: RECORDS / 2 });
  const read = await at.consume(client, topic, RECORDS + 40, 2);
  expectNone(difference(read, { ...wrote, count: RECORDS + 40 }));
}

/** What the newest Java client wrote with each codec that this library knows, it reads. */
async function readsEveryCodec(at, client) {
  const topic = await at.topic(`${client.name}-mixed`);
  const base = Date.now();
  let start = 0;
  let wrote;
  for (const codec of client.codecs) {
    wrote = await at.produce(WRITER, topic, { codec, start, count: 50, base, firstOffset: start });
    start += 50;
  }
  const read = await at.consume(client, topic, start);
  // What the reader's own format lacks, it cannot show.
  const { headers, timestamps } = client.abilities;
  const abilities = {
    headers: headers === 'none' ? 'none' : 'each',
    timestamps: timestamps === 'none' ? 'none' : 'set',
  };
  expectNone(difference(read, { ...wrote, abilities, start: 0, firstOffset: 0, count: start }));
}
const WRITER = 'confluent-kafka';

const owned = (events) => events.filter((event) => event.event === 'assigned').at(-1)?.partitions ?? [];
const records = (events) => events.filter((event) => event.event === 'record');

/** A second member joins and takes half, the first leaves, the second takes all; nothing is missed. */
async function groupOfTwo(at, client) {
  const partitions = 4;
  const topic = await at.topic(`${client.name}-group`, partitions);
  const group = at.unique(`${client.name}-g`);
  const base = Date.now();
  const first = await at.client(client, 'group', { topic, group });
  await first.until('the first member owns all', (events) => owned(events).length === partitions);
  await at.produce(client, topic, { count: 40, partitions, base });
  await first.until('the first member reads all', (events) => records(events).length >= 40);

  const second = await at.client(client, 'group', { topic, group });
  await second.until('the second member owns half', (events) => owned(events).length === 2);
  await first.until('the first member keeps half', (events) => owned(events).length === 2);
  const both = [...owned(first.events), ...owned(second.events)].sort((a, b) => a - b);
  expect(both.join() === '0,1,2,3', `the two own ${both}`);
  const before = records(first.events).length;
  await at.produce(client, topic, { start: 40, count: 40, partitions, base, firstOffset: 10 });
  const part = (events, from) =>
    new Set(
      records(events)
        .filter((record) => record.offset >= from)
        .map((record) => `${record.partition}@${record.offset}`),
    );
  await first.until('the first member reads its half', (events) => part(events, 10).size >= 20);
  await second.until('the second member reads its half', (events) => part(events, 10).size >= 20);
  const mine = records(first.events)
    .slice(before)
    .filter((record) => record.offset >= 10);
  expect(
    mine.every((record) => owned(first.events).includes(record.partition)),
    'the first member read from a partition it does not own',
  );

  first.say('leave');
  await first.finish();
  expect(first.events.at(-1)?.event === 'closed', `the first member did not close\n    ${first.story()}`);
  await second.until('the second member owns all', (events) => owned(events).length === partitions);
  await at.produce(client, topic, { start: 80, count: 40, partitions, base, firstOffset: 20 });
  await second.until('the second member reads all', (events) => part(events, 20).size >= 40);
  second.say('leave');
  await second.finish();

  const seen = new Map();
  for (const record of [...records(first.events), ...records(second.events)]) {
    const i = record.offset * partitions + record.partition;
    expect(
      record.key === keyOf(i),
      `partition ${record.partition}, offset ${record.offset}: key ${record.key} instead of ${keyOf(i)}`,
    );
    seen.set(i, (seen.get(i) ?? 0) + 1);
  }
  const twice = [...seen.values()].filter((times) => times > 1).length;
  expect(twice === 0, `${twice} records were read twice, though each member committed before it gave up a partition`);
  expect(seen.size === 120, `${seen.size} of 120 records were read`);
}

/** A member reads 40, commits and leaves; the next one starts at 40. A commit is kept with no member there. */
async function commitAndResume(at, client) {
  const topic = await at.topic(`${client.name}-resume`);
  const group = at.unique(`${client.name}-r`);
  await at.produce(client, topic, { count: 100 });
  let next = 0;
  for (const max of [40, 25, 35]) {
    const member = await at.client(client, 'group', { topic, group, max });
    await member.finish();
    const offsets = records(member.events).map((record) => record.offset);
    const expected = Array.from({ length: max }, (_, k) => next + k);
    expect(
      offsets.join() === expected.join(),
      `read offsets ${offsets[0]}..${offsets.at(-1)} (${offsets.length}) instead of ${next}..${next + max - 1}\n    ${member.story()}`,
    );
    next += max;
  }
}
