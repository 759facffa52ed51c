/** kafka-console-consumer.sh: records to lines of standard output. Kafka's ConsoleConsumer of 3.9. */
import { once } from 'node:events';
import { OptionParser, type ParsedOptions, withArgument } from '../cli/option-parser.ts';
import { type Tool, ToolError, type ToolIo } from '../cli/tool.ts';
import { topicPattern } from '../cli/topic-pattern.ts';
import { parseOrHelp, requireOptions, UsageError } from '../cli/usage.ts';
import type { Cluster } from '../client/cluster.ts';
import { withCluster } from '../client/with-cluster.ts';
import { GroupReader } from './group-reader.ts';
import { parseProperties, RecordFormatter } from './message-text.ts';
import { PartitionReader } from './partition-reader.ts';

const parser = new OptionParser([
  withArgument('topic', 'topic', 'The topic to consume on.'),
  withArgument(
    'whitelist',
    'Java regex (String)',
    'DEPRECATED, use --include instead; ignored if --include is specified.',
  ),
  withArgument('include', 'Java regex (String)', 'Regular expression of the topics to consume.'),
  withArgument('bootstrap-server', 'server to connect to', 'REQUIRED: The server(s) to connect to.'),
  withArgument(
    'partition',
    'partition',
    'The partition to consume from; starts at its end unless --offset is specified.',
    {
      type: 'Integer',
    },
  ),
  withArgument(
    'offset',
    'consume offset',
    "The offset to consume from (a non-negative number), or 'earliest' or 'latest'.",
    {
      defaultsTo: 'latest',
    },
  ),
  {
    name: 'from-beginning',
    description: 'Without a committed offset, start with the earliest message in the log instead of the latest.',
  },
  withArgument(
    'max-messages',
    'num_messages',
    'The number of messages to consume before ending; without it, go on until ended.',
    { type: 'Integer' },
  ),
  withArgument('timeout-ms', 'timeout_ms', 'End when no message came for this long.', { type: 'Long' }),
  { name: 'skip-message-on-error', description: 'Accepted: a message is printed or the tool ends.' },
  withArgument('group', 'consumer group id', 'The consumer group id of the consumer.'),
  withArgument(
    'isolation-level',
    'String',
    'read_committed leaves out transactional messages that are not committed, read_uncommitted reads all.',
    { defaultsTo: 'read_uncommitted' },
  ),
  withArgument('formatter', 'class', 'The class that formats messages; only the default is built in.', {
    defaultsTo: 'org.apache.kafka.tools.consumer.DefaultMessageFormatter',
  }),
  withArgument(
    'property',
    'prop',
    'A setting of the formatter: print.timestamp, print.partition, print.offset, print.headers, print.key, print.value, key.separator, line.separator, headers.separator, null.literal.',
  ),
  withArgument('formatter-property', 'prop', 'The same as --property, as 4.2 spells it.'),
  withArgument(
    'consumer-property',
    'consumer_prop',
    'A setting of the consumer: group.id, auto.offset.reset and client.id are read.',
  ),
  { name: 'help', description: 'Print usage information.' },
  { name: 'version', description: 'Display Kafka version.' },
]);

const PURPOSE = 'This tool helps to read data from Kafka topics and outputs it to standard output.';
const READY_TIMEOUT_MS = 60_000;

export const consoleConsumer: Tool = async (args, io) => {
  const options = parseOrHelp(parser, args, PURPOSE, (text) => io.stdout.write(text));
  if (options === undefined) return 0;
  checkOptions(options);
  const properties = parseProperties(options.values('consumer-property'));
  const counter = { messages: 0 };
  try {
    await withCluster(
      options.value('bootstrap-server') ?? '',
      properties.get('client.id') ?? 'console-consumer',
      (cluster) => consume(cluster, options, properties, io, counter),
    );
  } finally {
    io.stderr.write(`Processed a total of ${counter.messages} messages\n`);
  }
  return 0;
};

async function consume(
  cluster: Cluster,
  options: ParsedOptions,
  properties: ReadonlyMap<string, string>,
  io: ToolIo,
  counter: { messages: number },
): Promise<void> {
  const group = options.value('group') ?? properties.get('group.id');
  const committed = options.value('isolation-level') === 'read_committed';
  const start =
    options.has('from-beginning') || properties.get('auto.offset.reset') === 'earliest' ? 'earliest' : 'latest';
  const topics = await topicsOf(cluster, options);
  const partition = options.number('partition');
  const reader =
    group !== undefined && partition === undefined
      ? await GroupReader.join(cluster, { group, topics, reset: start, committed, signal: io.signal })
      : await PartitionReader.open(cluster, {
          topics,
          partition,
          start: partition === undefined ? start : startOf(options),
          committed,
          timeoutMs: READY_TIMEOUT_MS,
        });
  const formatter = new RecordFormatter(
    parseProperties([...options.values('property'), ...options.values('formatter-property')]),
  );
  const limit = options.number('max-messages') ?? Number.POSITIVE_INFINITY;
  const idleMs = options.number('timeout-ms') ?? -1;
  try {
    while (counter.messages < limit && !io.signal.aborted) {
      const records = await reader.poll(io.signal, idleMs);
      if (records === undefined) {
        io.stderr.write(
          'ERROR Error processing message, terminating consumer process:  (org.apache.kafka.tools.consumer.ConsoleConsumer)\norg.apache.kafka.common.errors.TimeoutException\n',
        );
        break;
      }
      const taken = records.slice(0, limit - counter.messages);
      if (taken.length > 0 && !io.stdout.write(Buffer.concat(taken.map((record) => formatter.format(record))))) {
        await once(io.stdout, 'drain', { signal: io.signal }).catch(() => {});
      }
      counter.messages += taken.length;
      reader.processed(taken);
    }
  } finally {
    await reader.close();
  }
}

async function topicsOf(cluster: Cluster, options: ParsedOptions): Promise<string[]> {
  const topic = options.value('topic');
  if (topic !== undefined) return [topic];
  const pattern = topicPattern(options.value('include') ?? options.value('whitelist') ?? '');
  const { topics } = await cluster.metadata(null);
  return topics.filter(({ isInternal, name }) => !isInternal && pattern.test(name ?? '')).map(({ name }) => name ?? '');
}

function startOf(options: ParsedOptions): 'earliest' | 'latest' | number {
  if (options.has('from-beginning')) return 'earliest';
  const text = (options.value('offset') ?? 'latest').toLowerCase();
  return text === 'earliest' || text === 'latest' ? text : Number(text);
}

function checkOptions(options: ParsedOptions): void {
  const sources = ['topic', 'include', 'whitelist'].filter((name) => options.has(name));
  if (sources.length !== 1 && !(sources.length === 2 && !options.has('topic')))
    throw new UsageError(parser, 'Exactly one of --include/--topic is required. ');
  if (options.has('partition')) {
    if (!options.has('topic')) throw new UsageError(parser, 'The topic is required when partition is specified.');
    if (options.has('from-beginning') && options.has('offset'))
      throw new UsageError(parser, 'Options from-beginning and offset cannot be specified together.');
  } else if (options.has('offset')) throw new UsageError(parser, 'The partition is required when offset is specified.');
  const offset = options.value('offset') ?? 'latest';
  if (!/^(earliest|latest|\d+)$/i.test(offset)) {
    throw new UsageError(
      parser,
      `The provided offset value '${offset}' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.`,
    );
  }
  requireOptions(parser, options, 'bootstrap-server');
  const inProperty = parseProperties(options.values('consumer-property')).get('group.id');
  const named = options.value('group');
  if (options.has('partition') && (named ?? inProperty) !== undefined)
    throw new UsageError(parser, 'Options group and partition cannot be specified together.');
  if (named !== undefined && inProperty !== undefined && named !== inProperty) {
    throw new UsageError(
      parser,
      `The group ids provided in different places (directly using '--group', via '--consumer-property', or via '--consumer.config') do not match. Detected group ids: '${named}', '${inProperty}'`,
    );
  }
  const reset = parseProperties(options.values('consumer-property')).get('auto.offset.reset');
  if (options.has('from-beginning') && reset !== undefined && reset !== 'earliest') {
    throw new ToolError(
      `Can't simultaneously specify --from-beginning and 'auto.offset.reset=${reset}', please remove one option`,
    );
  }
}
