// A log directory that Apache Kafka 3.9 wrote and closed is served: every record, every commit, the same ids.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, expectNone } from '../lib/cells.mjs';
import { difference } from '../lib/records.mjs';
import { Target } from '../lib/targets.mjs';
import { batchesOf } from '../lib/wire-batches.mjs';

/** @typedef {import('../lib/cells.mjs').Context} Context */

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/**
 * @param {Context} at
 * @param {string} writerKind kafka-3.9 (ZooKeeper) or kafka-3.9-kraft
 */
export async function adopt(at, writerKind) {
  const writer = new Target(writerKind);
  /** @type {Target | undefined} */
  let heir;
  try {
    await writer.start();
    const wrote = await fill(at, writer);
    await writer.stop();
    if (at.target.isKafka) {
      await writer.restart();
      heir = writer;
    } else {
      heir = new Target('ottla', { dataDir: writer.dataDir });
      await heir.start();
    }
    await verify(at, heir, wrote);
    // It stays served after a restart of its own, orderly and not.
    await heir.stop();
    await heir.restart();
    await heir.kill();
    await heir.restart();
    await readAll(at, heir, wrote, { more: true });
  } catch (error) {
    error.message += `\n  the end of the broker's log:\n${(heir ?? writer).log(15)}`;
    throw error;
  } finally {
    if (heir && heir !== writer) await heir.remove();
    await writer.remove();
  }
}

const describeTopics = async (at, target) => {
  const { lines } = await at.tool('3.9', 'kafka-topics', ['--describe'], { target });
  const heads = lines.map((line) => /^Topic: (\S+)\s+TopicId: (\S+)\s+PartitionCount: (\d+)/.exec(line));
  return Object.fromEntries(
    heads.filter((head) => head !== null).map((head) => [head[1], { id: head[2], partitions: Number(head[3]) }]),
  );
};

const clusterId = (dataDir) => /^cluster\.id=(.*)$/m.exec(readFileSync(join(dataDir, 'meta.properties'), 'utf8'))?.[1];

/** @param {Context} at @param {Target} writer */
async function fill(at, writer) {
  const base = Date.now();
  const topics = {};
  for (const codec of CODECS) {
    await writer.createTopic(codec, 2, { 'segment.bytes': String(1 << 20) });
    topics[codec] = await at.produce('java-3.9', codec, { codec, count: 200, partitions: 2, base }, writer);
  }
  await writer.createTopic('large', 3, { 'segment.bytes': String(1 << 20) });
  const load = ['--topic', 'large', '--num-records', '50000', '--record-size', '100', '--throughput', '-1'];
  await at.tool(
    '3.9',
    'kafka-producer-perf-test',
    [...load, '--producer-props', `bootstrap.servers=${writer.bootstrap}`],
    { target: null },
  );
  await writer.createTopic('empty', 1);
  for (const [group, client] of [
    ['readers', 'java-3.9'],
    ['others', 'confluent-kafka'],
  ]) {
    const member = await at.client(client, 'group', { topic: 'lz4', group, max: 120 }, writer);
    await member.finish();
  }
  const half = await at.client('kcat', 'group', { topic: 'none', group: 'readers', max: 50 }, writer);
  await half.finish();
  return {
    topics,
    commits: await commits(at, writer),
    described: await describeTopics(at, writer),
    cluster: clusterId(writer.dataDir),
    base,
  };
}

/** Committed offsets of every group, as rows of text. @param {Context} at @param {Target} target */
async function commits(at, target) {
  const { lines } = await at.tool('3.9', 'kafka-consumer-groups', ['--describe', '--all-groups'], { target });
  const rows = lines.map((line) => line.trim().split(/\s+/)).filter((row) => ['readers', 'others'].includes(row[0]));
  return rows.map((row) => row.slice(0, 5).join(' ')).sort();
}

async function readAll(at, target, wrote, { more }) {
  for (const codec of CODECS) {
    const count = more ? 260 : 200;
    const read = await at.consume('java-4.3', codec, count, 2, target);
    expectNone(difference(read, { ...wrote.topics[codec], count }));
  }
  const ends = await at.tool('3.9', 'kafka-get-offsets', ['--topic', 'large'], { target });
  const end = ends.lines.reduce((sum, line) => sum + Number(line.split(':')[2]), 0);
  expect(end === 50_000, `the end offsets of large add up to ${end}`);
}

/** @param {Context} at @param {Target} heir */
async function verify(at, heir, wrote) {
  expect(
    clusterId(heir.dataDir) === wrote.cluster,
    `the cluster id became ${clusterId(heir.dataDir)}, it was ${wrote.cluster}`,
  );
  const described = await describeTopics(at, heir);
  for (const [name, before] of Object.entries(wrote.described)) {
    const now = described[name];
    expect(
      now?.id === before.id && now.partitions === before.partitions,
      `topic ${name} was ${JSON.stringify(before)} and is ${JSON.stringify(now)}`,
    );
  }
  const now = await commits(at, heir);
  expect(
    now.join('\n') === wrote.commits.join('\n'),
    `the commits were\n${wrote.commits.join('\n')}\nand are\n${now.join('\n')}`,
  );
  await readAll(at, heir, wrote, { more: false });
  const large = await at.consume('java-4.3', 'large', 50_000, 3, heir);
  expect(
    new Set(large.map((record) => `${record.partition}@${record.offset}`)).size === 50_000,
    'records of large were read twice',
  );

  // A group goes on from its commit.
  const member = await at.client('java-4.3', 'group', { topic: 'lz4', group: 'readers', max: 80 }, heir);
  await member.finish();
  const read = new Set(
    member.events.filter((event) => event.event === 'record').map((event) => `${event.partition}@${event.offset}`),
  );
  expect(read.size === 80, `the group read ${read.size} of the 80 records left`);

  // New records follow the old ones, in a later leader epoch.
  for (const codec of CODECS) {
    await at.produce(
      'java-3.9',
      codec,
      { codec, start: 200, count: 60, partitions: 2, base: wrote.base, firstOffset: 100 },
      heir,
    );
    const batches = await batchesOf(heir.port, codec, 0);
    const old = batches.filter((batch) => batch.baseOffset < 100).at(-1);
    const fresh = batches.filter((batch) => batch.baseOffset >= 100).at(-1);
    expect(old !== undefined && fresh !== undefined, 'no batch on one side of the change');
    // Kafka itself goes on in the same epoch after an orderly stop in ZooKeeper mode; a new broker begins a new one.
    const follows = heir.isKafka ? fresh.leaderEpoch >= old.leaderEpoch : fresh.leaderEpoch > old.leaderEpoch;
    expect(follows, `leader epoch ${fresh.leaderEpoch} follows ${old.leaderEpoch}`);
  }
}
