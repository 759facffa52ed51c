/** kafka-get-offsets.sh: offsets of partitions by time or place. Kafka's GetOffsetShell of 3.9. */
import type { Admin, OffsetSpec } from '@ottla/client';
import { bootstrapOf, validateBootstrap } from '../cli/bootstrap.ts';
import { calling, JavaError, javaError } from '../cli/java-error.ts';
import { withKafka } from '../cli/kafka-client.ts';
import { OptionParser, type ParsedOptions, withArgument } from '../cli/option-parser.ts';
import { type Tool, ToolError, type ToolIo } from '../cli/tool.ts';
import { HELP_AND_VERSION, parseOrHelp, UsageError } from '../cli/usage.ts';
import { filterOfOptions, filterOfRules, type PartitionFilter } from './partition-filter.ts';

const parser = new OptionParser([
  withArgument('bootstrap-server', 'HOST1:PORT1,...,HOST3:PORT3', 'REQUIRED. The brokers to connect to first.', {
    required: { unless: 'broker-list' },
  }),
  withArgument(
    'broker-list',
    'HOST1:PORT1,...,HOST3:PORT3',
    'The older name of --bootstrap-server, which wins when both are given.',
  ),
  withArgument(
    'topic-partitions',
    'topic1:1,topic2:0-3,topic3,topic4:5-,topic5:-3',
    'Rules, separated by commas: a regular expression for topics (left out: any), then after a colon one partition, or a range without its upper end. Not together with --topic and --partitions.',
  ),
  withArgument('topic', 'topic', 'The topic, or a regular expression for topics. Left out: all topics.'),
  withArgument('partitions', 'partition ids', 'Partitions, separated by commas. Left out: all of them.'),
  withArgument(
    'time',
    '<timestamp> / -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / -5 or latest-tiered',
    'The place, or a time in ms: the offset of the first record that is not older. A partition that has none is left out.',
    { defaultsTo: 'latest' },
  ),
  withArgument('command-config', 'config file', 'Properties of the client.'),
  { name: 'exclude-internal-topics', description: 'Leave the internal topics out.' },
  // Of the versions before 3.0, which asked the leaders with these.
  withArgument('offsets', 'count', 'Without effect; taken for scripts of before Kafka 3.0.', { type: 'Integer' }),
  withArgument('max-wait-ms', 'ms', 'Without effect; taken for scripts of before Kafka 3.0.', { type: 'Integer' }),
  ...HELP_AND_VERSION,
]);
const PURPOSE = 'An interactive shell for getting topic-partition offsets.';

const PLACES: Readonly<Record<string, OffsetSpec>> = {
  '-1': 'latest',
  latest: 'latest',
  '-2': 'earliest',
  earliest: 'earliest',
  '-3': 'max-timestamp',
  'max-timestamp': 'max-timestamp',
  '-4': 'earliest-local',
  'earliest-local': 'earliest-local',
  '-5': 'latest-tiered',
  'latest-tiered': 'latest-tiered',
  // Of Kafka 4.2; its leaders refuse what they do not know.
  '-6': 'earliest-pending-upload',
  'earliest-pending-upload': 'earliest-pending-upload',
};

export const kafkaGetOffsets: Tool = async (args, io) => {
  try {
    const options = parseOrHelp(parser, args, PURPOSE, (text) => io.stdout.write(text), 'message alone');
    if (options === undefined) return 0;
    await getOffsets(options, io);
    return 0;
  } catch (error) {
    const known = javaError(error) ?? (error instanceof ToolError ? error : undefined);
    if (known === undefined || known instanceof UsageError || known.exitCode !== 1) throw error;
    // What a request failed with comes out of a future, which names its class.
    const isOfRequest = known instanceof JavaError && known.kafka !== undefined;
    io.stderr.write(`Error occurred: ${isOfRequest ? known : known.message}\n`);
    return 1;
  }
};

async function getOffsets(options: ParsedOptions, io: ToolIo): Promise<void> {
  const rules = options.value('topic-partitions');
  if (rules !== undefined && (options.has('topic') || options.has('partitions')))
    throw new ToolError('--topic-partitions cannot be used with --topic or --partitions');
  const bootstrap = bootstrapOf(options);
  validateBootstrap(parser, bootstrap);
  const at = placeOf(options.value('time') ?? 'latest');
  const filter =
    rules === undefined ? filterOfOptions(options.value('topic'), options.value('partitions')) : filterOfRules(rules);
  const includeInternal = !options.has('exclude-internal-topics');
  await withKafka({ bootstrap, configFile: options.value('command-config') }, io, async (kafka) => {
    const admin = kafka.admin();
    const partitions = await matching(admin, filter, includeInternal);
    if (partitions.length === 0) throw new ToolError('Could not match any topic-partitions with the specified filters');
    const lines = await offsetLines(
      admin,
      partitions.map((each) => ({ ...each, at })),
      io,
    );
    io.stdout.write(lines.join(''));
  });
}

function placeOf(time: string): OffsetSpec {
  const place = PLACES[time];
  if (place !== undefined) return place;
  if (/^[+-]?\d+$/.test(time)) return Number(time);
  throw new ToolError(
    `Malformed time argument ${time}. Please use -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / -5 or latest-tiered, or a specified long format timestamp`,
  );
}

interface Place {
  readonly topic: string;
  readonly partition: number;
}

async function matching(admin: Admin, filter: PartitionFilter, includeInternal: boolean): Promise<Place[]> {
  const topics = await calling('listTopics', () => admin.listTopics({ includeInternal }));
  const described = await calling('describeTopics', () => admin.describeTopics(topics.map(({ name }) => name)));
  return [...described.values()]
    .flatMap(({ name, partitions }) => partitions.map(({ partition }) => ({ topic: name, partition })))
    .filter(({ topic, partition }) => filter(topic, partition))
    .map((each) => ({ ...each, name: `${each.topic}-${each.partition}` }))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

/** One partition that cannot be asked does not spoil the others. */
async function offsetLines(
  admin: Admin,
  wanted: readonly (Place & { readonly at: OffsetSpec })[],
  io: ToolIo,
): Promise<string[]> {
  try {
    const offsets = await calling('listOffsets', () => admin.listOffsets(wanted));
    return offsets.flatMap(({ topic, partition, offset }) => (offset < 0 ? [] : `${topic}:${partition}:${offset}\n`));
  } catch (error) {
    const [only, another] = wanted;
    const known = javaError(error);
    if (only === undefined || known === undefined) throw error;
    if (another !== undefined) return (await Promise.all(wanted.map((each) => offsetLines(admin, [each], io)))).flat();
    io.stderr.write(
      `Skip getting offsets for topic-partition ${only.topic}-${only.partition} due to error: ${known.message}\n`,
    );
    return [];
  }
}
