/** The command line of kafka-producer-perf-test, of 3.9 and of 4.x. */
import { randomUUID } from 'node:crypto';
import { ArgumentParser, type HelpedArgument } from '../cli/argument-parser.ts';
import type { ParsedArguments } from '../cli/arguments.ts';
import { JavaError } from '../cli/java-error.ts';
import { fileProperties } from '../cli/kafka-client.ts';
import { bothSpellings, givenOlder } from '../cli/respelled.ts';
import type { PayloadFile } from './payloads.ts';

const LONG = { type: 'Long' } as const;
const PROPERTIES = { many: true, metavar: 'PROP-NAME=PROP-VALUE' } as const;
const FILE = { metavar: 'CONFIG-FILE' } as const;

const ARGUMENTS: readonly HelpedArgument[] = [
  {
    name: 'bootstrap-server',
    description: 'The brokers to connect to; stronger than bootstrap.servers among the properties.',
  },
  { name: 'topic', required: true, description: 'The topic to write to.' },
  { name: 'num-records', required: true, ...LONG, description: 'How many records to send.' },
  {
    name: 'payload-delimiter',
    defaultsTo: '\n',
    description: 'What stands between two payloads of --payload-file, a regular expression.',
  },
  {
    name: 'throughput',
    required: true,
    type: 'Double',
    description: 'Records to send in a second, about; -1 for as many as possible.',
  },
  {
    name: 'producer-props',
    ...PROPERTIES,
    description: 'Settings of the producer; they are stronger than those of a file.',
  },
  { name: 'command-property', ...PROPERTIES, description: 'The same, as Kafka 4.2 spells it.' },
  { name: 'producer.config', ...FILE, description: 'A file of settings of the producer.' },
  { name: 'command-config', ...FILE, description: 'The same, as Kafka 4.2 spells it.' },
  { name: 'print-metrics', flag: true, description: 'Show what the producer measured when the test is over.' },
  {
    name: 'transactional-id',
    description: 'The transactional id, when there are transactions at all.',
  },
  {
    name: 'transaction-duration-ms',
    metavar: 'TRANSACTION-DURATION',
    ...LONG,
    description: 'A transaction is committed when it is this old; without a value above 0 there are none.',
  },
  {
    name: 'warmup-records',
    ...LONG,
    defaultsTo: '0',
    description: 'So many of the first records are left out of a second summary.',
  },
  {
    name: 'reporting-interval',
    metavar: 'INTERVAL-MS',
    ...LONG,
    defaultsTo: '5000',
    description: 'Time between two lines about what was sent since the last one.',
  },
  { name: 'record-size', type: 'Integer', description: 'Bytes of each record.' },
  {
    name: 'payload-file',
    description: 'A file of UTF-8 text with payloads; each record gets one of them, drawn by lot.',
  },
  { name: 'payload-monotonic', flag: true, description: 'The payloads are 0, 1, 2 and so on.' },
];

const RESPELLED = [
  { older: 'producer-props', newer: 'command-property' },
  { older: 'producer.config', newer: 'command-config' },
];
const OF_KAFKA_4 = [...RESPELLED.map(({ newer }) => newer), 'bootstrap-server', 'warmup-records', 'reporting-interval'];
/** With one of these the producer knows where to begin. */
const CONFIGURES = ['bootstrap-server', 'command-property', 'producer-props', 'producer.config', 'command-config'];

const PAYLOADS = ['record-size', 'payload-file', 'payload-monotonic'];

/** 4.x calls itself by another name. */
const parserNamed = (name: string): ArgumentParser =>
  new ArgumentParser({
    name,
    purpose: 'Sends records and tells how many a second arrived, and after how long.',
    arguments: ARGUMENTS,
    groups: [{ names: PAYLOADS, required: true }],
  });

export interface SendingPlan {
  readonly topic: string;
  readonly records: number;
  /** Records a second; below 0: as many as possible. */
  readonly throughput: number;
  /** 0: without transactions. */
  readonly transactionMs: number;
  readonly warmupRecords: number;
  readonly reportingMs: number;
  readonly printsMetrics: boolean;
  readonly payload: { readonly size: number } | PayloadFile | { readonly isCounting: true };
  readonly bootstrap: string;
  readonly properties: ReadonlyMap<string, string>;
}

/** Throws ArgumentsError, and JavaError for properties that are none. */
export async function sendingPlan(
  args: readonly string[],
  print: (text: string) => void,
): Promise<SendingPlan | { readonly help: string; readonly exitCode: number }> {
  const isOf4 = args.some(isOfKafka4);
  const parser = parserNamed(isOf4 ? 'kafka-producer-perf-test' : 'producer-performance');
  const parsed = parser.parse(args);
  if ('help' in parsed) return parsed;
  const number = (name: string): number => parsed.number(name) ?? 0;
  const wrong = whatIsWrong(parsed, isOf4);
  if (wrong !== undefined) throw parser.error(wrong);
  for (const { older, newer } of isOf4 ? givenOlder(parsed, RESPELLED) : [])
    print(`Option --${older} has been deprecated and will be removed in a future version. Use --${newer} instead.\n`);
  const properties = await producerProperties(parsed);
  const transactionMs = transactionTime(parsed, properties, isOf4);
  const file = parsed.value('payload-file');
  return {
    topic: parsed.value('topic') ?? '',
    records: number('num-records'),
    throughput: number('throughput'),
    transactionMs,
    warmupRecords: Math.max(0, number('warmup-records')),
    reportingMs: number('reporting-interval'),
    printsMetrics: parsed.has('print-metrics'),
    payload:
      file === undefined
        ? parsed.has('record-size')
          ? { size: number('record-size') }
          : { isCounting: true }
        : {
            file,
            delimiter: parsed.value('payload-delimiter') ?? '\n',
            called: isOf4 ? 'records' : 'messages',
          },
    bootstrap: properties.get('bootstrap.servers') ?? '',
    properties,
  };
}

/** Whether a word is an option of 4.x, which may be cut short as long as it is no other. */
function isOfKafka4(word: string): boolean {
  const [typed = ''] = word.split('=');
  const meant = ARGUMENTS.filter(({ name }) => `--${name}`.startsWith(typed));
  return typed.length > 2 && meant.length > 0 && meant.every(({ name }) => OF_KAFKA_4.includes(name));
}

/** In the order in which Kafka's tool looks. */
function whatIsWrong(parsed: ParsedArguments, isOf4: boolean): string | undefined {
  const number = (name: string): number => parsed.number(name) ?? 0;
  if (number('num-records') <= 0) return '--num-records should be greater than zero.';
  if (number('warmup-records') >= number('num-records'))
    return 'The value for --warmup-records must be strictly fewer than the number of records in the test, --num-records.';
  // 3.9 sends empty records, too.
  if (parsed.has('record-size') && number('record-size') < (isOf4 ? 1 : 0))
    return '--record-size should be greater than zero.';
  if (!CONFIGURES.some((name) => parsed.has(name)))
    return isOf4
      ? 'At least one of --bootstrap-server, --command-property, --producer-props, --producer.config or --command-config must be specified.'
      : 'Either --producer-props or --producer.config must be specified.';
  const both = bothSpellings(parsed, RESPELLED);
  if (both !== undefined) return `--${both.newer} and --${both.older} cannot be specified together.`;
  if (isOf4 && parsed.has('transaction-duration-ms') && number('transaction-duration-ms') <= 0)
    return '--transaction-duration-ms should be greater than zero.';
  if (number('reporting-interval') <= 0) return '--reporting-interval should be greater than zero.';
  return undefined;
}

/** How long a transaction is to be, ms; 0: there are none. Its id is among the properties then. */
function transactionTime(parsed: ParsedArguments, properties: Map<string, string>, isOf4: boolean): number {
  const named = parsed.value('transactional-id');
  const timeMs = parsed.number('transaction-duration-ms');
  if (!isOf4) {
    if (timeMs === undefined || timeMs <= 0) return 0;
    properties.set('transactional.id', named ?? 'performance-producer-default-transactional-id');
    return timeMs;
  }
  // An id alone is enough for 4.x.
  const id = named ?? properties.get('transactional.id');
  if (timeMs === undefined && id === undefined) return 0;
  properties.set('transactional.id', id ?? `performance-producer-${randomUUID()}`);
  return timeMs ?? 3000;
}

async function producerProperties(parsed: ParsedArguments): Promise<Map<string, string>> {
  const properties = await fileProperties(parsed.value('command-config') ?? parsed.value('producer.config'));
  for (const pair of [...parsed.values('command-property'), ...parsed.values('producer-props')]) {
    const [name = '', value, ...others] = pair.split('=');
    if (value === undefined || value === '' || others.length > 0)
      throw new JavaError('java.lang.IllegalArgumentException', `Invalid property: ${pair}`);
    properties.set(name, value);
  }
  const bootstrap = parsed.value('bootstrap-server');
  if (bootstrap !== undefined) properties.set('bootstrap.servers', bootstrap);
  if (!properties.has('client.id')) properties.set('client.id', 'perf-producer-client');
  return properties;
}
