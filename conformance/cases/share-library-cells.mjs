// Share groups (KIP-932) with the client of this repository: each promise on a broker of its own with short locks.
import { createKafka } from '@ottla/client';
import { expect } from '../lib/cells.mjs';
import { expectSame, libraryCell, needs } from '../lib/library-cell.mjs';
import { withTarget } from '../lib/targets.mjs';
import { until } from '../lib/wait.mjs';

/** @typedef {import('../lib/cells.mjs').Cell} Cell */
/** @typedef {import('../lib/cells.mjs').Context} Context */
/** @typedef {import('@ottla/client').Kafka} Kafka */
/** @typedef {import('@ottla/client').ShareConsumer} ShareConsumer */

const SHARE_FETCH = 78;
const LOCK_MS = 2000;
const SHORT_LOCKS = {
  'group.share.min.record.lock.duration.ms': '1000',
  'group.share.min.heartbeat.interval.ms': '200',
};

/** @returns {Cell[]} */
export const shareLibraryCells = () => [
  cell('accepted, released, rejected', verdicts),
  cell('locks: those of who is gone or too slow are opened', locks),
  cell('nothing unsaid is lost: break, close, explicit mode', unsaid),
  cell('two members share one partition; batches, poll, commit', together),
  cell('codecs, transactions, gaps', contents),
  cell('admin: offsets, members, deletion', administration),
];

/**
 * @typedef {object} Shop
 * @property {Context} at
 * @property {() => Kafka} client one with connections of its own
 * @property {(word: string, partitions?: number, configs?: Record<string, string>) => Promise<string>} topic
 * @property {(configs?: Record<string, string>) => Promise<string>} group that begins at the first record
 * @property {(topic: string, count: number, from?: number) => Promise<void>} fill
 */

/** @param {string} name @param {(shop: Shop) => Promise<void>} check */
function cell(name, check) {
  return libraryCell(`share groups / ${name}`, async (at, shared) => {
    await needs(shared, SHARE_FETCH);
    await withTarget(at.target.kind, { set: SHORT_LOCKS }, async (target) => {
      /** @type {Kafka[]} */
      const clients = [];
      const client = () => {
        const kafka = createKafka({ brokers: target.bootstrap, operationTimeoutMs: 15_000 });
        clients.push(kafka);
        return kafka;
      };
      const own = client();
      const admin = own.admin();
      try {
        await check({
          at,
          client,
          topic: async (word, partitions = 1, configs = {}) => {
            const topic = at.unique(word);
            await admin.createTopics([{ name: topic, partitions, replication: 1, configs }]);
            return topic;
          },
          group: async (configs = {}) => {
            const group = at.unique('share');
            const all = {
              'share.auto.offset.reset': 'earliest',
              'share.record.lock.duration.ms': String(LOCK_MS),
              'share.heartbeat.interval.ms': '200',
              ...configs,
            };
            const changes = Object.entries(all).map(([key, value]) => ({ name: key, value }));
            await admin.incrementalAlterConfigs([{ type: 'group', name: group, changes }]);
            return group;
          },
          fill: async (topic, count, from = 0) => {
            await own.producer().send(
              topic,
              Array.from({ length: count }, (_, i) => ({ value: String(from + i) })),
            );
          },
        });
      } finally {
        await Promise.all(clients.map((kafka) => kafka.close()));
      }
    });
  });
}

const upTo = (count, from = 0) => Array.from({ length: count }, (_, i) => String(from + i));
const byNumber = (a, b) => Number(a) - Number(b);

/**
 * Polls until that many came, and `act` was called on each.
 * @param {ShareConsumer} consumer @param {number} count @param {(record: any) => unknown} act @param {number} [limitMs]
 */
async function read(consumer, count, act, limitMs = 20_000) {
  const seen = [];
  const end = performance.now() + limitMs;
  while (seen.length < count && performance.now() < end)
    for (const record of await consumer.poll({ timeout: 200 })) {
      seen.push(record);
      act(record);
    }
  return seen;
}

const valuesOf = (records) => records.map(({ value }) => String(value)).toSorted(byNumber);

async function nothingLeft(consumer, waitMs = 1500) {
  const left = await read(consumer, 1, () => {}, waitMs);
  expectSame(valuesOf(left), []);
}

async function verdicts({ client, topic, group, fill }) {
  const [name, id] = [await topic('verdicts'), await group()];
  await fill(name, 9);
  const first = client().shareConsumer({ group: id }).subscribe(name);
  const seen = await read(first, 9, (record) => {
    if (Number(record.value) % 3 === 0) record.accept();
    else if (Number(record.value) % 3 === 1) record.release();
    else record.reject();
  });
  expectSame(valuesOf(seen.slice(0, 9)), upTo(9));
  await first.commit();
  await first.close();
  const second = client().shareConsumer({ group: id }).subscribe(name);
  const again = await read(second, 3, (record) => record.accept());
  expectSame(valuesOf(again), ['1', '4', '7']);
  expectSame(
    again.map(({ deliveryCount }) => deliveryCount),
    [2, 2, 2],
  );
  await second.commit();
  await nothingLeft(second);
  await second.close();
  // Whoever comes later begins behind all of it.
  const third = client().shareConsumer({ group: id }).subscribe(name);
  await nothingLeft(third);
  await fill(name, 1, 9);
  expectSame(valuesOf(await read(third, 1, (record) => record.accept())), ['9']);
  await third.close();
  // What is released again and again is given up.
  const limited = await group();
  const picky = client().shareConsumer({ group: limited }).subscribe(name);
  const counts = await read(
    picky,
    50,
    (record) => (record.value.toString() === '0' ? record.release() : record.accept()),
    4000,
  );
  expectSame(
    counts.filter(({ value }) => value.toString() === '0').map(({ deliveryCount }) => deliveryCount),
    [1, 2, 3, 4, 5],
  );
  await picky.close();
}

async function locks({ client, topic, group, fill }) {
  const [name, id] = [await topic('locks'), await group()];
  await fill(name, 2);
  const gone = client();
  const lost = gone.shareConsumer({ group: id }).subscribe(name);
  expectSame(valuesOf(await read(lost, 2, () => {})), ['0', '1']);
  expectSame(lost.acquisitionLockTimeoutMs, LOCK_MS);
  // Its connections end as those of a process that is killed do.
  await gone.cluster.close();
  const slow = client().shareConsumer({ group: id }).subscribe(name);
  const held = await read(slow, 2, () => {});
  expectSame(valuesOf(held), ['0', '1']);
  const began = performance.now();
  const other = client().shareConsumer({ group: id }).subscribe(name);
  // One record is renewed for longer than a lock lasts.
  const keep = setInterval(() => void held[0].renew().catch(() => {}), LOCK_MS / 4);
  const came = await read(other, 1, (record) => record.accept());
  const tookMs = performance.now() - began;
  expectSame(valuesOf(came), [String(held[1].value)]);
  expect(tookMs > LOCK_MS / 2, `the lock was open after ${tookMs} ms`);
  await other.commit();
  await nothingLeft(other, LOCK_MS + 500);
  clearInterval(keep);
  held[1].accept();
  const late = await slow.commit().then(
    () => undefined,
    (error) => error,
  );
  expectSame([late?.code, late?.failures?.size], ['INVALID_RECORD_STATE', 1]);
  await Promise.all([slow.close(), other.close()]);
}

async function unsaid({ client, topic, group, fill }) {
  const [name, id] = [await topic('unsaid'), await group({ 'share.record.lock.duration.ms': '30000' })];
  await fill(name, 6);
  const first = client().shareConsumer({ group: id }).subscribe(name);
  const read1 = [];
  for await (const record of first) {
    read1.push(String(record.value));
    if (read1.length === 3) break;
  }
  expectSame(read1, ['0', '1', '2']);
  await first.close();
  // 0 and 1 were gone on from; the third was not, nor what was acquired behind it: all that is released by now.
  const second = client().shareConsumer({ group: id, acknowledgement: 'explicit' }).subscribe(name);
  expectSame((await read(second, 1, () => {})).length > 0, true);
  const rest = await second.poll().catch((error) => error);
  expect(rest?.code === 'ILLEGAL_STATE', `asking on without a word gave ${rest}`);
  await second.close();
  const third = client().shareConsumer({ group: id }).subscribe(name);
  expectSame(valuesOf(await read(third, 4, (record) => record.accept())), ['2', '3', '4', '5']);
  await third.close();
}

async function together({ client, topic, group, fill }) {
  const [name, id] = [await topic('together'), await group({ 'share.record.lock.duration.ms': '30000' })];
  const told = [];
  const members = [1, 2].map(() =>
    client()
      .shareConsumer({
        group: id,
        maxPollRecords: 10,
        acquireMode: 'record-limit',
        onAcknowledged: (results) => told.push(...results),
      })
      .subscribe(name),
  );
  await Promise.all(members.map((member) => member.poll({ timeout: 1500 })));
  for (let round = 0; round < 10; round++) await fill(name, 30, round * 30);
  const seen = [[], []];
  const isAll = () => seen.flat().length >= 300;
  await Promise.all(
    members.map(async (member, index) => {
      const stop = new AbortController();
      const watch = setInterval(() => isAll() && stop.abort(), 20);
      try {
        for await (const batch of member.batches({ signal: stop.signal })) {
          expect(batch.size <= 10, `${batch.size} records at once`);
          seen[index].push(...batch.records.map(({ value }) => String(value)));
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      } catch (error) {
        if (error.code !== 'ABORTED') throw error;
      }
      clearInterval(watch);
      await member.commit();
    }),
  );
  expectSame(seen.flat().toSorted(byNumber), upTo(300));
  expect(
    seen.every(({ length }) => length > 0),
    `one read ${seen[0].length}, the other ${seen[1].length}`,
  );
  expectSame(told.flatMap(({ offsets, error }) => (error ? [] : offsets)).length, 300);
  await Promise.all(members.map((member) => member.close()));
}

async function contents({ client, topic, group }) {
  const kafka = client();
  const name = await topic('contents', 3, { 'cleanup.policy': 'compact' });
  const wanted = [];
  for (const [partition, compression] of ['none', 'gzip', 'snappy', 'lz4', 'zstd'].entries()) {
    const place = { partition: partition % 3 };
    const producer = kafka.producer({ compression, transactionalId: `tx-${compression}` });
    const send = async (value) => (transaction) => transaction.send(name, { key: value, value, ...place });
    await producer.transaction(await send(`good-${compression}`));
    wanted.push(`good-${compression}`);
    await producer
      .transaction(async (transaction) => {
        await (await send(`bad-${compression}`))(transaction);
        throw new Error('on purpose');
      })
      .catch(() => {});
    await producer.close();
  }
  const id = await group({ 'share.isolation.level': 'read_committed' });
  const consumer = kafka.shareConsumer({ group: id }).subscribe(name);
  const seen = await read(consumer, wanted.length, (record) => record.accept());
  await consumer.commit();
  expectSame(
    seen.map(({ value }) => String(value)).toSorted((a, b) => (a < b ? -1 : 1)),
    wanted.toSorted((a, b) => (a < b ? -1 : 1)),
  );
  await nothingLeft(consumer);
  await consumer.close();
  // Markers are behind, too: nothing of the group's partitions is left over.
  const admin = kafka.admin();
  await until('no lag', 10_000, async () => {
    const offsets = await admin.listShareGroupOffsets(id);
    return offsets.length === 3 && offsets.every(({ lag }) => lag === undefined || lag === 0);
  });
}

async function administration({ client, topic, group, fill }) {
  const kafka = client();
  const admin = kafka.admin();
  const [name, id] = [await topic('administration', 2), await group()];
  await fill(name, 20);
  const consumer = kafka.shareConsumer({ group: id }).subscribe(name);
  await read(consumer, 20, (record) => record.accept());
  await consumer.commit();
  const described = (await admin.describeShareGroups([id])).get(id);
  expectSame(
    [
      described?.state,
      described?.members.length,
      described?.members[0]?.assignment.length,
      described?.members[0]?.topics,
    ],
    ['Stable', 1, 2, [name]],
  );
  expectSame(
    (await admin.listShareGroups()).filter(({ groupId }) => groupId === id).map(({ type, state }) => [type, state]),
    [['share', 'Stable']],
  );
  // The broker writes starts down when it likes; what counts is what is left.
  await until('all is processed', 10_000, async () => {
    const offsets = await admin.listShareGroupOffsets(id);
    return offsets.length > 0 && offsets.every(({ lag }) => lag === 0);
  });
  const busy = await admin
    .alterShareGroupOffsets(id, [{ topic: name, partition: 0, offset: 0 }])
    .catch((error) => error);
  expectSame(busy?.code, 'NON_EMPTY_GROUP');
  await consumer.close();
  await admin.alterShareGroupOffsets(
    id,
    [0, 1].map((partition) => ({ topic: name, partition, offset: 0 })),
  );
  const again = kafka.shareConsumer({ group: id }).subscribe(name);
  expectSame(valuesOf(await read(again, 20, (record) => record.accept())), upTo(20));
  await again.close();
  await admin.deleteShareGroupOffsets(id, [name]);
  expectSame(await admin.listShareGroupOffsets(id), []);
  await admin.deleteShareGroups([id]);
  expectSame((await admin.listShareGroups()).length, 0);
  const missing = await admin.describeShareGroups([id]).catch((error) => error);
  expectSame(missing?.code, 'GROUP_ID_NOT_FOUND');
}
