import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NOBODY, oneTopic, bare as plainBare, SETTINGS, USAGE } from './common.mjs';

/** What was measured, by its format. @type {[RegExp, string][]} */
const FIGURES = [
  [/\b\d+\.\d{6}\b/g, 'F.6'],
  [/\b\d+\.\d{4}\b/g, 'F.4'],
  [/\b\d+\.\d\d\b/g, 'F.2'],
  [/\b\d+ ms (?=\d)/g, 'N ms '],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d:\d{3}/g, 'TIME'],
  [/\b\d+, \d+, (F.4|NaN|Infinity), (F.4|NaN|Infinity)$/gm, 'N, N, F.4, F.4'],
];
const bare = (args, more = {}) => plainBare(args, { blur: [...USAGE, ...FIGURES], ...more });
const any = { stderr: 'any' };

const send = (args, more) => bare(`--topic $topic --num-records 5 --throughput -1 ${args}`, more);
const props = '--producer-props bootstrap.servers=$bootstrap';
/** The names of the metrics are those of the client, of which ours has fewer. */
const METRICS =
  /^$|Metric Name|records sent|:record-send-total:|^start\.time|TIME|records-consumed-total:\{client-id=[\w-]+\}/;
const NAMES = [
  [/ {2,}/g, '  '],
  [/ +: /g, ' : '],
];

/** @type {import('../../lib/golden.mjs').Golden} */
export const producerPerf = {
  tool: 'kafka-producer-perf-test',
  shared: true,
  world: async (at, name) => {
    await at.target.createTopic(name, 1);
    const file = join(at.target.dir, `${name}.txt`);
    const empty = join(at.target.dir, `${name}-empty.txt`);
    writeFileSync(file, 'one,two\nthree\n\n');
    writeFileSync(empty, '');
    return { topic: name, empty, file };
  },
  cases: [
    bare(''),
    bare('--help'),
    bare('--version'),
    bare('--topic $topic'),
    bare('--num-records 5'),
    bare('--topic --num-records 5'),
    bare('--topic $topic --num-records 5 --throughput -1'),
    bare('--topic $topic extra'),
    send('--record-size 10'),
    send('--record-size 10 --payload-monotonic'),
    send('--payload-file $file --record-size 10'),
    send('--record-size x'),
    send('--record-size 3000000000'),
    bare('--topic $topic --num-records 5 --throughput x'),
    bare('--topic $topic --num-records 1.5 --throughput 1'),
    send('--record-size 10 --nonsense'),
    send('--record-size 10 --pro x=y'),
    send('--record-size 10 --producer-props'),
    send('--record-size 10 --producer-props acks'),
    send(`--record-size 10 ${props} acks=7`, any),
    send('--record-size 10 --producer-props bootstrap.servers=nonsense', any),
    send('--record-size 10 --producer.config /no/such'),
    send(`--record-size 10 --producer-props bootstrap.servers=${NOBODY} max.block.ms=200`),
    send(`--record-size 10 ${props}`),
    send(`--record-size 0 ${props}`),
    send(`--record-size=10 --print-metrics ${props}`, { keep: METRICS, blur: [...FIGURES, ...NAMES] }),
    send(`--payload-monotonic ${props} acks=1`),
    send(`--payload-file $file ${props}`),
    send(`--payload-file $file --payload-delimiter [,\\n] ${props}`),
    send(`--payload-file $empty ${props}`),
    send(`--payload-file /no/such ${props}`),
    send(`--record-size 2000000 ${props}`, any),
    bare(`--topic $topic --num 30 --thr 100 --record-size 10 ${props}`),
    bare(`--topic 'bad topic' --num-records 2 --throughput -1 --record-size 10 ${props} max.block.ms=2000`, any),
  ],
};

/** @type {import('../../lib/golden.mjs').Golden} */
export const consumerPerf = {
  tool: 'kafka-consumer-perf-test',
  world: oneTopic({ count: 300 }),
  cases: [
    bare(''),
    bare('--help'),
    bare('--version'),
    bare('--topic $topic --messages 5'),
    bare('--bootstrap-server nonsense --topic $topic --messages 5'),
    bare(`--bootstrap-server ${NOBODY} --topic a --messages 5 --timeout 1000`),
    ...[
      '--messages 5',
      '--topic $topic',
      '--topic $topic --messages x',
      '--topic $topic --messages 5 --nope',
      '--topic $topic --messages 5 --date-format foo',
      '--topic $topic --messages 5 --consumer.config /no/such',
      '--topic $topic --messages 5 --show-detailed-stats --reporting-interval 0',
      '--topic $topic --messages 20',
      '--topic $topic --messages 20 --group $topic-group --hide-header --timeout',
      '--topic $topic --messages 20 --threads 3 --num-fetch-threads 1',
      '--topic $topic --messages 20 --show-detailed-stats',
      '--topic $topic --messages 20 --show-detailed-stats --reporting-interval 1',
      '--topic $topic --messages 2000 --timeout 1000',
      '--topic $topic --messages 20 --from-latest --timeout 1000',
      "--topic $topic --messages 20 --date-format 'yyyy.DDD'",
    ].map((args) => ({ args, blur: FIGURES })),
    { args: '--topic $topic --messages 20 --print-metrics', keep: METRICS, blur: [...FIGURES, ...NAMES] },
    bare('--broker-list $bootstrap --topic $topic --messages 20'),
  ],
};

const cluster = '--bootstrap-server $bootstrap';

/** @type {import('../../lib/golden.mjs').Golden} */
export const producerPerf4 = {
  ...producerPerf,
  version: '4.3',
  cases: [
    send(`--record-size 10 ${cluster}`),
    send(`--payload-monotonic ${cluster}`),
    send(`--payload-file $file ${cluster}`),
    send(`--payload-file $empty ${cluster}`),
    send('--record-size 10 --bootstrap-server nonsense', any),
    send('--record-size 10 --command-property linger.ms=1 bootstrap.servers=$bootstrap'),
    send('--record-size 10 --command-property linger.ms'),
    send(`--record-size 10 --command-property linger.ms=1 ${props}`),
    send(`--record-size 10 ${cluster} --producer-props acks=1`),
    send(`--record-size 10 ${cluster} --command-config /no/such`),
    send(`--record-size 10 ${cluster} --command-config ${SETTINGS}`),
    send(`--record-size 10 ${cluster} --command-config ${SETTINGS} --producer.config ${SETTINGS}`),
    send(`--record-size 0 ${cluster}`),
    send(`--record-size 10 ${cluster} --warmup-records x`),
    send(`--record-size 10 ${cluster} --warmup-records -1`),
    send(`--record-size 10 ${cluster} --warmup-records 5`),
    send(`--record-size 10 ${cluster} --warmup-records 2`),
    send(`--record-size 10 ${cluster} --reporting-interval 0`),
    bare(`--topic $topic --num-records 30 --throughput 100 --record-size 10 ${cluster} --reporting-interval 10`, {
      keep: /ms avg latency, F.2 ms max/,
    }),
    bare(`--topic $topic --num-records 30 --throughput 100 --record-size 10 --reporting-interval 10000 ${props}`),
  ],
};

/** @type {import('../../lib/golden.mjs').Golden} */
export const consumerPerf4 = {
  ...consumerPerf,
  version: '4.3',
  cases: [
    bare('--help'),
    ...[
      '--num-records 5',
      '--topic $topic --num-records x',
      '--topic $topic --num-records 5 --messages 5',
      '--topic $topic --include $topic --num-records 5',
      '--topic $topic --num-records 5 --command-config /no/such',
      `--topic $topic --num-records 5 --command-config ${SETTINGS} --consumer.config ${SETTINGS}`,
      '--topic $topic --num-records 5 --command-property nonsense',
      '--topic $topic --num-records 20',
      `--topic $topic --num-records 20 --consumer.config ${SETTINGS}`,
      `--topic $topic --messages 20 --command-config ${SETTINGS}`,
      '--topic $topic --messages 20 --command-property client.id=x',
      '--include $topic.* --messages 20',
      '--include $topic.* --num-records 20 --show-detailed-stats --reporting-interval 1',
      '--topic $topic --num-records 2000 --timeout 1000',
    ].map((args) => ({ args, blur: FIGURES })),
  ],
};
