// What this repository's own consumer does beyond what every client does: KIP-848 groups, groups shared with Java's, transactions.
import { expect } from '../lib/cells.mjs';
import { libraryCell, needs, needsFeature } from '../lib/library-cell.mjs';
import { pause, until, within } from '../lib/wait.mjs';

/** @typedef {import('../lib/cells.mjs').Cell} Cell */
/** @typedef {import('../lib/cells.mjs').Context} Context */

const ADD_PARTITIONS_TO_TXN = 24;
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
    ...libraryCell('ottla / group of two, protocol consumer', async (at, kafka) => {
      await needsFeature(kafka, 'group.version');
      const member = { client: 'ottla', protocol: 'consumer' };
      await groupOf(at, member, member);
    }),
    uses: ['ottla'],
  },
  libraryCell('ottla / members come and go, protocol consumer', comeAndGo),
  libraryCell('ottla / a static member restarts, protocol consumer', staticRestarts),
  {
    name: 'ottla / group of two, cooperative-sticky',
    check: (at) => {
      const member = { client: 'ottla', assignor: 'cooperative-sticky' };
      return groupOf(at, member, member);
    },
    uses: ['ottla'],
  },
  { ...libraryCell('ottla / read_committed never leaks', readCommitted), uses: ['ottla'] },
  { ...libraryCell('ottla / progress is part of the transaction', progressInTransaction), uses: ['ottla'] },
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

/**
 * Members that read a few records and go, also before they have any, one beside the other: none hangs, at the end every record was
 * read, and a new member has everything at once, as nobody is left behind in the group.
 */
async function comeAndGo(at, kafka) {
  await needsFeature(kafka, 'group.version');
  const topic = await at.topic('busy', PARTITIONS);
  const group = at.unique('busy-g');
  const rounds = Number(process.env.ROUNDS ?? 8);
  const count = 3 * rounds * 20;
  const seen = new Set();
  const producing = (async () => {
    const producer = kafka.producer({ lingerMs: 5 });
    for (let n = 0; n < count; n++) {
      await producer.send(topic, { value: String(n), partition: n % PARTITIONS });
      if (n % 20 === 0) await pause(20);
    }
  })();
  /** One member at a time in each lane; every third one goes as soon as it has asked to join. */
  const lane = async (id) => {
    for (let round = 0; round < rounds; round++) {
      const member = kafka.consumer({ group, protocol: 'consumer', onReset: 'earliest' }).subscribe(topic);
      let left = (round * 7 + id * 3) % 25;
      const isBrief = round % 3 === 2;
      const reading = (async () => {
        for await (const { value } of member) {
          seen.add(value.toString());
          if (--left < 0) {
            await member.commit();
            break;
          }
        }
      })();
      await Promise.race([reading, pause(isBrief ? 10 * id : 3000)]);
      await within(`close of member ${round} of lane ${id}`, 10_000, member.close());
      await within(`end of member ${round} of lane ${id}`, 5000, reading);
    }
  };
  await Promise.all([lane(1), lane(2), lane(3), producing]);
  const last = kafka.consumer({ group, protocol: 'consumer', onReset: 'earliest' }).subscribe(topic);
  const rest = (async () => {
    for await (const { value } of last) if (seen.add(value.toString()).size === count) break;
  })();
  await until('the last member has all partitions', 15_000, () => last.assignment.length === PARTITIONS);
  await until('every record was read', 15_000, () => seen.size === count);
  await last.close();
  await rest;
}

/** It says that it will be back, and gets its partitions again. */
async function staticRestarts(at, kafka) {
  await needsFeature(kafka, 'group.version');
  const topic = await at.topic('static', PARTITIONS);
  const group = at.unique('static-g');
  for (let round = 0; round < 3; round++) {
    const member = kafka.consumer({ group, protocol: 'consumer', instanceId: 'one' }).subscribe(topic);
    const reading = member[Symbol.asyncIterator]().next();
    reading.catch(() => {});
    const owns = until('it owns all', 15_000, () => member.assignment.length === PARTITIONS);
    await Promise.race([owns, reading.then(() => owns)]);
    await member.close();
    await reading;
  }
}

/** Aborted and committed transactions in turn, read in small fetches, so that markers lie in later ones. */
async function readCommitted(at, kafka) {
  await needs(kafka, ADD_PARTITIONS_TO_TXN);
  const topic = await at.topic('transactions');
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
    const poll = async () => read.push(...(await consumer.poll({ timeout: 200 })).map(({ value }) => value.toString()));
    // The last marker may be written after the transaction was answered.
    await until('all that was committed is read', 30_000, async () => (await poll()) >= expected.length);
    await poll();
    expect(read.join() === expected.join(), `with fetches of ${maxPartitionFetchBytes} bytes it read ${read}`);
    await consumer.close();
  }
}

/** Read, write, commit in one transaction; one of two is aborted after its writes, and its records are read again. */
async function progressInTransaction(at, kafka) {
  await needs(kafka, ADD_PARTITIONS_TO_TXN);
  const [input, output] = [await at.topic('in'), await at.topic('out')];
  const group = at.unique('worker');
  await at.produce('ottla', input, { count: 60 });
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
}
