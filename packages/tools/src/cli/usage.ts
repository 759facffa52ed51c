/** The checks that Kafka's tools share (CommandLineUtils): each failure prints its message and the help, exit 1. */
import { formatHelp } from './help.ts';
import { OptionError, type OptionParser, type OptionSpec, type ParsedOptions } from './option-parser.ts';
import { ToolError } from './tool.ts';

export const VERSION_LINE = '3.9.2';

/** What every tool has. */
export const HELP_AND_VERSION: readonly OptionSpec[] = [
  { name: 'help', description: 'Print usage information.' },
  { name: 'version', description: 'Display Kafka version.' },
];

/** Ends a tool with `message` and the help on standard error. */
export class UsageError extends ToolError {
  override readonly name = 'UsageError';
  constructor(parser: OptionParser, message: string) {
    super(`${message}\n${formatHelp(parser.specs).trimEnd()}`);
  }
}

/**
 * Parses, and answers no arguments at all, `--help` and `--version` as every tool does. Undefined: the version was
 * printed and the tool is done.
 */
export function parseOrHelp(
  parser: OptionParser,
  args: readonly string[],
  purpose: string,
  print: (text: string) => void,
  whenWrong: 'with help' | 'message alone' = 'with help',
): ParsedOptions | undefined {
  let options: ParsedOptions;
  try {
    options = parser.parse(args);
  } catch (error) {
    if (args.length === 0) throw new UsageError(parser, purpose);
    throw error instanceof OptionError && whenWrong === 'with help' ? new UsageError(parser, error.message) : error;
  }
  if (args.length === 0 || options.has('help')) throw new UsageError(parser, purpose);
  if (options.has('version')) {
    print(`${VERSION_LINE}\n`);
    return undefined;
  }
  return options;
}

export function requireOptions(parser: OptionParser, options: ParsedOptions, ...names: readonly string[]): void {
  for (const name of names) {
    if (!options.has(name)) throw new UsageError(parser, `Missing required argument "[${name}]"`);
  }
}

export function forbidTogether(
  parser: OptionParser,
  options: ParsedOptions,
  used: string,
  ...invalid: readonly string[]
): void {
  if (!options.has(used)) return;
  for (const name of invalid) {
    if (options.has(name)) throw new UsageError(parser, `Option "[${used}]" can't be used with option "[${name}]"`);
  }
}
