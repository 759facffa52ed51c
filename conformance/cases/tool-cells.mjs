// Kafka's own command line tools, the ones of 3.9 and those of 4.3, against the broker.
import { expect } from '../lib/cells.mjs';

/** @typedef {import('../lib/cells.mjs').Context} Context */

/** @returns {import('../lib/cells.mjs').Cell[]} */
export const toolCells = () =>
  ['3.9', '4.3'].flatMap((version) =>
    Object.entries(CHECKS).map(([name, check]) => ({
      name: `tools ${version} / ${name}`,
      check: (at) => check(at, version),
      uses: [`kafka ${version}`, 'confluent-kafka'],
    })),
  );

/** @type {Record<string, (at: Context, version: string) => Promise<void>>} */
const CHECKS = {
  'kafka-topics': topics,
  'kafka-console-producer, -consumer': console,
  'kafka-configs of a topic': topicConfigs,
  'kafka-configs of a broker': brokerConfigs,
  'kafka-consumer-groups': groups,
  'kafka-get-offsets': offsets,
  'kafka-log-dirs': logDirs,
  'kafka-broker-api-versions': apiVersions,
};

async function topics(at, version) {
  const topic = at.unique(`tool-topics-${version}`);
  const tool = (...args) => at.tool(version, 'kafka-topics', args);
  const created = await tool('--create', '--topic', topic, '--partitions', '3', '--config', 'retention.ms=86400000');
  expect(created.lines.includes(`Created topic ${topic}.`), created.stdout);
  expect((await tool('--list')).lines.includes(topic), 'the topic is not listed');

  const described = (await tool('--describe', '--topic', topic)).lines;
  const head = new RegExp(
    `^Topic: ${topic}\\s+TopicId: [\\w-]{22}\\s+PartitionCount: 3\\s+ReplicationFactor: 1\\s+Configs: .*retention\\.ms=86400000`,
  );
  expect(head.test(described[0]), described[0]);
  for (let p = 0; p < 3; p++) {
    const partition = new RegExp(`^\\s*Topic: ${topic}\\s+Partition: ${p}\\s+Leader: 1\\s+Replicas: 1\\s+Isr: 1`);
    expect(partition.test(described[p + 1]), described[p + 1]);
  }

  const again = await at.tool(version, 'kafka-topics', ['--create', '--topic', topic], { code: 1 });
  expect(
    `${again.stdout}${again.stderr}`.includes(`Topic '${topic}' already exists.`),
    `${again.stdout}${again.stderr}`,
  );
  await tool('--alter', '--topic', topic, '--partitions', '5');
  expect((await tool('--describe', '--topic', topic)).lines.length === 6, 'not five partitions');
  const fewer = await at.tool(version, 'kafka-topics', ['--alter', '--topic', topic, '--partitions', '2'], { code: 1 });
  expect(
    /currently has 5 partition(s,|\(s\);)/.test(`${fewer.stdout}${fewer.stderr}`),
    `${fewer.stdout}${fewer.stderr}`,
  );
  const bad = await at.tool(version, 'kafka-topics', ['--create', '--topic', 'no/slash'], { code: 1 });
  expect(/invalid/i.test(`${bad.stdout}${bad.stderr}`), `${bad.stdout}${bad.stderr}`);

  await tool('--delete', '--topic', topic);
  expect(!(await tool('--list')).lines.includes(topic), 'the deleted topic is listed');
}

async function console(at, version) {
  const topic = await at.topic(`tool-console-${version}`);
  const [write, read] =
    version === '4.3' ? ['--reader-property', '--formatter-property'] : ['--property', '--property'];
  const input = Array.from({ length: 50 }, (_, i) => `h:${i},client:console\tkey-${i}\tvalue ${i}\n`).join('');
  const reader = [write, 'parse.key=true', write, 'parse.headers=true'];
  await at.tool(version, 'kafka-console-producer', ['--topic', topic, '--compression-codec', 'gzip', ...reader], {
    input,
  });
  const shown = ['key', 'headers', 'offset', 'partition'].flatMap((what) => [read, `print.${what}=true`]);
  const { lines } = await at.tool(version, 'kafka-console-consumer', [
    '--topic',
    topic,
    '--from-beginning',
    '--max-messages',
    '50',
    ...shown,
  ]);
  const expected = Array.from(
    { length: 50 },
    (_, i) => `Partition:0\tOffset:${i}\th:${i},client:console\tkey-${i}\tvalue ${i}`,
  );
  expect(lines.join('\n') === expected.join('\n'), `it printed\n${lines.slice(0, 3).join('\n')}`);
}

async function topicConfigs(at, version) {
  const topic = await at.topic(`tool-configs-${version}`);
  const entity = ['--entity-type', 'topics', '--entity-name', topic];
  const tool = (...args) => at.tool(version, 'kafka-configs', [...entity, ...args]);
  const set = await tool('--alter', '--add-config', 'retention.ms=3600000,cleanup.policy=[compact,delete]');
  expect(set.stdout.includes(`Completed updating config for topic ${topic}.`), set.stdout);
  const dynamic = (await tool('--describe')).stdout;
  expect(
    dynamic.includes('  retention.ms=3600000 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=3600000'),
    dynamic,
  );
  expect(dynamic.includes('cleanup.policy=compact,delete'), dynamic);
  const all = (await tool('--describe', '--all')).stdout;
  for (const name of [
    'compression.type=producer',
    'max.message.bytes=1048588',
    'segment.bytes=1073741824',
    'min.insync.replicas=1',
  ]) {
    expect(all.includes(`  ${name} sensitive=false`), `${name} is not described:\n${all}`);
  }
  await tool('--alter', '--delete-config', 'retention.ms');
  expect(!(await tool('--describe')).stdout.includes('retention.ms'), 'retention.ms was deleted and is still there');
  const wrong = await at.tool(version, 'kafka-configs', [...entity, '--alter', '--add-config', 'retention.ms=soon'], {
    code: 1,
  });
  expect(
    /Invalid value soon for configuration retention.ms/.test(`${wrong.stdout}${wrong.stderr}`),
    `${wrong.stdout}${wrong.stderr}`,
  );
}

async function brokerConfigs(at, version) {
  const entity = ['--entity-type', 'brokers', '--entity-name', '1'];
  const tool = (...args) => at.tool(version, 'kafka-configs', [...entity, ...args]);
  const value = version === '4.3' ? 1043 : 1039; // the two versions run side by side: one property each
  const name = version === '4.3' ? 'max.connections.per.ip' : 'max.connections';
  await tool('--alter', '--add-config', `${name}=${value}`);
  const set = (await tool('--describe')).stdout;
  expect(set.includes(`  ${name}=${value} sensitive=false synonyms={DYNAMIC_BROKER_CONFIG:${name}=${value}`), set);
  await tool('--alter', '--delete-config', name);
  expect(!(await tool('--describe')).stdout.includes(`${name}=${value}`), `${name} was deleted and is still there`);
  const all = (await tool('--describe', '--all')).stdout;
  expect(all.includes('  log.retention.hours=168 sensitive=false'), 'log.retention.hours is not described');
}

async function groups(at, version) {
  const topic = await at.topic(`tool-groups-${version}`, 2);
  const group = at.unique(`tool-group-${version}`);
  const tool = (...args) => at.tool(version, 'kafka-consumer-groups', args);
  await at.produce('confluent-kafka', topic, { count: 100, partitions: 2 });
  const member = await at.client('confluent-kafka', 'group', { topic, group });
  await member.until(
    'the member reads all',
    (events) => events.filter((event) => event.event === 'record').length === 100,
  );

  expect((await tool('--list')).lines.includes(group), 'the group is not listed');
  const rows = (text) =>
    text
      .split('\n')
      .filter((line) => line.startsWith(group))
      .map((line) => line.trim().split(/\s+/));
  const described = (await tool('--describe', '--group', group)).stdout;
  for (const row of rows(described))
    expect(row[1] === topic && row[3] === '50' && row[4] === '50' && row[5] === '0', described);
  expect(rows(described).length === 2, described);
  const state = (await tool('--describe', '--group', group, '--state')).stdout;
  expect(/\(1\)/.test(state) && /Stable/.test(state), state);
  const members = (await tool('--describe', '--group', group, '--members', '--verbose')).stdout;
  expect(rows(members).length === 1 && /\(0,1\)|:0,1\b/.test(members), members);
  const busy = await tool('--reset-offsets', '--group', group, '--topic', topic, '--to-earliest', '--execute');
  expect(/inactive/.test(`${busy.stdout}${busy.stderr}`), `${busy.stdout}${busy.stderr}`);
  member.say('leave');
  await member.finish();

  const reset = (await tool('--reset-offsets', '--group', group, '--topic', topic, '--shift-by', '-10', '--execute'))
    .stdout;
  // 3.9 forgets the line breaks of this table.
  expect([...reset.matchAll(new RegExp(`${group}\\s+${topic}\\s+\\d\\s+40\\b`, 'g'))].length === 2, reset);
  const empty = (await tool('--describe', '--group', group)).stdout;
  expect(
    rows(empty).every((row) => row[3] === '40' && row[5] === '10'),
    empty,
  );
  const back = await at.client('confluent-kafka', 'group', { topic, group, max: 20 });
  await back.finish();
  const read = back.events.filter((event) => event.event === 'record');
  expect(
    read.every((record) => record.offset >= 40),
    'records from before the reset offset were read',
  );

  await tool('--delete-offsets', '--group', group, '--topic', topic);
  await tool('--delete', '--group', group).catch((error) => {
    // A group without offsets and members is gone at once in some versions.
    if (!/GroupIdNotFound|does not exist/.test(error.message)) throw error;
  });
  expect(!(await tool('--list')).lines.includes(group), 'the deleted group is listed');
}

async function offsets(at, version) {
  const topic = await at.topic(`tool-offsets-${version}`, 2);
  const base = Date.now() - 10_000;
  await at.produce('confluent-kafka', topic, { count: 60, partitions: 2, base });
  const ask = async (time) =>
    (await at.tool(version, 'kafka-get-offsets', ['--topic', topic, '--time', time])).lines.join(' ');
  const all = async (time, first, second) => {
    const got = await ask(time);
    expect(got === `${topic}:0:${first} ${topic}:1:${second}`, `--time ${time}: ${got}`);
  };
  await all('latest', 30, 30);
  await all('earliest', 0, 0);
  await all('max-timestamp', 29, 29);
  await all(String(base + 20), 10, 10);
}

async function logDirs(at, version) {
  const topic = await at.topic(`tool-logdirs-${version}`, 2);
  await at.produce('confluent-kafka', topic, { count: 20, partitions: 2 });
  const { lines } = await at.tool(version, 'kafka-log-dirs', ['--describe', '--topic-list', topic]);
  const json = JSON.parse(lines.find((line) => line.startsWith('{')));
  expect(json.brokers.length === 1 && json.brokers[0].broker === 1, lines.join('\n'));
  const partitions = json.brokers[0].logDirs.flatMap((dir) => dir.partitions);
  expect(
    partitions.length === 2 && partitions.every((each) => each.size > 0 && each.offsetLag === 0 && !each.isFuture),
    lines.join('\n'),
  );
}

async function apiVersions(at, version) {
  const { stdout } = await at.tool(version, 'kafka-broker-api-versions', []);
  expect(stdout.startsWith(`${at.target.bootstrap} (id: 1 rack: null`), stdout.slice(0, 200));
  for (const api of [
    'Produce(0)',
    'Fetch(1)',
    'ListOffsets(2)',
    'Metadata(3)',
    'OffsetCommit(8)',
    'JoinGroup(11)',
    'ApiVersions(18)',
    'CreateTopics(19)',
    'InitProducerId(22)',
  ]) {
    expect(
      new RegExp(`\\t${api.replace(/[()]/g, '\\$&')}: \\d+( to \\d+)? \\[usable: \\d+\\]`).test(stdout),
      `${api} is not usable:\n${stdout}`,
    );
  }
}
