import { OptionParser, type ParsedOptions, withArgument } from '../cli/option-parser.ts';
import { ToolError } from '../cli/tool.ts';
import { forbidTogether, HELP_AND_VERSION, parseOrHelp, requireOptions, UsageError } from '../cli/usage.ts';
import { refuseZooKeeper, ZOOKEEPER } from '../cli/zookeeper.ts';

const ACTIONS = ['list', 'describe', 'create', 'alter', 'delete'] as const;
export type Action = (typeof ACTIONS)[number];

export const parser = new OptionParser([
  withArgument('bootstrap-server', 'server to connect to', 'REQUIRED: Where the cluster is reached.'),
  withArgument('command-config', 'command config property file', 'Properties of the client.'),
  { name: 'list', description: 'Names of the topics.' },
  { name: 'create', description: 'Create a topic.' },
  { name: 'delete', description: 'Delete topics.' },
  { name: 'alter', description: 'Add partitions to topics.' },
  { name: 'describe', description: 'Topics with their partitions and configurations.' },
  withArgument('topic', 'topic', 'The topic. Except with create: or a regular expression for topics.'),
  withArgument('topic-id', 'topic-id', 'The id of the topic, with describe only.'),
  withArgument('partitions', '# of partitions', 'How many partitions the topic is to have.', { type: 'Integer' }),
  withArgument('replication-factor', 'replication factor', 'How many replicas a new topic has of each partition.', {
    type: 'Integer',
  }),
  withArgument(
    'replica-assignment',
    'broker_id_for_part1_replica1 : broker_id_for_part1_replica2 , ...',
    'The brokers of each partition: replicas separated by a colon, partitions by a comma.',
  ),
  withArgument('config', 'name=value', 'A configuration of the new topic; may be given several times.'),
  withArgument('delete-config', 'name', 'A configuration to take away; kafka-configs does that.'),
  { name: 'if-exists', description: 'With alter, delete and describe: do nothing when the topic does not exist.' },
  { name: 'if-not-exists', description: 'With create: do nothing when the topic exists.' },
  { name: 'exclude-internal', description: 'With list and describe: leave the internal topics out.' },
  { name: 'under-replicated-partitions', description: 'With describe: only partitions that lack in-sync replicas.' },
  { name: 'unavailable-partitions', description: 'With describe: only partitions without a leader.' },
  { name: 'under-min-isr-partitions', description: 'With describe: only those with less than min.insync.replicas.' },
  { name: 'at-min-isr-partitions', description: 'With describe: only those with exactly min.insync.replicas.' },
  { name: 'topics-with-overrides', description: 'With describe: only topics that have configurations of their own.' },
  withArgument(
    'partition-size-limit-per-response',
    'maximum number of partitions per response',
    'Without effect: partitions are asked for 2000 at a time.',
    { type: 'Integer' },
  ),
  { name: 'force', description: 'Without effect: nothing is asked.' },
  { name: 'disable-rack-aware', description: 'Without effect: brokers place replicas.' },
  ZOOKEEPER,
  ...HELP_AND_VERSION,
]);

export const FILTERS = [
  'under-replicated-partitions',
  'unavailable-partitions',
  'under-min-isr-partitions',
  'at-min-isr-partitions',
] as const;
const PURPOSE = 'This tool helps to create, delete, describe, or change a topic.';

/** Of what was parsed, and before anything is asked; throws UsageError or ToolError. Undefined: help or version was printed. */
export function parseTopicsOptions(
  args: readonly string[],
  print: (text: string) => void,
): { action: Action; options: ParsedOptions } | undefined {
  if (args.length === 0) throw new UsageError(parser, 'Create, delete, describe, or change a topic.');
  const options = parseOrHelp(parser, args, PURPOSE, print, 'message alone');
  if (options === undefined) return undefined;
  const [action, ...others] = ACTIONS.filter((name) => options.has(name));
  if (action === undefined || others.length > 0) {
    throw new UsageError(
      parser,
      'Command must include exactly one action: --list, --describe, --create, --alter or --delete',
    );
  }
  refuseZooKeeper(options);
  if (!options.has('bootstrap-server')) throw new ToolError('--bootstrap-server must be specified');
  checkRequired(action, options);
  checkInvalid(action, options);
  return { action, options };
}

function checkRequired(action: Action, options: ParsedOptions): void {
  if (action === 'describe' && options.has('if-exists') && !options.has('topic') && !options.has('topic-id'))
    throw new UsageError(parser, '--topic or --topic-id is required to describe a topic');
  if (action !== 'list' && action !== 'describe') requireOptions(parser, options, 'topic');
  if (action !== 'alter') return;
  if (options.has('config'))
    throw new UsageError(
      parser,
      'Option combination "[[bootstrap-server], [config]]" can\'t be used with option "[alter]" (the kafka-configs CLI supports altering topic configs with a --bootstrap-server option)',
    );
  requireOptions(parser, options, 'partitions');
}

function checkInvalid(action: Action, options: ParsedOptions): void {
  const only = (name: string, ...actions: Action[]): void => {
    if (!actions.includes(action)) forbidTogether(parser, options, name, action);
  };
  only('config', 'create', 'alter');
  if (options.has('delete-config'))
    forbidTogether(parser, options, 'delete-config', action === 'alter' ? 'bootstrap-server' : action);
  only('partitions', 'alter', 'create');
  only('replication-factor', 'create');
  only('replica-assignment', 'alter', 'create');
  if (action === 'create') forbidTogether(parser, options, 'replica-assignment', 'partitions', 'replication-factor');
  for (const filter of FILTERS) {
    only(filter, 'describe');
    forbidTogether(parser, options, filter, 'topics-with-overrides');
  }
  only('topics-with-overrides', 'describe');
  only('if-exists', 'alter', 'delete', 'describe');
  only('if-not-exists', 'create');
  only('exclude-internal', 'list', 'describe');
}
