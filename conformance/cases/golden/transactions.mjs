import { bare, IMPATIENT, NOBODY, oneTopic, WRONG } from './common.mjs';

/** Ottla has no transactions yet. @param {import('../../lib/targets.mjs').Target} target */
const suits = (target) => target.isKafka;
/** Its library spreads the blanks of what it prints, and guesses what was meant. @type {[RegExp, string][]} */
const blur = [
  [/(\S)\s+/g, '$1 '],
  [/ Did you mean:.*/g, ''],
  [/\(Commit:\w+\)/g, '(Commit)'],
];
/** Ours has commands and options of Kafka 4 in its usage. @type {[RegExp, string][]} */
const blurUsage = [...blur, [/^usage: .* (?=kafka-transactions.sh: error)/g, ''], [/ ?\(choose from .*/g, '']];
const usage = { blur: blurUsage };

/** @type {import('../../lib/golden.mjs').Golden} */
export const transactions = {
  tool: 'kafka-transactions',
  shared: true,
  world: oneTopic({ count: 10, idempotent: true }),
  cases: [
    { args: '', bare: true, ...usage },
    { args: '--help', bare: true, blur: [...blur, [/(?<= COMMAND \.\.\. ).*/g, 'and so on']] },
    { args: '-v', bare: true, blur },
    { args: 'list', bare: true, ...usage },
    { args: '', ...usage },
    { args: 'nope', ...usage },
    { args: 'describe', ...usage },
    { args: 'describe-producers', ...usage },
    { args: 'describe-producers --topic $topic', ...usage },
    { args: 'abort --topic $topic --partition 0 --producer-id 5 --producer-epoch 70000', ...usage },
    { args: 'describe-producers --topic $topic --partition x', ...usage },
    { args: 'list --nope', ...usage },
    { args: '--bootstrap-server nonsense list', bare: true },
    '--command-config /no/such/file list',
    `--command-config ${WRONG} list`,
    ...[
      'list',
      'describe --transactional-id a',
      'describe-producers --topic a --partition 0',
      'find-hanging --topic a',
    ].map((command) => bare(`--bootstrap-server ${NOBODY} --command-config ${IMPATIENT} ${command}`)),
    'describe-producers --topic $topic --partition 0',
    'describe-producers --topic $topic --partition 0 --broker-id 1',
    'find-hanging',
    'find-hanging --partition 1',
    'find-hanging --topic $topic',
    'find-hanging --topic no-such-topic',
    'abort --topic $topic --partition 0',
    'abort --topic $topic --partition 0 --start-offset 3',
    'abort --topic $topic --partition 0 --producer-id 3',
    { args: 'list', suits },
    { args: 'list --duration-filter 1000000', suits },
    { args: '--boot $bootstrap list', bare: true, suits },
    { args: 'describe --transactional-id no-such-id', suits },
  ],
};

/** Kafka 4's coordinator looks at the pattern itself. @param {import('../../lib/targets.mjs').Target} target */
const suits4 = (target) => target.kind === 'kafka-4.3';

/** @type {import('../../lib/golden.mjs').Golden} */
export const transactions4 = {
  ...transactions,
  version: '4.3',
  cases: [
    { args: 'list --transactional-id-pattern', ...usage },
    { args: "list --transactional-id-pattern 'no-such-.*'", suits: suits4 },
    { args: 'list --transactional-id-pattern a[', stderr: 'any', suits: suits4 },
    { args: 'forceTerminateTransaction', ...usage },
    { args: 'forceTerminateTransaction --nope', ...usage },
    { args: 'forceTerminateTransaction --transactionalId', ...usage },
    { args: 'forceTerminateTransaction --transactionalId $topic-id', suits },
  ],
};
