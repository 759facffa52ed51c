/** What both verifiable tools have in common. */
import type { ArgumentParser, HelpedArgument } from '../cli/argument-parser.ts';
import type { ArgumentGroup } from '../cli/arguments.ts';
import { JavaError } from '../cli/java-error.ts';
import { fileProperties } from '../cli/kafka-client.ts';

const BROKERS = { metavar: 'HOST1:PORT1[,HOST2:PORT2[...]]' } as const;

export const BROKER_ARGUMENTS: readonly HelpedArgument[] = [
  { name: 'bootstrap-server', ...BROKERS, description: 'REQUIRED: The brokers to connect to first.' },
  { name: 'broker-list', ...BROKERS, description: 'DEPRECATED, use --bootstrap-server.' },
];

export const BROKER_GROUP: ArgumentGroup = { names: ['bootstrap-server', 'broker-list'], required: true };

export const FILE = { metavar: 'CONFIG_FILE' } as const;

/** The properties of a file that the command line names, if it does. */
export async function configFileOf(parser: ArgumentParser, file: string | undefined): Promise<Map<string, string>> {
  try {
    return await fileProperties(file);
  } catch (error) {
    throw error instanceof JavaError ? parser.error(error.message) : error;
  }
}
