/** What both verifiable tools have in common. */
import type { HelpedArgument } from '../cli/argument-parser.ts';
import type { ArgumentGroup } from '../cli/arguments.ts';

const BROKERS = { metavar: 'HOST1:PORT1[,HOST2:PORT2[...]]' } as const;

export const BROKER_ARGUMENTS: readonly HelpedArgument[] = [
  { name: 'bootstrap-server', ...BROKERS, description: 'REQUIRED: The brokers to connect to first.' },
  { name: 'broker-list', ...BROKERS, description: 'DEPRECATED, use --bootstrap-server.' },
];

export const BROKER_GROUP: ArgumentGroup = { names: ['bootstrap-server', 'broker-list'], required: true };

/** How a process ends that a signal stopped. */
export function exitCodeOf({ aborted, reason }: AbortSignal): number {
  if (!aborted || reason === 'EPIPE') return 0;
  return reason === 'SIGINT' ? 130 : 143;
}
