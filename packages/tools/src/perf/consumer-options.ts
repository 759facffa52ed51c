/** The command line of kafka-consumer-perf-test, of 3.9 and of 4.x. */
import { bootstrapOf } from '../cli/bootstrap.ts';
import { JavaError } from '../cli/java-error.ts';
import { fileProperties } from '../cli/kafka-client.ts';
import { OptionParser, type ParsedOptions, withArgument } from '../cli/option-parser.ts';
import { parseProperties } from '../cli/property-pairs.ts';
import { givenOlder, isOfKafka4 } from '../cli/respelled.ts';
import { simpleDateFormat } from '../cli/simple-date-format.ts';
import { topicPattern } from '../cli/topic-pattern.ts';
import { forbidTogether, HELP_AND_VERSION, parseOrHelp, requireOptions, UsageError } from '../cli/usage.ts';

const LONG = { type: 'Long' } as const;
const INTEGER = { type: 'Integer' } as const;

const parser = new OptionParser([
  withArgument('bootstrap-server', 'server to connect to', 'REQUIRED: The brokers, as HOST1:PORT1,HOST2:PORT2.', {
    required: { unless: 'broker-list' },
  }),
  withArgument('broker-list', 'broker-list', 'DEPRECATED, use --bootstrap-server, which is stronger.'),
  withArgument('topic', 'topic', 'REQUIRED, unless --include is given: The topic to read.'),
  withArgument('include', 'Java regex (String)', 'The topics to read, as a regular expression.'),
  withArgument('messages', 'count', 'REQUIRED: How many records to read.', LONG),
  withArgument('num-records', 'count', 'The same as --messages, as Kafka 4.2 spells it.', LONG),
  withArgument('group', 'gid', 'The group to read in.'),
  withArgument('fetch-size', 'size', 'Bytes of one partition that are fetched at once.', {
    ...INTEGER,
    defaultsTo: '1048576',
  }),
  { name: 'from-latest', description: 'Without a committed offset begin behind the last record, not at the first.' },
  withArgument('socket-buffer-size', 'size', 'Accepted; the operating system sizes the buffer.', {
    ...INTEGER,
    defaultsTo: '2097152',
  }),
  withArgument('consumer.config', 'config file', 'A file of settings of the consumer.'),
  withArgument('command-config', 'config file', 'The same as --consumer.config, as Kafka 4.2 spells it.'),
  withArgument('command-property', 'prop1=val1', "A setting of the consumer, by Java's name; stronger than a file's."),
  { name: 'print-metrics', description: 'Show what the consumer measured when the test is over.' },
  { name: 'show-detailed-stats', description: 'A line for each --reporting-interval.' },
  {
    name: 'timeout',
    argument: 'optional',
    describedAs: 'milliseconds',
    description: 'The longest to wait for another record.',
    ...LONG,
    defaultsTo: '10000',
  },
  withArgument('reporting-interval', 'interval_ms', 'Time between two lines of --show-detailed-stats.', {
    ...LONG,
    defaultsTo: '5000',
  }),
  withArgument('date-format', 'date format', 'How times are printed: a pattern of java.text.SimpleDateFormat.', {
    defaultsTo: 'yyyy-MM-dd HH:mm:ss:SSS',
  }),
  { name: 'hide-header', description: 'Do not print what the columns are.' },
  withArgument('threads', 'count', 'DEPRECATED AND IGNORED.', { ...INTEGER, defaultsTo: '10' }),
  withArgument('num-fetch-threads', 'count', 'DEPRECATED AND IGNORED.', { ...INTEGER, defaultsTo: '1' }),
  ...HELP_AND_VERSION,
]);

const RESPELLED = [
  { older: 'messages', newer: 'num-records' },
  { older: 'consumer.config', newer: 'command-config' },
];
const isOf4 = (options: ParsedOptions): boolean => isOfKafka4(options, RESPELLED, ['include', 'command-property']);

const PURPOSE = 'This tool is used to verify the consumer performance.';
const NO_BOOTSTRAP = 'Missing required option(s) [bootstrap-server]';

/** Undefined: the version was asked for. Throws UsageError. */
export function parseConsumerPerfOptions(
  args: readonly string[],
  print: (text: string) => void,
): ParsedOptions | undefined {
  const options = parseOrHelp(parser, args, args.length === 0 ? NO_BOOTSTRAP : PURPOSE, print);
  if (options === undefined) return undefined;
  if (!isOf4(options)) requireOptions(parser, options, 'topic', 'messages');
  for (const pair of [
    ['topic', 'include'],
    ['messages', 'num-records'],
  ] as const) {
    if (pair.filter((name) => options.has(name)).length !== 1)
      throw new UsageError(parser, `Exactly one of the following arguments is required: [${pair.join('], [')}]`);
  }
  forbidTogether(parser, options, 'consumer.config', 'command-config');
  if (isOf4(options))
    for (const { older, newer } of givenOlder(options, RESPELLED))
      print(`Warning: --${older} is deprecated. Use --${newer} instead.\n`);
  return options;
}

export interface ReadingPlan {
  readonly bootstrap: string;
  readonly topics: string | RegExp;
  readonly records: number;
  /** What the tool calls them: messages before 4.x. */
  readonly recordsName: 'messages' | 'records';
  readonly timeoutMs: number;
  readonly reportingMs: number;
  readonly isDetailed: boolean;
  readonly printsMetrics: boolean;
  readonly timeText: (timeMs: number) => string;
  readonly properties: ReadonlyMap<string, string>;
}

/** What is to be done, and the client's properties. Throws OptionError, and JavaError without the file. */
export async function readingPlan(options: ParsedOptions): Promise<ReadingPlan> {
  const records = options.number('messages') ?? options.number('num-records') ?? 0;
  const reportingMs = options.number('reporting-interval') ?? 0;
  if (reportingMs <= 0)
    throw new JavaError('java.lang.IllegalArgumentException', 'Reporting interval must be greater than 0.');
  const properties = new Map([
    ...(await fileProperties(options.value('command-config') ?? options.value('consumer.config'))),
    ...parseProperties(options.values('command-property')),
  ]);
  if (!properties.has('client.id')) properties.set('client.id', 'perf-consumer-client');
  properties.set('group.id', options.value('group') ?? `perf-consumer-${Math.floor(Math.random() * 100_000)}`);
  properties.set('auto.offset.reset', options.has('from-latest') ? 'latest' : 'earliest');
  properties.set('max.partition.fetch.bytes', options.value('fetch-size') ?? '');
  properties.set('receive.buffer.bytes', options.value('socket-buffer-size') ?? '');
  properties.set('check.crcs', 'false');
  const include = options.value('include');
  return {
    bootstrap: bootstrapOf(options),
    topics: include === undefined ? (options.value('topic') ?? '') : topicPattern(include),
    records,
    recordsName: isOf4(options) ? 'records' : 'messages',
    timeoutMs: options.number('timeout') ?? 0,
    reportingMs,
    isDetailed: options.has('show-detailed-stats'),
    printsMetrics: options.has('print-metrics'),
    timeText: simpleDateFormat(options.value('date-format') ?? ''),
    properties,
  };
}
