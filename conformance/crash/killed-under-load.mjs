// kill -9 under load. Four idempotent producers write with acks=all; the broker is killed and started again, round after round.
// Afterwards every acknowledged record is there: once, in its producer's order, at the offset the acknowledgement named.
import { expect } from '../lib/cells.mjs';
import { Ledger } from '../lib/ledger.mjs';
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
  const ledger = new Ledger(PARTITIONS);
  for (const [k, writer] of writers.entries()) {
    for (const event of writer.events) ledger.heard(`writer-${k}`, event);
    expect(writer.events.at(-1)?.event === 'stopped', `${writer.name} did not stop in order`);
  }
  for (const record of records) ledger.read(record);
  ledger.check();
  at.note(`${ledger.ackedCount} acknowledged, ${records.length} there`);
}
