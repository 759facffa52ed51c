import { fileProperties } from '../cli/kafka-client.ts';
import { logError } from '../cli/log-error.ts';
import { OptionParser, type ParsedOptions, withArgument } from '../cli/option-parser.ts';
import { parseProperties } from '../cli/property-pairs.ts';
import { bothSpellings, givenOlder, isOfKafka4 } from '../cli/respelled.ts';
import { ToolError } from '../cli/tool.ts';
import { topicPattern } from '../cli/topic-pattern.ts';
import { HELP_AND_VERSION, parseOrHelp, requireOptions, UsageError } from '../cli/usage.ts';
import { BUILT_IN_DESERIALIZERS, deserializerOf } from './deserializers.ts';
import { BUILT_IN_FORMATTERS, type Formatter, formatterOf } from './formatters.ts';

const PRINTS = ['timestamp', 'partition', 'offset', 'epoch', 'delivery', 'headers', 'key', 'value']
  .map((what) => `print.${what}`)
  .join(', ');

const parser = new OptionParser([
  withArgument('topic', 'topic', 'The topic to read.'),
  withArgument('whitelist', 'Java regex (String)', 'DEPRECATED, use --include, which is stronger.'),
  withArgument('include', 'Java regex (String)', 'The topics to read, as a regular expression.'),
  withArgument('bootstrap-server', 'server to connect to', 'REQUIRED: The brokers, as HOST1:PORT1,HOST2:PORT2.'),
  withArgument('partition', 'partition', 'The partition to read; from its end unless --offset says otherwise.', {
    type: 'Integer',
  }),
  withArgument('offset', 'consume offset', "Where to begin: an offset, 'earliest' or 'latest'.", {
    defaultsTo: 'latest',
  }),
  { name: 'from-beginning', description: 'Without a committed offset begin with the earliest record, not the latest.' },
  withArgument('max-messages', 'num_messages', 'End after this many records.', { type: 'Integer' }),
  withArgument('timeout-ms', 'timeout_ms', 'End when no record came for this long.', { type: 'Long' }),
  { name: 'skip-message-on-error', description: 'Pass over a record that cannot be shown, instead of ending.' },
  withArgument('group', 'consumer group id', 'The consumer group to be a member of.'),
  {
    name: 'isolation-level',
    argument: 'required',
    description: 'read_committed leaves out records of transactions that are not committed; read_uncommitted does not.',
    defaultsTo: 'read_uncommitted',
  },
  withArgument('formatter', 'class', `The class that prints records. Built in: ${BUILT_IN_FORMATTERS.join(', ')}.`, {
    defaultsTo: 'org.apache.kafka.tools.consumer.DefaultMessageFormatter',
  }),
  withArgument(
    'property',
    'prop',
    `A setting of the formatter: ${PRINTS}, key.separator, line.separator, headers.separator, null.literal, key.deserializer, value.deserializer, headers.deserializer.`,
  ),
  withArgument('formatter-property', 'prop', 'The same as --property, as Kafka 4.2 spells it.'),
  withArgument('formatter-config', 'config file', 'A file of settings of the formatter; --property is stronger.'),
  withArgument('key-deserializer', 'deserializer for key', 'The class that makes keys readable.'),
  withArgument('value-deserializer', 'deserializer for values', 'The class that makes values readable.'),
  withArgument('consumer-property', 'consumer_prop', "A setting of the consumer, by Java's name."),
  withArgument('command-property', 'consumer_prop', 'The same as --consumer-property, as Kafka 4.2 spells it.'),
  withArgument(
    'consumer.config',
    'config file',
    'A file of settings of the consumer; --consumer-property is stronger.',
  ),
  withArgument('command-config', 'config file', 'The same as --consumer.config, as Kafka 4.2 spells it.'),
  { name: 'enable-systest-events', description: 'Tell on standard output when the consumer has shut down.' },
  ...HELP_AND_VERSION,
]);

const RESPELLED = [
  { older: 'consumer-property', newer: 'command-property' },
  { older: 'consumer.config', newer: 'command-config' },
  { older: 'property', newer: 'formatter-property' },
];

const PURPOSE = 'This tool helps to read data from Kafka topics and outputs it to standard output.';

export interface ConsumerPlan {
  readonly bootstrap: string;
  readonly topics: string | RegExp;
  readonly partition: number | undefined;
  /** Where reading of `partition` begins. */
  readonly offset: 'earliest' | 'latest' | number;
  readonly maxMessages: number;
  /** Undefined: as long as it takes. */
  readonly timeoutMs: number | undefined;
  readonly skipsErrors: boolean;
  readonly tellsEvents: boolean;
  readonly formatter: Formatter;
  /** Kafka 4 tells those who are a member of a group as of old that there is something newer (KIP-848). */
  readonly hintsAtProtocol: boolean;
  /** Java's. `group.id` only when it was asked for. */
  readonly properties: ReadonlyMap<string, string>;
}

/** Undefined: the version was asked for. Throws ToolError. */
export async function consumerPlan(
  args: readonly string[],
  print: (text: string) => void,
  warn: (text: string) => void,
): Promise<ConsumerPlan | undefined> {
  const options = parseOrHelp(parser, args, PURPOSE, print);
  if (options === undefined) return undefined;
  const topics = topicsOf(options);
  const offset = offsetOf(options);
  requireOptions(parser, options, 'bootstrap-server');
  const both = bothSpellings(options, RESPELLED);
  if (both !== undefined)
    throw new UsageError(parser, `Options --${both.older} and --${both.newer} cannot be specified together.`);
  const isOf4 = isOfKafka4(options, RESPELLED);
  for (const { older, newer } of isOf4 ? givenOlder(options, RESPELLED) : [])
    print(`Option --${older} is deprecated and will be removed in a future version. Use --${newer} instead.\n`);
  const file = await fileProperties(options.value('consumer.config') ?? options.value('command-config'));
  const given = parseProperties([...options.values('consumer-property'), ...options.values('command-property')]);
  const group = groupOf(options, given.get('group.id'), file.get('group.id'));
  const properties = new Map([...file, ...given]);
  if (group !== undefined) properties.set('group.id', group);
  if (options.has('isolation-level') || !properties.has('isolation.level'))
    properties.set('isolation.level', options.value('isolation-level') ?? '');
  if (!properties.has('client.id')) properties.set('client.id', 'console-consumer');
  setReset(options, properties);
  const timeoutMs = options.number('timeout-ms');
  return {
    bootstrap: options.value('bootstrap-server') ?? '',
    topics,
    partition: options.number('partition'),
    offset,
    maxMessages: maxMessages(options),
    timeoutMs: timeoutMs === undefined || timeoutMs < 0 ? undefined : timeoutMs,
    skipsErrors: options.has('skip-message-on-error'),
    tellsEvents: options.has('enable-systest-events'),
    formatter: await formatter(options, warn),
    hintsAtProtocol:
      isOf4 && !options.has('partition') && (properties.get('group.protocol') ?? 'classic').toLowerCase() === 'classic',
    properties,
  };
}

function maxMessages(options: ParsedOptions): number {
  const limit = options.number('max-messages') ?? -1;
  return limit < 0 ? Number.POSITIVE_INFINITY : limit;
}

function topicsOf(options: ParsedOptions): string | RegExp {
  const include = options.value('include') ?? options.value('whitelist');
  const topic = options.value('topic');
  if ((topic === undefined) === (include === undefined))
    throw new UsageError(parser, 'Exactly one of --include/--topic is required. ');
  if (options.has('partition')) {
    if (topic === undefined) throw new UsageError(parser, 'The topic is required when partition is specified.');
    if (options.has('from-beginning') && options.has('offset'))
      throw new UsageError(parser, 'Options from-beginning and offset cannot be specified together.');
  } else if (options.has('offset')) throw new UsageError(parser, 'The partition is required when offset is specified.');
  return topic ?? topicPattern(include ?? '');
}

function offsetOf(options: ParsedOptions): 'earliest' | 'latest' | number {
  const text = (options.value('offset') ?? 'latest').toLowerCase();
  if (!/^(earliest|latest|\d+)$/.test(text)) {
    throw new UsageError(
      parser,
      `The provided offset value '${options.value('offset')}' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.`,
    );
  }
  if (options.has('from-beginning')) return 'earliest';
  return text === 'earliest' || text === 'latest' ? text : Number(text);
}

function groupOf(
  options: ParsedOptions,
  inProperty: string | undefined,
  inFile: string | undefined,
): string | undefined {
  const named = [options.value('group'), inProperty, inFile].filter((name) => name !== undefined);
  const different = [...new Set(named)];
  if (different.length > 1) {
    throw new UsageError(
      parser,
      "The group ids provided in different places (directly using '--group', via '--consumer-property', or via '--consumer.config') do not match. " +
        `Detected group ids: ${different.map((name) => `'${name}'`).join(', ')}`,
    );
  }
  const [group] = different;
  if (group !== undefined && options.has('partition'))
    throw new UsageError(parser, 'Options group and partition cannot be specified together.');
  return group;
}

function setReset(options: ParsedOptions, properties: Map<string, string>): void {
  const reset = properties.get('auto.offset.reset');
  if (options.has('from-beginning') && reset !== undefined && reset !== 'earliest') {
    throw new ToolError(
      `Can't simultaneously specify --from-beginning and 'auto.offset.reset=${reset}', please remove one option`,
    );
  }
  if (options.has('from-beginning')) properties.set('auto.offset.reset', 'earliest');
  else if (reset === undefined) properties.set('auto.offset.reset', 'latest');
}

async function formatter(options: ParsedOptions, warn: (text: string) => void): Promise<Formatter> {
  const className = options.value('formatter') ?? '';
  const make = formatterOf(className, warn);
  if (make === undefined) throw new UsageError(parser, className);
  const properties = new Map([
    ...(await fileProperties(options.value('formatter-config'))),
    ...parseProperties([...options.values('property'), ...options.values('formatter-property')]),
  ]);
  for (const part of ['key', 'value']) {
    const named = options.value(`${part}-deserializer`);
    if (named !== undefined) properties.set(`${part}.deserializer`, named);
  }
  const isDefault = /\b(?:Default|Logging)MessageFormatter$/.test(className);
  for (const part of isDefault ? ['key', 'value', 'headers'] : [])
    await tellUnknown(properties.get(`${part}.deserializer`));
  return make(properties);
}

/** Of a class that cannot be loaded Java tells, and shows the bytes as they are. */
async function tellUnknown(className = ''): Promise<void> {
  if (className === '' || deserializerOf(className) !== undefined) return;
  await logError(
    'org.apache.kafka.tools.consumer.DefaultMessageFormatter',
    `Unable to instantiate a deserializer from ${className}; built in are ${BUILT_IN_DESERIALIZERS}`,
    `java.lang.ClassNotFoundException: ${className}`,
  );
}
