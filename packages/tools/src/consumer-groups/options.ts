import { OptionParser, type OptionSpec, type ParsedOptions, withArgument } from '../cli/option-parser.ts';
import { forbidTogether, HELP_AND_VERSION, parseOrHelp, requireOptions, UsageError } from '../cli/usage.ts';
import { refuseZooKeeper, ZOOKEEPER } from '../cli/zookeeper.ts';

const ACTIONS = ['list', 'describe', 'delete', 'reset-offsets', 'delete-offsets', 'validate-regex'] as const;
export type Action = (typeof ACTIONS)[number];

/** Of Kafka 4. */
const REGEX: Action = 'validate-regex';

/** To which offsets a group is reset: exactly one. */
export const SCENARIOS = [
  'to-offset',
  'to-datetime',
  'by-duration',
  'to-earliest',
  'to-latest',
  'to-current',
  'shift-by',
  'from-file',
] as const;
export type Scenario = (typeof SCENARIOS)[number];

const describeOnly: Pick<OptionSpec, 'availableIf'> = { availableIf: ['describe'] };

export const parser = new OptionParser([
  withArgument('bootstrap-server', 'server to connect to', 'REQUIRED: Where the cluster is reached.'),
  withArgument('group', 'consumer group', 'The group; may be given several times.'),
  withArgument('topic', 'topic', 'A topic, or some of its partitions as topic:0,1; may be given several times.'),
  { name: 'all-topics', description: 'With reset-offsets: all topics the group has committed offsets of.' },
  { name: 'list', description: 'Groups of the cluster.' },
  { name: 'describe', description: 'Offsets, members or state of groups.' },
  { name: 'all-groups', description: 'All groups of the cluster.' },
  { name: 'delete', description: 'Delete groups, with their offsets.' },
  withArgument('timeout', 'timeout (ms)', 'How long one request may take.', { type: 'Long', defaultsTo: '5000' }),
  withArgument('command-config', 'command config property file', 'Properties of the client.'),
  { name: 'reset-offsets', description: 'Set the committed offsets of a group without members.' },
  { name: 'delete-offsets', description: 'Delete committed offsets of a group, by topic.' },
  { name: 'dry-run', description: 'With reset-offsets: only show what would be done.' },
  { name: 'execute', description: 'With reset-offsets: do it.' },
  { name: 'export', description: 'With reset-offsets: print the plan as CSV.' },
  withArgument('to-offset', 'Long', 'Reset to this offset.', { type: 'Long' }),
  withArgument('from-file', 'String', 'Reset to the offsets of a CSV file.'),
  withArgument('to-datetime', 'String', "Reset to the first record since then: 'YYYY-MM-DDTHH:mm:SS.sss'."),
  withArgument('by-duration', 'String', "Reset to what was current that long ago: 'PnDTnHnMnS'."),
  { name: 'to-earliest', description: 'Reset to the beginning.' },
  { name: 'to-latest', description: 'Reset to the end.' },
  withArgument('shift-by', 'Long', 'Move the committed offsets by this many, forward or back.', { type: 'Long' }),
  { name: 'to-current', description: 'Reset to what is committed.' },
  { name: 'members', description: 'With describe: the members.', ...describeOnly },
  { name: 'offsets', description: 'With describe: offsets and lag; so it is anyway.', ...describeOnly },
  {
    name: 'state',
    argument: 'optional',
    description: 'With describe: the state. With list: states too, or only groups in the given ones.',
    availableIf: ['describe', 'list'],
  },
  {
    name: 'type',
    argument: 'optional',
    description: 'With list: types too, or only groups of the given ones.',
    availableIf: ['list'],
  },
  { name: 'verbose', description: 'With describe: more of it.', ...describeOnly },
  withArgument('validate-regex', 'regex', 'Say whether a regular expression can be subscribed to; asks no cluster.'),
  // Of Kafka 0.10.
  { name: 'new-consumer', description: 'Without effect: there is no other.' },
  ZOOKEEPER,
  ...HELP_AND_VERSION,
]);
const PURPOSE =
  'This tool helps to list all consumer groups, describe a consumer group, delete consumer group info, or reset consumer group offsets.';
const NOTHING_DONE =
  'WARN: No action will be performed as the --execute option is missing.In a future major release, the default behavior of this command will be to prompt the user before executing the reset rather than doing a dry run. You should add the --dry-run option explicitly if you are scripting this command and want to keep the current default behavior without prompting.';

/** Throws UsageError or ToolError. Undefined: the version was printed. `warn` gets whole lines for standard error. */
export function parseGroupOptions(
  args: readonly string[],
  print: (text: string) => void,
  warn: (line: string) => void,
): { action: Action; options: ParsedOptions } | undefined {
  const options = parseOrHelp(parser, args, PURPOSE, print, 'message alone');
  if (options === undefined) return undefined;
  refuseZooKeeper(options);
  if (!options.has(REGEX)) requireOptions(parser, options, 'bootstrap-server');
  if (options.has('describe')) checkDescribe(options);
  if (options.has('delete')) checkDelete(options);
  if (options.has('delete-offsets') && !(options.has('group') && options.has('topic')))
    throw usage('Option [delete-offsets] takes the following options: [all-groups], [group]');
  if (options.has('reset-offsets')) checkReset(options, warn);
  forbidTogether(parser, options, 'group', 'all-groups', 'list');
  forbidTogether(parser, options, 'topic', 'list', 'describe');
  const [action, ...others] = ACTIONS.filter((name) => options.has(name));
  if (action === undefined || others.length > 0)
    throw usage(
      `Command must include exactly one action: ${ACTIONS.filter((name) => name !== REGEX || options.has(REGEX))
        .map((name) => `--${name}`)
        .join(', ')}`,
    );
  return { action, options };
}

function checkDescribe(options: ParsedOptions): void {
  if (!hasGroups(options))
    throw usage('Option [describe] takes one of these options: [reset-offsets], [describe], [delete], [list]');
  if (['members', 'offsets', 'state'].filter((name) => options.has(name)).length > 1)
    throw usage('Option [describe] takes at most one of these options: [members], [offsets], [state]');
  if (options.hasArgument('state')) throw usage('Option [describe] does not take a value for [state]');
}

function checkDelete(options: ParsedOptions): void {
  if (!hasGroups(options)) throw usage('Option [delete] takes one of these options: [all-groups], [group]');
  if (options.has('topic'))
    throw usage('The consumer does not support topic-specific offset deletion from a consumer group.');
}

function checkReset(options: ParsedOptions, warn: (line: string) => void): void {
  if (options.has('dry-run') && options.has('execute'))
    throw usage('Option [reset-offsets] only accepts one of [execute] and [dry-run]');
  if (!options.has('dry-run') && !options.has('execute')) warn(NOTHING_DONE);
  if (!hasGroups(options)) throw usage('Option [reset-offsets] takes one of these options: [all-groups], [group]');
  for (const scenario of SCENARIOS)
    forbidTogether(parser, options, scenario, ...SCENARIOS.filter((other) => other !== scenario));
}

const hasGroups = (options: ParsedOptions): boolean => options.has('group') || options.has('all-groups');

export function usage(message: string): UsageError {
  return new UsageError(parser, message);
}

const STATES = ['PreparingRebalance', 'CompletingRebalance', 'Stable', 'Dead', 'Empty', 'Assigning', 'Reconciling'];
const TYPES = ['Consumer', 'Classic'];

/** The states to list; undefined: any. */
export function statesOf(text: string | undefined): string[] | undefined {
  return namesOf(text, STATES, (list) => `Invalid state list '${list}'. Valid states are: ${STATES.join(', ')}`);
}

export function typesOf(text: string | undefined): string[] | undefined {
  return namesOf(text, TYPES, (list) => `Invalid types list '${list}'. Valid types are: ${TYPES.join(', ')}`);
}

function namesOf(
  text: string | undefined,
  known: readonly string[],
  wrong: (list: string) => string,
): string[] | undefined {
  if (text === undefined || text === '') return undefined;
  return text.split(',').map((part) => {
    const found = known.find((name) => name.toLowerCase() === part.trim().toLowerCase());
    if (found === undefined) throw usage(wrong(text));
    return found;
  });
}
