import { FIRST, oneTopic, unanswered, WRONG } from './common.mjs';

/** Kafka 3.9's client knows other versions than ours, and requests of later times by their numbers only. */
const BLUR = /** @type {[RegExp, string][]} */ ([
  [/\[usable: \d+\]/g, '[usable]'],
  [/ListClientMetricsResources/g, 'ListConfigResources'], // renamed in 4.1
]);
const KNOWN = /->|^\)|^\t[A-Z][a-z]\w+\((\d|[1-6]\d|7[0-5])\): \d.*\[usable\]/;

/** @type {import('../../lib/golden.mjs').Golden[]} */
export const brokers = [
  {
    tool: 'kafka-broker-api-versions',
    shared: true,
    cases: [
      ...FIRST,
      { args: '', keep: KNOWN, blur: BLUR },
      '--nope',
      '--command-config /no/such/file',
      `--command-config ${WRONG}`,
      { args: '--bootstrap-server', bare: true },
      { args: '--bootstrap-server nonsense', bare: true },
      unanswered(''),
    ],
  },
  {
    tool: 'kafka-log-dirs',
    shared: true,
    world: oneTopic({ count: 10 }),
    cases: [
      ...FIRST,
      { args: '--describe', bare: true },
      '',
      '--nope',
      '--describe --topic-list $topic',
      '--describe --topic-list $topic --broker-list 1',
      '--describe --topic-list no-such-topic --broker-list 1,',
      '--describe --broker-list 9',
      '--describe --broker-list 1,9,8',
      '--describe --broker-list x',
      '--describe --command-config /no/such/file',
      `--describe --command-config ${WRONG}`,
      { args: '--bootstrap-server nonsense --describe', bare: true },
      unanswered('--describe'),
    ],
  },
];
