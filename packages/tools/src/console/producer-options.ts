import { bootstrapOf, validateBootstrap } from '../cli/bootstrap.ts';
import { OptionParser, type OptionSpec, type ParsedOptions, withArgument } from '../cli/option-parser.ts';
import { bothSpellings, givenOlder, isOfKafka4 } from '../cli/respelled.ts';
import { HELP_AND_VERSION, parseOrHelp, requireOptions, UsageError } from '../cli/usage.ts';

/** An option that is a property of the producer: what is on the command line wins, then the property, then the default. */
interface ProducerFlag {
  readonly spec: OptionSpec;
  readonly property: string;
}

const flag = (property: string, spec: OptionSpec): ProducerFlag => ({ property, spec });

const INTEGER = { type: 'Integer' } as const;
const LONG = { type: 'Long' } as const;

/** Where two name one property, the later one wins. */
const PRODUCER_FLAGS: readonly ProducerFlag[] = [
  flag(
    'linger.ms',
    withArgument('timeout', 'timeout_ms', 'The longest that a record waits for others to join its batch.', {
      ...LONG,
      defaultsTo: '1000',
    }),
  ),
  flag(
    'acks',
    withArgument('request-required-acks', 'request required acks', 'The acknowledgements asked for: 0, 1, -1 or all.', {
      defaultsTo: '-1',
    }),
  ),
  flag(
    'request.timeout.ms',
    withArgument('request-timeout-ms', 'request timeout ms', 'The longest to wait for an answer of a broker.', {
      ...INTEGER,
      defaultsTo: '1500',
    }),
  ),
  flag('retries', {
    name: 'message-send-max-retries',
    argument: 'required',
    description: 'How often a record that could not be sent is sent again.',
    ...INTEGER,
    defaultsTo: '3',
  }),
  flag('retry.backoff.ms', {
    name: 'retry-backoff-ms',
    argument: 'required',
    description: 'Time before each retry.',
    ...LONG,
    defaultsTo: '100',
  }),
  flag(
    'send.buffer.bytes',
    withArgument('socket-buffer-size', 'size', 'Accepted; the operating system sizes the buffer.', {
      ...INTEGER,
      defaultsTo: '102400',
    }),
  ),
  flag(
    'buffer.memory',
    withArgument('max-memory-bytes', 'total memory in bytes', 'Bytes that may wait to be sent before reading pauses.', {
      ...LONG,
      defaultsTo: '33554432',
    }),
  ),
  flag(
    'batch.size',
    withArgument('batch-size', 'size', 'Bytes of a batch, when records are not sent one by one.', {
      ...INTEGER,
      defaultsTo: '16384',
    }),
  ),
  flag(
    'batch.size',
    withArgument(
      'max-partition-memory-bytes',
      'memory in bytes per partition',
      'The same as --batch-size, and stronger.',
      {
        ...INTEGER,
        defaultsTo: '16384',
      },
    ),
  ),
  flag(
    'metadata.max.age.ms',
    withArgument('metadata-expiry-ms', 'metadata expiration interval', 'How long metadata is believed.', {
      ...LONG,
      defaultsTo: '300000',
    }),
  ),
  flag(
    'max.block.ms',
    withArgument('max-block-ms', 'max block on send', 'The longest that a send waits for metadata or for room.', {
      ...LONG,
      defaultsTo: '60000',
    }),
  ),
];

const READER_PROPERTIES =
  'parse.key, key.separator, parse.headers, headers.delimiter, headers.separator, headers.key.separator, null.marker, ignore.error';

const parser = new OptionParser([
  withArgument('topic', 'topic', 'REQUIRED: The topic to write to.'),
  withArgument('broker-list', 'broker-list', 'DEPRECATED, use --bootstrap-server, which is stronger.'),
  withArgument('bootstrap-server', 'server to connect to', 'REQUIRED: The brokers, as HOST1:PORT1,HOST2:PORT2.'),
  { name: 'sync', description: 'Send one record at a time and wait for its acknowledgement.' },
  {
    name: 'compression-codec',
    argument: 'optional',
    describedAs: 'compression-codec',
    description: 'The codec: none, gzip, snappy, lz4 or zstd; gzip when none is named.',
  },
  ...PRODUCER_FLAGS.map(({ spec }) => spec),
  withArgument('line-reader', 'reader_class', 'The class that reads lines; LineMessageReader is built in.', {
    defaultsTo: 'org.apache.kafka.tools.LineMessageReader',
  }),
  withArgument('property', 'prop', `A setting of the line reader: ${READER_PROPERTIES}.`),
  withArgument('reader-property', 'prop', 'The same as --property, as Kafka 4.2 spells it.'),
  withArgument('reader-config', 'config file', 'A file of settings of the line reader; --property is stronger.'),
  withArgument('producer-property', 'producer_prop', "A setting of the producer, by Java's name."),
  withArgument('command-property', 'producer_prop', 'The same as --producer-property, as Kafka 4.2 spells it.'),
  withArgument(
    'producer.config',
    'config file',
    'A file of settings of the producer; --producer-property is stronger.',
  ),
  withArgument('command-config', 'config file', 'The same as --producer.config, as Kafka 4.2 spells it.'),
  ...HELP_AND_VERSION,
]);

const RESPELLED = [
  { older: 'producer-property', newer: 'command-property' },
  { older: 'producer.config', newer: 'command-config' },
  { older: 'property', newer: 'reader-property' },
];

const NO_BOOTSTRAP = 'Missing required option(s) [bootstrap-server]';
const PURPOSE = 'This tool helps to read data from standard input and publish it to Kafka.';

/** Undefined: the version was asked for. */
export function parseProducerOptions(
  args: readonly string[],
  print: (text: string) => void,
): ParsedOptions | undefined {
  if (args.length === 0) throw new UsageError(parser, NO_BOOTSTRAP);
  const options = parseOrHelp(parser, args, PURPOSE, print);
  if (options === undefined) return undefined;
  requireOptions(parser, options, 'topic');
  if (!options.has('bootstrap-server') && !options.has('broker-list')) throw new UsageError(parser, NO_BOOTSTRAP);
  const both = bothSpellings(options, RESPELLED);
  if (both !== undefined)
    throw new UsageError(parser, `Options --${both.newer} and --${both.older} cannot be specified together.`);
  if (isOfKafka4(options, RESPELLED)) warn(options, print);
  validateBootstrap(parser, bootstrapOf(options));
  return options;
}

/** Of what 4.x finds outdated. */
function warn(options: ParsedOptions, print: (text: string) => void): void {
  const instead = (older: string, until: string, newer: string): void =>
    print(`Warning: --${older} is deprecated and will be removed in ${until}. Use --${newer} instead.\n`);
  for (const { older, newer } of givenOlder(options, RESPELLED)) instead(older, 'a future version', newer);
  const memory = 'max-partition-memory-bytes';
  if (options.has(memory)) instead(memory, 'Apache Kafka 5.0', 'batch-size');
}

/** The producer's properties: of `given` (file and command line) and of the flags. */
export function producerProperties(
  options: ParsedOptions,
  given: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const properties = new Map(given);
  for (const { property, spec } of PRODUCER_FLAGS) {
    const value = options.value(spec.name);
    if (value !== undefined && (options.has(spec.name) || !properties.has(property))) properties.set(property, value);
  }
  if (options.has('compression-codec')) {
    const codec = options.value('compression-codec') ?? '';
    properties.set('compression.type', codec === '' ? 'gzip' : codec);
  } else if (!properties.has('compression.type')) properties.set('compression.type', 'none');
  if (!properties.has('client.id')) properties.set('client.id', 'console-producer');
  return properties;
}
