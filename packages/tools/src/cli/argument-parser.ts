/** A program's arguments with their usage and help, as argparse4j lays them out. */
import {
  ARGUMENTS_WIDTH,
  type Argument,
  type ArgumentGroup,
  type ArgumentsError,
  argumentsError,
  type ParsedArguments,
  parseArguments,
} from './arguments.ts';
import { wrapJustified } from './wrap.ts';

export interface HelpedArgument extends Argument {
  /** What the help calls the value. */
  readonly metavar?: string;
  readonly description: string;
}

export interface Program {
  readonly name: string;
  readonly purpose: string;
  readonly arguments: readonly HelpedArgument[];
  readonly groups?: readonly ArgumentGroup[];
}

const HELP_COLUMN = 25;
const FLAGS_MAX = 21;

export class ArgumentParser {
  readonly usage: string;
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
    this.usage = usageOf(program);
  }

  /** The help page when there are no arguments at all or it is asked for. Throws ArgumentsError. */
  parse(args: readonly string[]): ParsedArguments | { readonly help: string; readonly exitCode: number } {
    const { arguments: known, groups, name } = this.#program;
    if (args.length === 0) return { help: this.help(), exitCode: 0 };
    // Asked for, it comes before any complaint, and argparse4j takes it for a failure.
    if (args.includes('-h') || args.includes('--help')) return { help: this.help(), exitCode: 1 };
    return parseArguments(args, known, this.usage, name, groups);
  }

  error(message: string): ArgumentsError {
    return argumentsError(this.usage, this.#program.name, message);
  }

  help(): string {
    const { purpose, arguments: known } = this.#program;
    const rows = known.map((argument) => row(withValue(argument), textOf(argument)));
    const first = row('-h, --help', 'show this help message and exit');
    return [
      this.usage,
      '',
      ...wrapJustified(purpose, ARGUMENTS_WIDTH),
      '',
      'optional arguments:',
      first,
      ...rows,
      '',
    ].join('\n');
  }
}

function textOf({ description, defaultsTo, flag }: HelpedArgument): string {
  const preset = flag === true ? 'false' : defaultsTo;
  return preset === undefined ? description : `${description} (default: ${preset.replaceAll('\n', String.raw`\n`)})`;
}

function row(flags: string, text: string): string {
  const lines = wrapJustified(text, ARGUMENTS_WIDTH - HELP_COLUMN);
  const indent = ' '.repeat(HELP_COLUMN);
  const [first = '', ...others] = lines;
  const head = flags.length > FLAGS_MAX ? `  ${flags}\n${indent}${first}` : `  ${flags}`.padEnd(HELP_COLUMN) + first;
  return [head, ...others.map((line) => indent + line)].join('\n');
}

/** `--name NAME`. */
function withValue({ name, metavar = name.toUpperCase(), flag, many }: HelpedArgument): string {
  if (flag === true) return `--${name}`;
  return many === true ? `--${name} ${metavar} [${metavar} ...]` : `--${name} ${metavar}`;
}

function usageOf({ name, arguments: known, groups = [] }: Program): string {
  const grouped = new Set(groups.flatMap(({ names }) => names));
  const pieces = ['[-h]'];
  for (const argument of known) {
    if (grouped.has(argument.name)) continue;
    pieces.push(argument.required === true ? withValue(argument) : `[${withValue(argument)}]`);
  }
  for (const { names, required } of groups) {
    const [open, close] = required === true ? '()' : '[]';
    const members = known.filter((argument) => names.includes(argument.name)).map(withValue);
    members.forEach((text, at) => {
      pieces.push(`${at === 0 ? open : ''}${text}${at === members.length - 1 ? close : ''}`);
      if (at < members.length - 1) pieces.push('|');
    });
  }
  const start = `usage: ${name} `;
  const lines = [start];
  for (const piece of pieces) {
    const last = lines[lines.length - 1] ?? '';
    const isFirst = last.length <= start.length;
    if (isFirst || last.length + 1 + piece.length <= ARGUMENTS_WIDTH)
      lines[lines.length - 1] = `${last}${isFirst ? '' : ' '}${piece}`;
    else lines.push(' '.repeat(start.length) + piece);
  }
  return lines.join('\n');
}
