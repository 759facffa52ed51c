import { FIRST, unanswered, WRONG } from './common.mjs';

/** @type {import('../../lib/golden.mjs').Golden} */
export const getOffsets = {
  tool: 'kafka-get-offsets',
  shared: true,
  world: async (at, name) => {
    const topic = name;
    await at.target.createTopic(topic, 12);
    const base = 1_700_000_000_000;
    await at.produce('java-3.9', topic, { count: 60, partitions: 12, base });
    return { topic, middle: String(base + 30) };
  },
  cases: [
    ...FIRST,
    { args: '--topic $topic', bare: true },
    '--topic $topic',
    '--topic $topic --time latest',
    '--topic $topic --time -2',
    '--topic $topic --time earliest',
    '--topic $topic --time max-timestamp',
    '--topic $topic --time $middle',
    '--topic $topic --time 99999999999999',
    '--topic $topic --partitions 0,3,11',
    '--topic $topic --partitions 99',
    '--topic-partitions $topic:1,$topic:3-5,$topic:10-',
    '--topic-partitions $topic:-2',
    '--topic-partitions $topic --time earliest',
    '--topic no-such-topic',
    '--topic $topic --time soon',
    '--topic $topic --partitions x',
    '--topic $topic --topic-partitions $topic:1',
    '--topic-partitions $topic:1-x',
    '--topic $topic --exclude-internal-topics',
    '--topic $topic --nonsense',
    '--topic',
    { args: '--broker-list $bootstrap --topic $topic', bare: true },
    { args: '--bootstrap-server nonsense --topic $topic', bare: true },
    unanswered('--topic a'),
    '--topic $topic --command-config /no/such/file.properties',
    `--topic $topic --command-config ${WRONG}`,
  ],
};

/** @type {import('../../lib/golden.mjs').Golden} */
export const getOffsets4 = {
  ...getOffsets,
  version: '4.3',
  // Kafka 3.9 refuses the version of the request.
  suits: ({ kind }) => !kind.startsWith('kafka-3'),
  cases: ['--topic $topic --partitions 0,1 --time -6', '--topic $topic --partitions 2 --time earliest-pending-upload'],
};
