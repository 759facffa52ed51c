/** What both verifiable tools have in common. */
import type { ArgumentParser, HelpedArgument } from '../cli/argument-parser.ts';
import type { ArgumentGroup, ParsedArguments } from '../cli/arguments.ts';
import { JavaError } from '../cli/java-error.ts';
import { fileProperties } from '../cli/kafka-client.ts';
import { bothSpellings } from '../cli/respelled.ts';

const BROKERS = { metavar: 'HOST1:PORT1[,HOST2:PORT2[...]]' } as const;

export const BROKER_ARGUMENTS: readonly HelpedArgument[] = [
  { name: 'bootstrap-server', ...BROKERS, description: 'REQUIRED: The brokers to connect to first.' },
  { name: 'broker-list', ...BROKERS, description: 'DEPRECATED, use --bootstrap-server.' },
];

export const BROKER_GROUP: ArgumentGroup = { names: ['bootstrap-server', 'broker-list'], required: true };

export const FILE = { metavar: 'CONFIG_FILE' } as const;

/** The properties of the file that `--command-config` names, or the older `--<older>`. Rejects with ArgumentsError. */
export async function configFileOf(
  parser: ArgumentParser,
  parsed: ParsedArguments,
  older: 'consumer.config' | 'producer.config',
): Promise<Map<string, string>> {
  const newer = 'command-config';
  if (bothSpellings(parsed, [{ older, newer }]) !== undefined)
    throw parser.error(`Options --${older} and --${newer} are mutually exclusive.`);
  try {
    return await fileProperties(parsed.value(newer) ?? parsed.value(older));
  } catch (error) {
    throw error instanceof JavaError ? parser.error(error.message) : error;
  }
}
