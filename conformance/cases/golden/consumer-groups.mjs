import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bare, FIRST, unanswered, WRONG } from './common.mjs';

/** 3.9 ends no table with a line break, and puts none between those of two groups. @param {string} text */
const ended = (text) => text.replace(/([^\n])$/, '$1\n').replaceAll(/([^\n])\nGROUP /g, '$1\n\nGROUP ');
/** 3.9 puts no line break between the rows of these. @param {string} text */
const broken = (text) =>
  text
    .replace(/(NEW-OFFSET {5})(.+?)\n?$/, (_, head, rows) => `${head}\n${rows.match(/.{88}/g)?.join('\n')}\n`)
    .replace(/(STATUS {9})(.+?)\n?$/, (_, head, rows) => `${head}${rows.replaceAll(ROW, '\n$1')}`)
    .replace(/([^\n])$/, '$1\n');
const ROW = /((?:golden-|no-such-)\S+ +(?:\d+|Not Provided) +(?:Successful|Error))/g;
/** 3.9 closes the list of what worked with a comma. @param {string} text */
const listed = (text) => text.replace(/', '\n$/, "'\n");

/** A group that has committed 20 of 60 records and has no members. */
async function world(at, name) {
  const topic = `${name}-topic`;
  const group = `${name}-group`;
  // Its records are old: they would go half a minute after the broker's start.
  await at.target.createTopic(topic, 3, { 'retention.ms': '-1' });
  await at.produce('java-3.9', topic, { count: 60, partitions: 3, base: 1_700_000_000_000 });
  const member = await at.client('java-3.9', 'group', { topic, group, max: 60 });
  await member.finish();
  const file = join(at.target.dir, `${name}.csv`);
  writeFileSync(file, `${topic},0,7\n${topic},2,700\n`);
  return { topic, group, file };
}

/** The same with a second group that has one member. */
async function shown(at, name) {
  const made = await world(at, name);
  const live = `${name}-group-live`;
  const member = await at.client('java-3.9', 'group', { topic: made.topic, group: live });
  await member.until('it reads all', (events) => events.filter((event) => event.event === 'record').length === 60);
  return { ...made, live };
}

const table = { sorted: true, java: broken };

/** @type {import('../../lib/golden.mjs').Golden[]} */
export const consumerGroups = [
  {
    tool: 'kafka-consumer-groups',
    name: 'kafka-consumer-groups: list, describe, wrong options',
    shared: true,
    world: shown,
    cases: [
      ...FIRST,
      { args: '--list', bare: true },
      '',
      '--list --nope',
      '--list --members',
      '--list --group $group',
      '--list --state nope',
      '--list --type classic,nope',
      '--list --timeout x',
      '--list --command-config /no/such/file',
      '--list --command-config /tmp',
      `--list --command-config ${WRONG}`,
      { args: '--list', keep: /\$(group|live)/, sorted: true },
      { args: "--list --state ''", keep: /GROUP|\$(group|live)/, sorted: true, blur: [[/ {10,}/g, ' ']] },
      { args: '--list --state', keep: /GROUP|\$(group|live)/, sorted: true, blur: [[/ {10,}/g, ' ']] },
      { args: '--list --state stable,PreparingRebalance --type', keep: /\$(group|live)/, blur: [[/ {10,}/g, ' ']] },
      { args: '--bootstrap-server nonsense --list', bare: true },
      ...[
        '--list',
        '--describe --group a',
        '--describe --group a --state',
        '--delete --group a',
        '--reset-offsets --group a --topic b --to-earliest --dry-run',
      ].map((args) => unanswered(`${args} --timeout 1500`)),
      { ...unanswered('--delete-offsets --group a --topic no-such-topic --timeout 1500'), java: broken },
      '--describe',
      '--describe --list',
      '--describe --group $live --state --members',
      '--describe --group $live --all-groups',
      '--describe --group $live --topic $topic',
      { args: '--describe --group $live', sorted: true, java: ended },
      { args: '--describe --group $group', sorted: true, java: ended },
      { args: '--describe --offsets --group $group --group $live', sorted: true, java: ended },
      '--describe --group $live --members',
      '--describe --group $group --members',
      // 3.9 lost the names of the topics.
      { args: '--describe --group $live --members --verbose', blur: [[/\S+\((\d[\d,]*)\)/g, '($1)']] },
      '--describe --group $live --state',
      '--describe --group $group --state',
      '--describe --group no-such-group',
      '--describe --group no-such-group --state',
      { args: '--reset-offsets --group $live --topic $topic --to-earliest --execute', java: broken },
      { args: '--delete --group $live' },
      { args: '--delete-offsets --group $live --topic $topic', ...table },
    ],
  },
  {
    tool: 'kafka-consumer-groups',
    name: 'kafka-consumer-groups: reset, delete',
    world,
    cases: [
      '--reset-offsets',
      '--reset-offsets --group $group',
      '--reset-offsets --group $group --topic $topic',
      '--reset-offsets --group $group --topic $topic --to-earliest --dry-run --execute',
      '--reset-offsets --group $group --topic $topic --to-earliest --to-latest --dry-run',
      '--reset-offsets --group $group --topic $topic:x --to-latest --dry-run',
      '--reset-offsets --group $group --topic $topic: --to-latest --dry-run',
      '--reset-offsets --group $group --topic $topic:0:1 --to-latest --dry-run',
      '--reset-offsets --group $group --topic $topic --to-datetime 2023-11-14T22:13:20 --dry-run',
      {
        args: '--reset-offsets --group $group --topic $topic --to-datetime 2023-11-14T22:13:20.030+0200 --dry-run',
        ...table,
      },
      '--reset-offsets --group $group --topic $topic --to-datetime nope --dry-run',
      '--reset-offsets --group $group --topic $topic --by-duration nope --dry-run',
      '--reset-offsets --group $group --topic no-such-topic --to-latest --dry-run',
      '--reset-offsets --group $group --from-file /no/such/file --dry-run',
      { args: '--reset-offsets --group $group --topic $topic --to-earliest', ...table },
      { args: '--reset-offsets --group $group --topic $topic:0,2 --to-offset 5 --execute', ...table },
      { args: '--reset-offsets --group $group --topic $topic --shift-by 3 --execute', ...table },
      { args: '--reset-offsets --group $group --topic $topic --shift-by -300 --dry-run', ...table },
      { args: '--reset-offsets --group $group --topic $topic --to-offset 500 --dry-run', ...table },
      { args: '--reset-offsets --group $group --all-topics --to-current --dry-run', ...table },
      {
        args: '--reset-offsets --group $group --topic $topic --to-datetime 2023-11-14T22:13:20.030 --dry-run',
        ...table,
      },
      {
        args: '--reset-offsets --group $group --topic $topic --to-datetime 2050-01-01T00:00:00.000+02:00 --dry-run',
        ...table,
      },
      { args: '--reset-offsets --group $group --topic $topic --by-duration P20000DT1H --dry-run', ...table },
      { args: '--reset-offsets --group $group --topic $topic --to-latest --export --dry-run', ...table },
      { args: '--reset-offsets --group $group --group other --all-topics --to-earliest --export --dry-run', ...table },
      { args: '--reset-offsets --group $group --from-file $file --execute', ...table },
      { args: '--reset-offsets --group fresh --topic $topic --to-current --dry-run', ...table },
      '--reset-offsets --group fresh --topic $topic:0 --shift-by 1 --dry-run',
      { args: '--describe --group $group', sorted: true, java: ended },
      '--delete-offsets --group $group',
      { args: '--delete-offsets --group $group --topic $topic:0', ...table },
      { args: '--delete-offsets --group $group --topic no-such-topic', ...table },
      { args: '--delete-offsets --group no-such-group --topic $topic', ...table },
      { args: '--describe --group $group', sorted: true, java: ended },
      '--delete',
      '--delete --group $group --topic $topic',
      { args: '--delete --group no-such-group --group $group', sorted: true, java: listed },
      '--delete --group $group',
    ],
  },
];

/** @type {import('../../lib/golden.mjs').Golden} */
export const consumerGroups4 = {
  tool: 'kafka-consumer-groups',
  version: '4.3',
  cases: [
    bare('--help'),
    '--validate-regex a.*b',
    ...['foo|bar', 'a[', 'a**', "'(?<name>x)'", "'a{2,1}'", "''"].map((regex) => bare(`--validate-regex ${regex}`)),
    bare('--validate-regex'),
    bare('--validate-regex a --validate-regex b'),
    '--validate-regex a --list',
    '--validate-regex a --group g',
  ],
};
