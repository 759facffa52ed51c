#!/usr/bin/env node
// This repository's client beside a three-broker Apache Kafka that has one trouble after the other: idempotent producers,
// a group of each protocol. In the end every acknowledged record is in the log once, in its producer's order, at the
// offset that was acknowledged; each group has read all of them; memory is flat. Needs `npm run build`.
import { parseArgs } from 'node:util';
import { createKafka } from '@ottla/client';
import { Ledger } from '../lib/ledger.mjs';
import { pause, until } from '../lib/wait.mjs';
import { SoakCluster } from './cluster.mjs';
import { trouble } from './trouble.mjs';

const { values: options } = parseArgs({
  options: {
    client: { type: 'boolean' },
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '500' },
  },
});
const TOPIC = 'soak';
const PARTITIONS = 6;
const PRODUCERS = 3;
/** Sends of one producer that wait for their answers. */
const IN_FLIGHT = 500;
/** What the client's heap of the last third may be above that of the first, and a little for the books of this script. */
const GROWTH = 1.25;
/** What may be in flight at one sample and not at another: unsent batches and fetched ones, of all clients. */
const IN_FLIGHT_MB = 12;
const SAMPLE_MS = 5000;
/** Nobody reads, though there is something to read. */
const STUCK_MS = 90_000;

const totalMs = Number(options.minutes) * 60_000;
const began = performance.now();
const note = (line) => console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${line}`);
const shift = { isOver: false, isReadOver: false };
const quick = { retryBackoffMs: 50, reconnectBackoffMs: 50, requestTimeoutMs: 10_000 };
const counts = { acked: 0, failed: 0, rejoined: 0, errors: new Map() };
/** What was acknowledged: producer, then its numbers to `partition offset`. */
const ledger = new Ledger(PARTITIONS);

const cluster = new SoakCluster();
const clients = [];
function client(clientId) {
  const kafka = createKafka({ brokers: cluster.bootstrap, clientId, ...quick });
  clients.push(kafka);
  return kafka;
}
const failed = [];
const check = (holds, otherwise) => {
  if (!holds) failed.push(otherwise);
};

/** Sends numbers at an even rate; each acknowledgement is written down. */
async function produce(name) {
  const producer = client(name).producer();
  const everyMs = (1000 * PRODUCERS) / Number(options.rate);
  const start = performance.now();
  let waiting = 0;
  for (let i = 0; !shift.isOver; i++) {
    const dueMs = start + i * everyMs - performance.now();
    if (dueMs > 2) await pause(dueMs);
    while (waiting >= IN_FLIGHT && !shift.isOver) await pause(5);
    waiting++;
    producer.send(TOPIC, { key: name, value: String(i), partition: i % PARTITIONS }).then(
      ({ partition, offset }) => {
        waiting--;
        counts.acked++;
        ledger.heard(name, { event: 'acked', i, partition, offset });
      },
      (error) => {
        waiting--;
        counts.failed++;
        note(`${name} ${i} failed: ${error.message}`);
      },
    );
  }
  await producer.flush({ timeout: 60_000 });
  await until('all answers', 60_000, () => waiting === 0);
}

/** A group's progress: which offsets were read, and how many more than once. */
class Group {
  constructor(name, protocol) {
    this.name = name;
    this.protocol = protocol;
    this.seen = Array.from({ length: PARTITIONS }, () => new Set());
    this.again = 0;
    this.readAtMs = performance.now();
    this.members = [];
  }

  get size() {
    return this.seen.reduce((sum, { size }) => sum + size, 0);
  }

  read({ partition, offset }) {
    this.readAtMs = performance.now();
    const seen = this.seen[partition];
    if (seen.has(offset)) this.again++;
    else seen.add(offset);
  }

  /** Reads for good; with `max` it leaves after so many records and comes back, as a console consumer with --max does. */
  async member(index, max) {
    const kafka = client(`${this.name}-${index}`);
    while (!shift.isReadOver) {
      const consumer = kafka.consumer({
        group: this.name,
        protocol: this.protocol,
        onReset: 'earliest',
        autoCommit: { intervalMs: 500 },
        sessionTimeoutMs: 10_000,
        heartbeatIntervalMs: 1000,
        fetchMaxWaitMs: 200,
      });
      consumer.subscribe(TOPIC);
      this.members[index] = consumer;
      const stop = () => void consumer.close();
      stops.add(stop);
      let left = max;
      try {
        for await (const batch of consumer.batches({ maxRecords: max })) {
          for (const record of batch) this.read(record);
          left -= batch.size;
          if (left <= 0) {
            await batch.commit({ timeout: 20_000 });
            break;
          }
        }
      } catch (error) {
        const name = `${this.name}: ${error.code ?? error.message}`;
        counts.errors.set(name, (counts.errors.get(name) ?? 0) + 1);
      }
      stops.delete(stop);
      await consumer.close({ timeout: 10_000 });
      counts.rejoined++;
    }
  }

  /** What can be seen of a group that stands still. */
  story() {
    return this.members
      .map((consumer, index) => {
        const places = consumer.assignment.map((place) => {
          const { topic, partition } = place;
          return `${topic}-${partition} at ${consumer.position(place)}, lag ${consumer.lag(place)}`;
        });
        return `${this.name}-${index}: ${JSON.stringify(consumer.groupMetadata)}; ${places.join('; ') || 'nothing assigned'}`;
      })
      .join('\n      ');
  }
}
const stops = new Set();
const groups = [new Group('classic', 'classic'), new Group('modern', 'consumer')];

async function watch() {
  const samples = [];
  for (let next = SAMPLE_MS; !shift.isOver; next += SAMPLE_MS) {
    while (performance.now() - began < next && !shift.isOver) await pause(100);
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    // What this script writes down itself grows by the record. Before all are at work there is nothing to compare with.
    if (groups.every(({ size }) => size > 0)) samples.push((heapUsed + external) / 1e6);
    for (const group of groups) {
      if (performance.now() - group.readAtMs < STUCK_MS || group.size >= counts.acked) continue;
      check(false, `group ${group.name} stands still:\n      ${group.story()}`);
      group.readAtMs = Number.POSITIVE_INFINITY;
    }
    if (samples.length % 6 === 5)
      note(
        `acknowledged ${counts.acked}, read ${groups.map(({ name, size, again }) => `${name} ${size} +${again}`).join(', ')}, heap ${samples.at(-1)?.toFixed(0)} MB`,
      );
  }
  return samples;
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;

/** The log as it is, read from its beginning by nobody's group. */
async function readLog() {
  const reader = client('reader').consumer({ onReset: 'earliest' });
  reader.assign(Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: TOPIC, partition, offset: 0 })));
  const ends = await reader.endOffsets(reader.assignment, { timeout: 60_000 });
  let left = [...ends.values()].reduce((a, b) => a + b, 0);
  for await (const { partition, offset, key, value } of reader) {
    ledger.read({ partition, offset, key: String(key), value: String(value) });
    if (--left === 0) break;
  }
  ledger.check();
  return ends;
}

try {
  await cluster.start();
  const own = client('chaos');
  await until('the topic', 60_000, () =>
    own
      .admin()
      .createTopics([{ name: TOPIC, partitions: PARTITIONS, replication: 3 }])
      .then(
        () => true,
        (error) => error.code === 'TOPIC_ALREADY_EXISTS',
      ),
  );
  note('three brokers are up');
  const writers = Array.from({ length: PRODUCERS }, (_, n) => produce(`writer-${n}`));
  const readers = groups.flatMap((group) => [1e9, 1e9, 700].map((max, index) => group.member(index, max)));
  const watched = watch();
  const troubled = trouble(cluster, own, TOPIC, () => shift.isOver, note);
  while (performance.now() - began < totalMs) await pause(200);
  shift.isOver = true;
  await troubled;
  const samples = await watched;
  await Promise.all(writers);
  note(`acknowledged ${counts.acked}, failed ${counts.failed}; the groups finish`);
  for (const group of groups)
    await until(`group ${group.name} reads all`, 120_000, () => group.size >= counts.acked).catch((error) =>
      check(false, `${error.message}: ${group.size} of ${counts.acked}\n      ${group.story()}`),
    );
  shift.isReadOver = true;
  for (const stop of stops) stop();
  await Promise.all(readers);
  const ends = await readLog().catch((error) => check(false, error.message));
  const total = [...(ends?.values() ?? [])].reduce((a, b) => a + b, 0);
  check(
    counts.failed > 0 || total === counts.acked,
    `${total} records are in the log, ${counts.acked} were acknowledged`,
  );
  check(counts.failed === 0, `${counts.failed} sends failed`);
  for (const group of groups)
    check(group.size >= counts.acked, `group ${group.name} missed ${counts.acked - group.size}`);
  // The books of this script: what was acknowledged and read, about 200 bytes a record.
  const third = Math.floor(samples.length / 3);
  const bookMb = (counts.acked * 2 * 200) / 1e6 / 3;
  const [early, late] = [median(samples.slice(0, third)), median(samples.slice(-third))];
  check(
    late <= early * GROWTH + bookMb * 2 + IN_FLIGHT_MB,
    `memory grew from ${early.toFixed(0)} to ${late.toFixed(0)} MB`,
  );
  note(
    `${counts.acked} acknowledged and ${total} in the log; read again ${groups.map(({ name, again }) => `${name} ${again}`).join(', ')}; ` +
      `${counts.rejoined} memberships; heap ${early.toFixed(0)} MB early, ${late.toFixed(0)} MB late (books ${bookMb.toFixed(0)} MB a third)`,
  );
  for (const [error, count] of counts.errors) note(`the application saw ${error} ${count} times`);
} catch (error) {
  failed.push(error.stack);
} finally {
  await Promise.race([Promise.all(clients.map((kafka) => kafka.close())), pause(10_000)]);
  await cluster.remove();
}
for (const line of failed) console.log(`FAIL ${line}`);
console.log(`${failed.length === 0 ? 1 : 0} passed, ${failed.length} failed, 0 skipped`);
process.exit(failed.length === 0 ? 0 : 1);
