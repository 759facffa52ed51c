/** The command line of kafka-transactions.sh: what stands before the command, and each command's own. */
import { type Argument, ArgumentsError, type ParsedArguments, parseArguments } from '../cli/arguments.ts';

const PROGRAM = 'kafka-transactions.sh';
const USAGE = `usage: ${PROGRAM} [-h] [-v] [--command-config FILE]
                             --bootstrap-server host:port COMMAND ...`;

const GLOBAL: readonly Argument[] = [
  { name: 'help', short: 'h', flag: true },
  { name: 'version', short: 'v', flag: true },
  { name: 'command-config' },
  { name: 'bootstrap-server' },
];

interface Command {
  readonly about: string;
  readonly usage: string;
  readonly known: readonly Argument[];
}

const usageOf = (text: string): string => `usage: ${PROGRAM} --bootstrap-server host:port ${text}`;
const HELP: Argument = { name: 'help', short: 'h', flag: true };
const PARTITION: readonly Argument[] = [
  { name: 'topic', required: true },
  { name: 'partition', required: true, type: 'Integer' },
];

export const COMMANDS = {
  list: {
    about: 'transactions of all coordinators',
    usage: 'list [-h] [--duration-filter DURATION_FILTER] [--transactional-id-pattern PATTERN]',
    known: [HELP, { name: 'duration-filter', type: 'Long' }, { name: 'transactional-id-pattern' }],
  },
  describe: {
    about: 'the transaction of one transactional id',
    usage: 'describe [-h] --transactional-id TRANSACTIONAL_ID',
    known: [HELP, { name: 'transactional-id', required: true }],
  },
  'describe-producers': {
    about: 'producers that wrote to a partition lately',
    usage: 'describe-producers [-h] [--broker-id BROKER_ID] --topic TOPIC --partition PARTITION',
    known: [HELP, { name: 'broker-id', type: 'Integer' }, ...PARTITION],
  },
  abort: {
    about: 'write the abort marker that a hanging transaction lacks',
    usage:
      'abort [-h] --topic TOPIC --partition PARTITION [--start-offset START_OFFSET] [--producer-id PRODUCER_ID] [--producer-epoch PRODUCER_EPOCH] [--coordinator-epoch COORDINATOR_EPOCH]',
    known: [
      HELP,
      ...PARTITION,
      { name: 'start-offset', type: 'Long' },
      { name: 'producer-id', type: 'Long' },
      { name: 'producer-epoch', type: 'Short' },
      { name: 'coordinator-epoch', type: 'Integer' },
    ],
  },
  'find-hanging': {
    about: 'open transactions that no coordinator knows',
    usage:
      'find-hanging [-h] [--broker-id BROKER_ID] [--max-transaction-timeout MAX_TRANSACTION_TIMEOUT] [--topic TOPIC] [--partition PARTITION]',
    known: [
      HELP,
      { name: 'broker-id', type: 'Integer' },
      { name: 'max-transaction-timeout', type: 'Integer' },
      { name: 'topic' },
      { name: 'partition', type: 'Integer' },
    ],
  },
  forceTerminateTransaction: {
    about: 'fence the producer of a transactional id, which ends its transaction',
    usage: 'forceTerminateTransaction [-h] --transactionalId TRANSACTIONALID',
    known: [HELP, { name: 'transactionalId', required: true }],
  },
} as const satisfies Record<string, Command>;
export type CommandName = keyof typeof COMMANDS;

export interface TransactionsRequest {
  readonly command: CommandName;
  readonly global: ParsedArguments;
  readonly own: ParsedArguments;
}

/** Throws ArgumentsError; what is to be printed instead is returned as `text`. */
export function parseTransactionsArguments(
  args: readonly string[],
  version: string,
): TransactionsRequest | { readonly text: string; readonly exitCode: number } {
  const at = commandIndex(args);
  const global = parseArguments(args.slice(0, at), GLOBAL, USAGE, PROGRAM);
  // 3.9 ends with 1 after its help.
  if (global.has('help')) return { text: helpText(), exitCode: 1 };
  if (global.has('version')) return { text: `${version}\n`, exitCode: 0 };
  const name = args[at];
  if (name === undefined) throw new ArgumentsError(`${USAGE}\n${PROGRAM}: error: too few arguments`);
  const command = names().find((known) => known === name);
  if (command === undefined) {
    const choices = names().map((known) => `'${known}'`);
    throw new ArgumentsError(
      `${USAGE}\n${PROGRAM}: error: invalid choice: '${name}' (choose from ${choices.join(', ')})`,
    );
  }
  const { usage, known } = COMMANDS[command];
  const rest = args.slice(at + 1);
  if (rest.includes('-h') || rest.includes('--help')) return { text: `${usageOf(usage)}\n`, exitCode: 1 };
  const own = parseArguments(rest, known, usageOf(usage), PROGRAM);
  if (!global.has('bootstrap-server'))
    throw new ArgumentsError(`${USAGE}\n${PROGRAM}: error: argument --bootstrap-server is required`);
  return { command, global, own };
}

function names(): CommandName[] {
  const list: CommandName[] = [];
  for (const name in COMMANDS) if (isCommand(name)) list.push(name);
  return list;
}

function isCommand(name: string): name is CommandName {
  return name in COMMANDS;
}

/** Of the first word that is neither an option nor its value. */
function commandIndex(args: readonly string[]): number {
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at] ?? '';
    if (!word.startsWith('-')) return at;
    const isFlag = /^(-h|-v|--h\w*|--v\w*)$/.test(word);
    if (!isFlag && !word.includes('=')) at++;
  }
  return Math.min(at, args.length);
}

function helpText(): string {
  const commands = names().map((name) => `    ${name}: ${COMMANDS[name].about}\n`);
  return `${USAGE}

Looks at transactions, and ends those that hang.

optional arguments:
  -h, --help             print this
  -v, --version          print the version
  --command-config FILE  properties of the client
  --bootstrap-server host:port
                         where the cluster is reached

commands:
  COMMAND
${commands.join('')}`;
}
