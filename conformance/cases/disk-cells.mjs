// What the broker leaves on disk, read with Kafka's own tool. It must not find a single fault.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '../lib/cells.mjs';
import { withTarget } from '../lib/targets.mjs';

/** @typedef {import('../lib/cells.mjs').Context} Context */
/** @typedef {import('../lib/targets.mjs').Target} Target */

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const LARGE = 60_000;

/** @returns {import('../lib/cells.mjs').Cell[]} */
export const diskCells = () => [
  {
    name: 'disk / kafka-dump-log of 3.9 and 4.3 reads a stopped log directory',
    check: (at) => withTarget(at.target.kind, {}, (target) => dumpLog(at, target)),
    uses: ['kafka 3.9', 'kafka 4.3', 'java-4.3', 'java-0.10.2', 'sarama-1.19', 'confluent-kafka'],
    limitMs: 300_000,
  },
];

/** @param {Context} at @param {Target} target */
async function dumpLog(at, target) {
  await target.createTopic('large', 2, { 'segment.bytes': String(1 << 20), 'index.interval.bytes': '1024' });
  const properties = ['--producer-props', `bootstrap.servers=${target.bootstrap}`, 'batch.size=4000', 'linger.ms=0'];
  const load = ['--topic', 'large', '--num-records', String(LARGE), '--record-size', '100', '--throughput', '-1'];
  await at.tool('3.9', 'kafka-producer-perf-test', [...load, ...properties], { target: null });
  for (const codec of CODECS) {
    await target.createTopic(codec, 1);
    await at.produce('java-4.3', codec, { codec, count: 120 }, target);
  }
  // Old formats come up-converted, so that the log holds one format only.
  await target.createTopic('old', 1);
  if (target.version !== '4.3') {
    await at.produce('java-0.10.2', 'old', { codec: 'gzip', count: 100 }, target);
    await at.produce('sarama-1.19', 'old', { codec: 'snappy', start: 100, count: 100, firstOffset: 100 }, target);
  }
  const member = await at.client('confluent-kafka', 'group', { topic: 'gzip', group: 'readers', max: 100 }, target);
  await member.finish();
  await target.stop();

  const dir = target.dataDir;
  for (const name of [
    'meta.properties',
    '.kafka_cleanshutdown',
    'recovery-point-offset-checkpoint',
    'replication-offset-checkpoint',
  ]) {
    expect(existsSync(join(dir, name)), `${name} is not there after an orderly stop`);
  }
  const checkpoint = readFileSync(join(dir, 'recovery-point-offset-checkpoint'), 'utf8').split('\n');
  expect(
    checkpoint.includes('gzip 0 120'),
    `the recovery point of gzip-0 is not 120: ${checkpoint.filter((line) => line.startsWith('gzip'))}`,
  );
  const files = readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /-\d+$/.test(entry.name) && !entry.name.startsWith('__cluster_metadata'))
    .flatMap((entry) => readdirSync(join(dir, entry.name)).map((name) => join(dir, entry.name, name)));
  const segments = files.filter((path) => /\/large-\d\/\d{20}\.log$/.test(path));
  expect(segments.length >= 6, `${segments.length} segments of the topic that rolls`);
  for (const path of segments) {
    for (const ending of ['index', 'timeindex'])
      expect(existsSync(path.replace(/log$/, ending)), `${path} has no ${ending}`);
  }
  expect(
    files.some((path) => path.endsWith('.snapshot')),
    'no producer snapshot was written',
  );
  expect(
    files.some((path) => path.endsWith('leader-epoch-checkpoint')),
    'no leader epoch checkpoint was written',
  );
  for (const version of ['3.9', '4.3']) await dumpWith(at, version, files, target);
}

// The tool of 4.3 also complains that -1 is followed by the first offset of every segment that does not start at 0.
const COMPLAINT =
  /Mismatches in|timestamp mismatch|out of order timestamp|not found in the log|^ +(?!-1 )\d+ is followed by|invalid bytes|isvalid: false|Could not|Exception|corrupt/i;

/** @param {Context} at @param {string} version @param {string[]} files @param {Target} target */
async function dumpWith(at, version, files, target) {
  const ending = (...endings) => files.filter((path) => endings.some((each) => path.endsWith(each)));
  const dump = async (paths, ...flags) => {
    const got = await at.tool(version, 'kafka-dump-log', ['--files', paths.join(','), ...flags], { target: null });
    const fault = `${got.stdout}\n${got.stderr}`.split('\n').find((line) => COMPLAINT.test(line));
    expect(
      fault === undefined,
      `kafka-dump-log ${flags.join(' ')} of ${version}: ${fault}\n${got.stderr.slice(0, 800)}`,
    );
    return got.lines;
  };

  const found = byTopic(await dump(ending('.log'), '--deep-iteration'));
  expect(found.get('large')?.records === LARGE, `${found.get('large')?.records} records of large`);
  for (const codec of CODECS) {
    const { records, codecs } = found.get(codec) ?? { records: 0, codecs: new Set() };
    expect(records === 120 && [...codecs].join() === codec, `topic ${codec}: ${records} records with ${[...codecs]}`);
  }
  if (target.version !== '4.3')
    expect(found.get('old')?.records === 200, `${found.get('old')?.records} records of old`);

  const indexes = ending('.index', '.timeindex').filter((path) => statSync(path).size > 0);
  const checked = await dump(indexes, '--index-sanity-check');
  expect(
    checked.filter((line) => line.endsWith('passed sanity check.')).length === indexes.length,
    `not every index passed:\n${checked.slice(-5).join('\n')}`,
  );
  await dump(indexes, '--verify-index-only');
  const entries = await dump(indexes.filter((path) => path.includes('/large-')));
  expect(
    entries.filter((line) => /^offset: \d+ position: \d+/.test(line)).length > 20,
    'the offset indexes are all but empty',
  );
  expect(
    entries.filter((line) => /^timestamp: \d+ offset: \d+/.test(line)).length > 10,
    'the time indexes are all but empty',
  );
  await dump(ending('.snapshot'));

  const commits = await dump(
    ending('.log').filter((path) => path.includes('/__consumer_offsets-')),
    '--offsets-decoder',
    '--print-data-log',
  );
  const commit = commits.find(
    (line) => line.includes('"group":"readers"') && line.includes('"topic":"gzip"') && line.includes('"offset":100'),
  );
  expect(commit !== undefined, `the commit is not among the decoded offsets:\n${commits.slice(-6).join('\n')}`);
  expect(
    commits.some((line) => line.includes('"generation"') && line.includes('"protocol')),
    'no group metadata is among the decoded offsets',
  );
}

/** Counts records and codecs of each topic in the output of a deep iteration. @param {string[]} lines */
function byTopic(lines) {
  /** @type {Map<string, { records: number, codecs: Set<string> }>} */
  const topics = new Map();
  let topic = '';
  let path = '';
  let next = -1;
  for (const line of lines) {
    const file = /^Dumping (.*)$/.exec(line);
    const record = /^\| offset: (\d+)/.exec(line);
    const batch = /^baseOffset: (\d+) .* compresscodec: (\w+) .* isvalid: (\w+)/.exec(line);
    if (file) {
      path = file[1];
      topic = /\/([^/]+)-\d+\/[^/]+$/.exec(path)?.[1] ?? '';
      next = -1;
      if (!topics.has(topic)) topics.set(topic, { records: 0, codecs: new Set() });
    } else if (batch) {
      expect(batch[3] === 'true', `${path}: ${line}`);
      topics.get(topic)?.codecs.add(batch[2]);
    } else if (record) {
      const offset = Number(record[1]);
      expect(next < 0 || offset === next, `${path}: offset ${offset} where ${next} was due`);
      next = offset + 1;
      const counts = topics.get(topic);
      if (counts) counts.records++;
    }
  }
  return topics;
}
