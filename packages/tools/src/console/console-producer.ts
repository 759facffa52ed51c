/** kafka-console-producer.sh: lines of standard input to records. Kafka's ConsoleProducer of 3.9. */
import { createInterface } from 'node:readline';
import { OptionParser, type ParsedOptions, withArgument } from '../cli/option-parser.ts';
import { type Tool, ToolError } from '../cli/tool.ts';
import { parseOrHelp, requireOptions, UsageError } from '../cli/usage.ts';
import { withCluster } from '../client/with-cluster.ts';
import { LineProducer } from './line-producer.ts';
import { LineReader, parseProperties } from './message-text.ts';

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
type Codec = (typeof CODECS)[number];

const parser = new OptionParser([
  withArgument('topic', 'topic', 'REQUIRED: The topic name to produce messages to.'),
  withArgument(
    'broker-list',
    'broker-list',
    'DEPRECATED, use --bootstrap-server instead; ignored if --bootstrap-server is specified.',
  ),
  withArgument(
    'bootstrap-server',
    'server to connect to',
    'REQUIRED: The brokers to connect to, as HOST1:PORT1,HOST2:PORT2.',
  ),
  { name: 'sync', description: 'Send one record at a time and wait for its acknowledgement.' },
  {
    name: 'compression-codec',
    argument: 'optional',
    describedAs: 'compression-codec',
    description: 'The codec: none, gzip, snappy, lz4 or zstd; gzip when none is named.',
  },
  withArgument('batch-size', 'size', 'Bytes sent in one batch when records are not sent one by one.', {
    defaultsTo: '16384',
    type: 'Integer',
  }),
  withArgument('message-send-max-retries', 'Integer', 'How often a record that could not be sent is sent again.', {
    defaultsTo: '3',
    type: 'Integer',
  }),
  withArgument('retry-backoff-ms', 'Long', 'Time before each retry.', { defaultsTo: '100', type: 'Long' }),
  withArgument('timeout', 'timeout_ms', 'The longest that a record waits for others to join its batch.', {
    defaultsTo: '1000',
    type: 'Long',
  }),
  withArgument('request-required-acks', 'request required acks', 'The acknowledgements asked for: 0, 1, -1 or all.', {
    defaultsTo: '-1',
  }),
  withArgument('request-timeout-ms', 'request timeout ms', 'The longest to wait for an acknowledgement.', {
    defaultsTo: '1500',
    type: 'Integer',
  }),
  withArgument(
    'metadata-expiry-ms',
    'metadata expiration interval',
    'Accepted; metadata is asked for again when a leader has moved.',
    { defaultsTo: '300000', type: 'Long' },
  ),
  withArgument('max-block-ms', 'max block on send', 'The longest that a send waits for metadata.', {
    defaultsTo: '60000',
    type: 'Long',
  }),
  withArgument('max-memory-bytes', 'total memory in bytes', 'Bytes that may wait to be sent before reading pauses.', {
    defaultsTo: '33554432',
    type: 'Long',
  }),
  withArgument('max-partition-memory-bytes', 'memory in bytes per partition', 'Overrides --batch-size.', {
    defaultsTo: '16384',
    type: 'Integer',
  }),
  withArgument('socket-buffer-size', 'size', 'Accepted; the operating system sizes the buffer.', {
    defaultsTo: '102400',
    type: 'Integer',
  }),
  withArgument('line-reader', 'reader_class', 'The class that reads lines; only the default is built in.'),
  withArgument(
    'property',
    'prop',
    'A setting of the line reader: parse.key, key.separator, parse.headers, headers.delimiter, headers.separator, headers.key.separator, null.marker, ignore.error.',
  ),
  withArgument('reader-property', 'prop', 'The same as --property, as 4.2 spells it.'),
  withArgument(
    'producer-property',
    'producer_prop',
    'A setting of the producer: acks, compression.type, linger.ms, batch.size and client.id are read.',
  ),
  { name: 'help', description: 'Print usage information.' },
  { name: 'version', description: 'Display Kafka version.' },
]);

const PURPOSE = 'This tool helps to read data from standard input and publish it to Kafka.';

export const consoleProducer: Tool = async (args, io) => {
  const options = parseOrHelp(parser, args, PURPOSE, (text) => io.stdout.write(text));
  if (options === undefined) return 0;
  requireOptions(parser, options, 'topic');
  const bootstrap = options.value('bootstrap-server') ?? options.value('broker-list');
  if (bootstrap === undefined) throw new UsageError(parser, 'Missing required withArgument(s) [bootstrap-server]');
  const properties = parseProperties(options.values('producer-property'));
  const reader = new LineReader(parseProperties([...options.values('property'), ...options.values('reader-property')]));

  await withCluster(bootstrap, properties.get('client.id') ?? 'console-producer', async (cluster) => {
    const producer = new LineProducer(cluster, {
      topic: options.value('topic') ?? '',
      codec: codecOf(options, properties),
      acks: acksOf(options, properties),
      lingerMs: Number(pick(options, 'timeout', properties.get('linger.ms'))),
      batchBytes: Number(
        options.has('max-partition-memory-bytes')
          ? options.value('max-partition-memory-bytes')
          : pick(options, 'batch-size', properties.get('batch.size')),
      ),
      retries: options.number('message-send-max-retries') ?? 3,
      retryBackoffMs: options.number('retry-backoff-ms') ?? 100,
      requestTimeoutMs: options.number('request-timeout-ms') ?? 1500,
      waitingBytesMax: options.number('max-memory-bytes') ?? 33_554_432,
      metadataTimeoutMs: options.number('max-block-ms') ?? 60_000,
      failed: (text) => io.stderr.write(text),
    });
    const lines = createInterface({ input: io.stdin, crlfDelay: Number.POSITIVE_INFINITY });
    io.signal.addEventListener('abort', () => lines.close(), { once: true });
    if (io.interactive) io.stdout.write('>');
    for await (const line of lines) {
      await producer.send(reader.read(line));
      if (options.has('sync')) await producer.flush();
      if (io.interactive) io.stdout.write('>');
    }
    await producer.flush();
  });
  return 0;
};

/** A flag that was given wins, then the producer's own property, then the flag's default. */
function pick(options: ParsedOptions, flag: string, property: string | undefined): string | undefined {
  return options.has(flag) ? options.value(flag) : (property ?? options.value(flag));
}

function codecOf(options: ParsedOptions, properties: ReadonlyMap<string, string>): Codec {
  const named = options.has('compression-codec')
    ? options.hasArgument('compression-codec')
      ? options.value('compression-codec')
      : 'gzip'
    : (properties.get('compression.type') ?? 'none');
  const codec = CODECS.find((name) => name === named);
  if (codec === undefined) throw new ToolError(`Unknown compression name: ${named}`);
  return codec;
}

function acksOf(options: ParsedOptions, properties: ReadonlyMap<string, string>): -1 | 0 | 1 {
  const text = pick(options, 'request-required-acks', properties.get('acks'));
  if (text === 'all' || text === '-1') return -1;
  if (text === '0') return 0;
  if (text === '1') return 1;
  throw new ToolError(`Invalid value ${text} for configuration acks: String must be one of: all, -1, 0, 1`);
}
