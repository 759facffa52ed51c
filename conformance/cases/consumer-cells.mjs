// What this repository's own consumer does beyond what every client does: KIP-848 groups, groups shared with Java's, transactions.
import { createKafka } from '@ottla/client';
import { expect } from '../lib/cells.mjs';
import { until } from '../lib/wait.mjs';

/** @typedef {import('../lib/cells.mjs').Cell} Cell */
/** @typedef {import('../lib/cells.mjs').Context} Context */

const PARTITIONS = 4;
const JAVA = ['java-3.9', 'java-4.3'];

/** @returns {Cell[]} */
export const consumerCells = () => [
  ...JAVA.map((java) => ({
    name: `ottla / one group with ${java}`,
    check: (at) => groupOf(at, { client: 'ottla' }, { client: java }),
    uses: ['ottla', java],
  })),
  {
    name: 'ottla / group of two, protocol consumer',
    check: (at) => groupOf(at, { client: 'ottla', protocol: 'consumer' }, { client: 'ottla', protocol: 'consumer' }),
    uses: ['ottla'],
    suits: (target) => target.kind === 'kafka-4.3',
  },
  {
    name: 'ottla / group of two, cooperative-sticky',
    check: (at) => {
      const member = { client: 'ottla', assignor: 'cooperative-sticky' };
      return groupOf(at, member, member);
    },
    uses: ['ottla'],
  },
  ...[
    ['read_committed never leaks', readCommitted],
    ['progress is part of the transaction', progressInTransaction],
  ].map(([name, check]) => ({
    name: `ottla / ${name}`,
    check,
    uses: ['ottla'],
    suits: (target) => target.isKafka,
  })),
];

const owned = (member) => member.events.filter(({ event }) => event === 'assigned').at(-1)?.partitions ?? [];
const records = (member) => member.events.filter(({ event }) => event === 'record');
const placeOf = ({ partition, offset }) => `${partition}@${offset}`;

/** The second member takes half, the first leaves, the second takes all; between them they read everything. */
async function groupOf(at, one, two) {
  const topic = await at.topic('shared', PARTITIONS);
  const group = at.unique('shared-g');
  const start = ({ client, ...options }) => at.client(client, 'group', { topic, group, ...options });
  const first = await start(one);
  await first.until('the first member owns all', () => owned(first).length === PARTITIONS);
  await at.produce('ottla', topic, { count: 40, partitions: PARTITIONS });
  await first.until('the first member reads all', () => records(first).length >= 40);
  const second = await start(two);
  await second.until('the second member owns half', () => owned(second).length === PARTITIONS / 2);
  await first.until('the first member keeps half', () => owned(first).length === PARTITIONS / 2);
  const both = [...owned(first), ...owned(second)].sort((a, b) => a - b);
  expect(both.join() === '0,1,2,3', `the two own ${both}`);
  await at.produce('ottla', topic, { start: 40, count: 40, partitions: PARTITIONS, firstOffset: 10 });
  const seen = () => new Set([...records(first), ...records(second)].map(placeOf));
  await until('the two read all', 30_000, () => seen().size === 80);
  first.say('leave');
  await first.finish();
  await second.until('the second member owns all', () => owned(second).length === PARTITIONS);
  second.say('leave');
  await second.finish();
}

/** Aborted and committed transactions in turn, read in small fetches, so that markers lie in later ones. */
async function readCommitted(at) {
  const topic = await at.topic('transactions');
  const kafka = createKafka({ brokers: at.target.bootstrap });
  try {
    const producer = kafka.producer({ transactionalId: at.unique('tx') });
    const expected = [];
    for (let round = 0; round < 12; round++) {
      const isGood = round % 3 === 0;
      const values = Array.from({ length: 5 }, (_, i) => `${isGood ? 'good' : 'bad'}-${round}-${i}`);
      if (isGood) expected.push(...values);
      const work = producer.transaction(async (transaction) => {
        for (const value of values) await transaction.send(topic, { value });
        if (!isGood) throw new Error('aborted on purpose');
      });
      await work.catch((error) => expect(error.message === 'aborted on purpose', error.message));
    }
    for (const maxPartitionFetchBytes of [100, 1000, 1_000_000]) {
      const consumer = kafka
        .consumer({ isolation: 'read_committed', maxPartitionFetchBytes, fetchMaxWaitMs: 100 })
        .assign([{ topic, partition: 0, offset: 0 }]);
      const read = [];
      const poll = async () =>
        read.push(...(await consumer.poll({ timeout: 200 })).map(({ value }) => value.toString()));
      // The last marker may be written after the transaction was answered.
      await until('all that was committed is read', 30_000, async () => (await poll()) >= expected.length);
      await poll();
      expect(read.join() === expected.join(), `with fetches of ${maxPartitionFetchBytes} bytes it read ${read}`);
      await consumer.close();
    }
  } finally {
    await kafka.close();
  }
}

/** Read, write, commit in one transaction; one of two is aborted after its writes, and its records are read again. */
async function progressInTransaction(at) {
  const [input, output] = [await at.topic('in'), await at.topic('out')];
  const group = at.unique('worker');
  await at.produce('ottla', input, { count: 60 });
  const kafka = createKafka({ brokers: at.target.bootstrap });
  try {
    const producer = kafka.producer({ transactionalId: at.unique('worker-tx') });
    let rounds = 0;
    for (let done = 0; done < 60; ) {
      const worker = kafka.consumer({ group, onReset: 'earliest', autoCommit: false, heartbeatIntervalMs: 500 });
      worker.subscribe(input);
      const failed = new Error('aborted on purpose');
      try {
        for await (const batch of worker.batches({ maxRecords: 10 })) {
          await producer.transaction(async (transaction) => {
            for (const { offset } of batch) await transaction.send(output, { value: String(offset) });
            await transaction.offsets(worker);
            if (++rounds % 2 === 0) throw failed;
          });
          done += batch.size;
          if (done === 60) break;
        }
      } catch (error) {
        if (error !== failed) throw error;
      }
      await worker.close();
    }
    const reader = kafka.consumer({ isolation: 'read_committed' }).assign([{ topic: output, partition: 0, offset: 0 }]);
    const read = [];
    for await (const { value } of reader) if (read.push(value.toString()) === 60) break;
    expect(read.join() === Array.from({ length: 60 }, (_, i) => i).join(), `the output is ${read}`);
  } finally {
    await kafka.close();
  }
}
