import { OptionParser, type ParsedOptions, withArgument } from '../cli/option-parser.ts';
import { forbidTogether, parseOrHelp, requireOptions, UsageError } from '../cli/usage.ts';

const ACTIONS = ['list', 'describe', 'create', 'alter', 'delete'] as const;
export type Action = (typeof ACTIONS)[number];

export const parser = new OptionParser([
  withArgument('bootstrap-server', 'server to connect to', 'REQUIRED: The Kafka server to connect to.'),
  withArgument(
    'command-config',
    'command config property file',
    'Property file containing configs for the admin client. Settings of security are not read yet.',
  ),
  { name: 'list', description: 'List all available topics.' },
  { name: 'create', description: 'Create a new topic.' },
  { name: 'delete', description: 'Delete a topic.' },
  { name: 'alter', description: 'Alter the number of partitions of a topic.' },
  { name: 'describe', description: 'List details for the given topics.' },
  withArgument(
    'topic',
    'topic',
    'The topic to create, alter, describe or delete. Except for create it may be a regular expression.',
  ),
  withArgument('partitions', '# of partitions', 'The number of partitions of the topic being created or altered.', {
    type: 'Integer',
  }),
  withArgument(
    'replication-factor',
    'replication factor',
    'The number of replicas of each partition of the topic being created.',
    { type: 'Integer' },
  ),
  withArgument(
    'replica-assignment',
    'broker_id_for_part1_replica1 : broker_id_for_part1_replica2 , ...',
    'The brokers of each partition: replicas separated by a colon, partitions by a comma.',
  ),
  withArgument('config', 'name=value', 'A configuration of the topic being created; may be given several times.'),
  { name: 'if-exists', description: 'With alter, delete and describe: do nothing when the topic does not exist.' },
  { name: 'if-not-exists', description: 'With create: do nothing when the topic exists.' },
  { name: 'exclude-internal', description: 'With list and describe: leave the internal topics out.' },
  {
    name: 'under-replicated-partitions',
    description: 'With describe: only partitions with fewer in-sync replicas than replicas.',
  },
  { name: 'unavailable-partitions', description: 'With describe: only partitions without a leader.' },
  { name: 'topics-with-overrides', description: 'With describe: only topics that have configurations of their own.' },
  { name: 'help', description: 'Print usage information.' },
  { name: 'version', description: 'Display Kafka version.' },
]);

const FILTERS = ['under-replicated-partitions', 'unavailable-partitions', 'topics-with-overrides'];
const PURPOSE = 'This tool helps to create, delete, describe, or change a topic.';

/** The one action and its checked options; undefined when the version was all that was asked for. */
export function parseTopicsOptions(
  args: readonly string[],
  print: (text: string) => void,
): { action: Action; options: ParsedOptions } | undefined {
  const options = parseOrHelp(parser, args, PURPOSE, print);
  if (options === undefined) return undefined;
  const [action, ...others] = ACTIONS.filter((name) => options.has(name));
  if (action === undefined || others.length > 0) {
    throw new UsageError(
      parser,
      'Command must include exactly one action: --list, --describe, --create, --alter or --delete',
    );
  }
  if (!options.has('bootstrap-server')) throw new UsageError(parser, '--bootstrap-server must be specified');
  if (action !== 'list' && action !== 'describe') requireOptions(parser, options, 'topic');
  if (action === 'alter') {
    requireOptions(parser, options, 'partitions');
    if (options.has('config')) {
      throw new UsageError(
        parser,
        'Option combination "[[bootstrap-server], [config]]" can\'t be used with option "[alter]" (the kafka-configs CLI supports altering topic configs with a --bootstrap-server option)',
      );
    }
  }
  if (action !== 'create') forbidAll(options, action, ['config', 'if-not-exists', 'replication-factor']);
  if (action !== 'create' && action !== 'alter') forbidAll(options, action, ['partitions', 'replica-assignment']);
  if (action !== 'describe') forbidAll(options, action, FILTERS);
  if (action === 'create' || action === 'list') forbidAll(options, action, ['if-exists']);
  if (action === 'create') forbidTogether(parser, options, 'replica-assignment', 'partitions', 'replication-factor');
  return { action, options };
}

function forbidAll(options: ParsedOptions, action: Action, names: readonly string[]): void {
  for (const name of names) {
    if (options.has(name)) throw new UsageError(parser, `Option "[${name}]" can't be used with option "[${action}]"`);
  }
}
