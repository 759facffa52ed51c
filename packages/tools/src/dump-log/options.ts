import { OptionParser, withArgument } from '../cli/option-parser.ts';

export const parser = new OptionParser([
  withArgument(
    'files',
    'file1, file2, ...',
    'REQUIRED: The files to dump, log segments and indexes, separated by commas.',
  ),
  { name: 'print-data-log', description: 'Print what records hold; any decoder option does so too.' },
  { name: 'deep-iteration', description: 'Print a line for each record, not only for each batch.' },
  {
    name: 'verify-index-only',
    description: 'Compare an index with its log without printing the entries.',
  },
  {
    name: 'index-sanity-check',
    description: 'Check an index as a broker does when it starts, without printing the entries.',
  },
  withArgument('max-message-size', 'size', 'The size of the largest batch.', {
    type: 'Integer',
    defaultsTo: '5242880',
  }),
  withArgument('max-bytes', 'size', 'Stop behind this many bytes of each log file.', {
    type: 'Integer',
    defaultsTo: '2147483647',
  }),
  decoder('key-decoder-class', 'The class that makes keys readable.'),
  decoder('value-decoder-class', 'The class that makes values readable.'),
  { name: 'offsets-decoder', description: 'Read records as those of the __consumer_offsets topic.' },
  { name: 'transaction-log-decoder', description: 'Read records as those of the __transaction_state topic.' },
  { name: 'cluster-metadata-decoder', description: 'Read records as those of the cluster metadata log.' },
  { name: 'share-group-state-decoder', description: 'Read records as those of the __share_group_state topic.' },
  {
    name: 'remote-log-metadata-decoder',
    description: 'Read records as those of the __remote_log_metadata topic; not built yet.',
  },
  { name: 'skip-record-metadata', description: 'Print of a record only what it holds.' },
  { name: 'help', description: 'Print usage information.' },
  { name: 'version', description: 'Display Kafka version.' },
]);

function decoder(name: string, purpose: string) {
  return {
    name,
    argument: 'optional' as const,
    description: `${purpose} StringDecoder, IntegerDecoder, LongDecoder and DefaultDecoder of org.apache.kafka.tools.api are built in.`,
    defaultsTo: 'org.apache.kafka.tools.api.StringDecoder',
  };
}

export const PURPOSE =
  'This tool helps to parse a log file and dump its contents to the console, useful for debugging a seemingly corrupt log segment.';
