import { lookup } from 'node:dns/promises';
import { OptionParser, type ParsedOptions, withArgument } from '../cli/option-parser.ts';
import { ToolError } from '../cli/tool.ts';
import { forbidTogether, HELP_AND_VERSION, parseOrHelp, UsageError } from '../cli/usage.ts';
import { refuseZooKeeper, ZOOKEEPER } from '../cli/zookeeper.ts';

/** In the order in which Kafka's tool looks at the flags of its own that each type has. */
const FLAGS = {
  topic: 'topics',
  client: 'clients',
  user: 'users',
  broker: 'brokers',
  'broker-logger': 'broker-loggers',
  ip: 'ips',
  'client-metrics': 'client-metrics',
  group: 'groups',
} as const;
const DEFAULT_FLAGS = {
  'client-defaults': 'clients',
  'user-defaults': 'users',
  'broker-defaults': 'brokers',
  'ip-defaults': 'ips',
} as const;

export type EntityType = (typeof FLAGS)[keyof typeof FLAGS];
/** With --zookeeper. */
const ZOOKEEPER_TYPES: readonly EntityType[] = ['users', 'brokers'];
const TYPES: readonly EntityType[] = [
  'topics',
  'clients',
  'users',
  'brokers',
  'ips',
  'broker-loggers',
  'client-metrics',
  'groups',
];

const keys = <Name extends string>(of: Readonly<Record<Name, unknown>>): Name[] => {
  const names: Name[] = [];
  for (const name in of) names.push(name);
  return names;
};

export const parser = new OptionParser([
  withArgument('bootstrap-server', 'server to connect to', 'Where the cluster is reached.'),
  withArgument('bootstrap-controller', 'controller to connect to', 'Refused: give --bootstrap-server instead.'),
  withArgument('command-config', 'command config property file', 'Properties of the client.'),
  { name: 'alter', description: 'Change the configuration of the entity.' },
  { name: 'describe', description: 'Show the configuration of the entity.' },
  { name: 'all', description: 'With describe: also what is not set dynamically.' },
  withArgument(
    'entity-type',
    'String',
    'topics, clients, users, brokers, ips, broker-loggers, client-metrics or groups.',
  ),
  withArgument('entity-name', 'String', 'Topic, client id, user, broker id, ip address, client metrics or group.'),
  { name: 'entity-default', description: 'The default of clients, users, brokers or ips.' },
  withArgument('add-config', 'String', "Configurations to set: 'name1=value1,name2=[value2a,value2b]'."),
  withArgument('add-config-file', 'String', 'A file of properties to set.'),
  withArgument('delete-config', 'String', "Configurations to take away: 'name1,name2'."),
  withArgument('topic', 'String', 'The topic.'),
  withArgument('client', 'String', 'The client id.'),
  { name: 'client-defaults', description: 'The defaults of clients.' },
  withArgument('user', 'String', 'The user.'),
  { name: 'user-defaults', description: 'The defaults of users.' },
  withArgument('broker', 'String', 'The id of the broker.'),
  { name: 'broker-defaults', description: 'The defaults of brokers.' },
  withArgument('broker-logger', 'String', 'The id of the broker whose loggers are meant.'),
  withArgument('ip', 'String', 'The ip address.'),
  { name: 'ip-defaults', description: 'The defaults of ips.' },
  withArgument('client-metrics', 'String', 'The subscription to client metrics.'),
  withArgument('group', 'String', 'The group.'),
  { name: 'force', description: 'Without effect: nothing is asked.' },
  withArgument('zk-tls-config-file', 'String', 'Refused, as --zookeeper is.'),
  ZOOKEEPER,
  ...HELP_AND_VERSION,
]);
const PURPOSE =
  'This tool helps to manipulate and describe entity config for a topic, client, user, broker, ip or client-metrics';

export interface ConfigRequest {
  readonly action: 'alter' | 'describe';
  readonly options: ParsedOptions;
  readonly types: readonly EntityType[];
  /** Empty: the default. Fewer than types: any. */
  readonly names: readonly string[];
}

/** Throws UsageError or ToolError with Java's texts. Undefined: the version was printed. */
export async function parseConfigOptions(
  args: readonly string[],
  print: (text: string) => void,
): Promise<ConfigRequest | undefined> {
  const options = parseOrHelp(parser, args, PURPOSE, print, 'message alone');
  if (options === undefined) return undefined;
  if (options.has('alter') === options.has('describe'))
    throw new UsageError(parser, 'Command must include exactly one action: --describe, --alter');
  const action = options.has('alter') ? 'alter' : 'describe';
  forbidTogether(parser, options, 'describe', 'add-config', 'delete-config');
  refuseZooKeeper(options);
  const types = typesOf(options);
  const names = namesOf(options);
  checkConnection(options);
  await checkNames(types, names);
  if (action === 'alter') checkAlter(options, types, names);
  else if (types.includes('broker-loggers') && !names.some((name) => name !== ''))
    throw new ToolError(`an entity name must be specified with --describe of ${types.join(',')}`);
  return { action, options, types, names };
}

function typesOf(options: ParsedOptions): EntityType[] {
  const byFlag: EntityType[] = [
    ...keys(FLAGS).flatMap((flag) => (options.has(flag) ? FLAGS[flag] : [])),
    ...keys(DEFAULT_FLAGS).flatMap((flag) => (options.has(flag) ? DEFAULT_FLAGS[flag] : [])),
  ];
  const given = [...options.values('entity-type'), ...byFlag];
  const twice = given.filter((type, index) => given.indexOf(type) !== index);
  if (twice.length > 0) throw new ToolError(`Duplicate entity type(s) specified: ${twice.join(',')}`);
  const types = given.map((text) => {
    // Kafka 3.9 takes who names no cluster for one who means ZooKeeper, and has no groups.
    const [allowed, argument] =
      options.has('bootstrap-server') || options.has('bootstrap-controller')
        ? ([TYPES, '--bootstrap-server or --bootstrap-controller'] as const)
        : ([ZOOKEEPER_TYPES, '--zookeeper'] as const);
    const type = allowed.find((known) => known === text);
    if (type !== undefined) return type;
    throw new ToolError(
      `Invalid entity type ${text}, the entity type must be one of ${allowed.filter((type) => type !== 'groups').join(', ')} with a ${argument} argument`,
    );
  });
  if (types.length === 0) throw new ToolError('At least one entity type must be specified');
  if (types.length > 1 && types.some((type) => type !== 'users' && type !== 'clients'))
    throw new ToolError("Only 'users' and 'clients' entity types may be specified together");
  const isSpelledOut = ['entity-type', 'entity-name', 'entity-default'].some((name) => options.has(name));
  if (isSpelledOut && byFlag.length > 0)
    throw new ToolError('--entity-{type,name,default} should not be used in conjunction with specific entity flags');
  return types;
}

function namesOf(options: ParsedOptions): string[] {
  const named = [...options.values('entity-name')];
  const spelledOut = options.given.flatMap((option) => {
    if (option === 'entity-name') return named.shift() ?? '';
    return option === 'entity-default' ? '' : [];
  });
  return [
    ...spelledOut,
    ...keys(FLAGS).flatMap((flag) => options.value(flag) ?? []),
    ...keys(DEFAULT_FLAGS).flatMap((flag) => (options.has(flag) ? '' : [])),
  ];
}

function checkConnection(options: ParsedOptions): void {
  const isServer = options.has('bootstrap-server');
  const isController = options.has('bootstrap-controller');
  if (!isServer && !isController)
    throw new ToolError(
      'One of the required --bootstrap-server, --boostrap-controller, or --zookeeper arguments must be specified',
    );
  if (isServer && isController)
    throw new ToolError('Only one of --bootstrap-server, --boostrap-controller, and --zookeeper can be specified');
  if (isController)
    throw new ToolError(
      '--bootstrap-controller: controllers are not talked to directly; give --bootstrap-server, and a broker will ask them',
    );
  if (options.has('zk-tls-config-file'))
    throw new ToolError('Only the --zookeeper option can be used with the --zk-tls-config-file option.');
}

async function checkNames(types: readonly EntityType[], names: readonly string[]): Promise<void> {
  const [type = 'topics'] = types;
  for (const name of names) {
    if (name === '') continue;
    if ((type === 'brokers' || type === 'broker-loggers') && !/^[+-]?\d+$/.test(name))
      throw new ToolError(`The entity name for ${type} must be a valid integer broker id, but it is: ${name}`);
    if (type === 'ips' && (await lookup(name).catch(() => undefined)) === undefined)
      throw new ToolError(`The entity name for ${type} must be a valid IP or resolvable host, but it is: ${name}`);
  }
  if (types.length < names.length) throw new ToolError('More entity names specified than entity types');
}

function checkAlter(options: ParsedOptions, types: readonly EntityType[], names: readonly string[]): void {
  const hasName = names.some((name) => name !== '');
  if (types.some((type) => ['users', 'clients', 'brokers', 'ips'].includes(type))) {
    if (names.length === 0)
      throw new ToolError(
        'an entity-name or default entity must be specified with --alter of users, clients, brokers or ips',
      );
  } else if (!hasName)
    throw new ToolError(
      `${types.includes('groups') ? 'An' : 'an'} entity name must be specified with --alter of ${types.join(',')}`,
    );
  const adds = options.has('add-config');
  const addsFile = options.has('add-config-file');
  if (adds && addsFile) throw new ToolError('Only one of --add-config or --add-config-file must be specified');
  if (!adds && !addsFile && !options.has('delete-config'))
    throw new ToolError(
      'At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter',
    );
}
