// kill -9 under load. Four idempotent producers write with acks=all; the broker is killed and started again, round after round.
// Afterwards every acknowledged record is there: once, in its producer's order, at the offset the acknowledgement named.
import { expect } from '../lib/cells.mjs';
import { withTarget } from '../lib/targets.mjs';
import { pause } from '../lib/wait.mjs';

const PRODUCERS = [
  ['java-3.9', 'none'],
  ['java-4.3', 'lz4'],
  ['confluent-kafka', 'none'],
  ['confluent-kafka', 'zstd'],
];
const PARTITIONS = 3;
const RATE = 3000; // records a second and producer: enough in flight at any moment, few enough to check all

/**
 * @param {import('../lib/cells.mjs').Context} at
 * @param {number} rounds
 */
export const killedUnderLoad = (at, rounds) =>
  withTarget(at.target.kind, {}, async (target) => {
    const topic = 'crash';
    await target.createTopic(topic, PARTITIONS, { 'segment.bytes': String(1 << 20) });
    const writers = [];
    for (const [k, [client, codec]] of PRODUCERS.entries()) {
      const options = { topic, codec, partitions: PARTITIONS, name: `writer-${k}`, rate: RATE };
      writers.push(await at.client(client, 'load', options, target));
    }
    const began = performance.now();
    for (let round = 0; round < rounds; round++) {
      // Every fourth time the broker dies again before anything was acknowledged: recovery after recovery.
      if (round % 4 !== 3) await Promise.all(writers.map((writer) => acknowledged(writer, 300)));
      await pause((round * 37) % 200); // the moment varies
      await target.kill();
      await target.restart();
    }
    await Promise.all(writers.map((writer) => acknowledged(writer, 100)));
    at.note(`${rounds} kills in ${Math.round((performance.now() - began) / 1000)} s,`);
    for (const writer of writers) writer.say('stop');
    for (const writer of writers) await writer.finish(120_000);
    verify(at, writers, await everything(at, topic, target));
  });

/** Waits until the writer has got so many acknowledgements more than it has now. */
function acknowledged(writer, more) {
  const count = writer.events.length + more;
  return writer.until(`${more} more acknowledgements`, (events) => events.length >= count, 90_000);
}

async function everything(at, topic, target) {
  const ends = await at.tool('3.9', 'kafka-get-offsets', ['--topic', topic], { target });
  const count = ends.lines.reduce((sum, line) => sum + Number(line.split(':')[2]), 0);
  const reader = await at.client('confluent-kafka', 'consume', { topic, partitions: PARTITIONS, max: count }, target);
  await reader.finish(120_000);
  return reader.events.filter((event) => event.event === 'record');
}

/** @param {import('../lib/cells.mjs').Context} at */
function verify(at, writers, records) {
  /** @type {Map<string, string>} writer and number to where it was found */
  const places = new Map();
  /** @type {Map<string, number>} writer and partition to the last number found */
  const last = new Map();
  const next = Array.from({ length: PARTITIONS }, () => 0);
  for (const { partition, offset, key, value } of records) {
    expect(offset === next[partition], `partition ${partition}: offset ${offset} where ${next[partition]} was due`);
    next[partition] = offset + 1;
    const id = `${key} ${value}`;
    const here = `${partition}@${offset}`;
    expect(!places.has(id), `${id} is there twice: ${places.get(id)} and ${here}`);
    places.set(id, here);
    const line = `${key} ${partition}`;
    expect(Number(value) > (last.get(line) ?? -1), `${here}: ${key} wrote ${value} before ${last.get(line)}`);
    last.set(line, Number(value));
  }
  let acked = 0;
  for (const [k, writer] of writers.entries()) {
    for (const event of writer.events) {
      const id = `writer-${k} ${event.i}`;
      if (event.event === 'failed') throw new Error(`${id} failed: ${event.error}`);
      if (event.event !== 'acked') continue;
      acked++;
      const expected = `${event.partition}@${event.offset}`;
      const found = places.get(id);
      expect(
        found === expected,
        `${id} was acknowledged at ${expected} and is ${found === undefined ? 'lost' : `at ${found}`}`,
      );
    }
    expect(writer.events.at(-1)?.event === 'stopped', `${writer.name} did not stop in order`);
  }
  at.note(`${acked} acknowledged, ${records.length} there`);
}
