/** The command line of kafka-producer-perf-test, of 3.9 and of 4.x. */
import { ArgumentParser, type HelpedArgument } from '../cli/argument-parser.ts';
import type { ArgumentsError, ParsedArguments } from '../cli/arguments.ts';
import { JavaError } from '../cli/java-error.ts';
import { fileProperties } from '../cli/kafka-client.ts';

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
    defaultsTo: 'performance-producer-default-transactional-id',
    description: 'The transactional id, when there are transactions at all.',
  },
  {
    name: 'transaction-duration-ms',
    metavar: 'TRANSACTION-DURATION',
    ...LONG,
    defaultsTo: '0',
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

const PAYLOADS = ['record-size', 'payload-file', 'payload-monotonic'];

const parser = new ArgumentParser({
  name: 'producer-performance',
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
  readonly payload:
    | { readonly size: number }
    | { readonly file: string; readonly delimiter: string }
    | { readonly isCounting: true };
  readonly bootstrap: string;
  readonly properties: ReadonlyMap<string, string>;
}

/** Throws ArgumentsError, and JavaError for properties that are none. */
export async function sendingPlan(
  args: readonly string[],
): Promise<SendingPlan | { readonly help: string; readonly exitCode: number }> {
  const parsed = parser.parse(args);
  if ('help' in parsed) return parsed;
  const number = (name: string): number => parsed.number(name) ?? 0;
  const wrong = whatIsWrong(parsed);
  if (wrong !== undefined) throw wrong;
  const transactionMs = Math.max(0, number('transaction-duration-ms'));
  const properties = await producerProperties(parsed);
  if (transactionMs > 0) properties.set('transactional.id', parsed.value('transactional-id') ?? '');
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
        : { file, delimiter: parsed.value('payload-delimiter') ?? '\n' },
    bootstrap: properties.get('bootstrap.servers') ?? '',
    properties,
  };
}

function whatIsWrong(parsed: ParsedArguments): ArgumentsError | undefined {
  const number = (name: string): number => parsed.number(name) ?? 0;
  for (const [newer, older] of [
    ['command-property', 'producer-props'],
    ['command-config', 'producer.config'],
  ] as const) {
    if (parsed.has(newer) && parsed.has(older))
      return parser.error(`--${newer} and --${older} cannot be specified together.`);
  }
  const isConfigured = ['bootstrap-server', 'command-property', 'producer-props', 'command-config', 'producer.config'];
  if (!isConfigured.some((name) => parsed.has(name)))
    return parser.error('Either --producer-props or --producer.config must be specified.');
  if (number('num-records') <= 0) return parser.error('--num-records should be greater than zero.');
  // 3.9 sends empty records, too.
  if (number('record-size') < 0) return parser.error('--record-size should be greater than zero.');
  if (number('warmup-records') >= number('num-records'))
    return parser.error(
      'The value for --warmup-records must be strictly fewer than the number of records in the test, --num-records.',
    );
  if (number('reporting-interval') <= 0) return parser.error('--reporting-interval should be greater than zero.');
  return undefined;
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
