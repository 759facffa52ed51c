/**
 * The argument syntax of the tools that use argparse4j: sub-commands, `-x` and `--long` names, `--long=value`, unique
 * prefixes of long names. Errors are `usage: ...` and `PROG: error: ...` on standard error, exit 1.
 */
import { ToolError } from './tool.ts';

export interface Argument {
  /** Long name without dashes. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  readonly flag?: boolean;
  readonly required?: boolean;
  readonly repeatable?: boolean;
  /** Of Java: what a value must be. Default: any text. */
  readonly type?: 'Integer' | 'Long' | 'Short';
}

export class ArgumentsError extends ToolError {
  override readonly name = 'ArgumentsError';
}

export class ParsedArguments {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  value(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  values(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}

export function parseArguments(
  args: readonly string[],
  known: readonly Argument[],
  usage: string,
  program: string,
): ParsedArguments {
  const fail = (message: string): never => {
    throw new ArgumentsError(`${usage}\n${program}: error: ${message}`);
  };
  const values = new Map<string, string[]>();
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const typed = equals < 0 ? word : word.slice(0, equals);
    const matching = typed.startsWith('--')
      ? withPrefix(known, typed.slice(2))
      : known.filter((argument) => argument.short !== undefined && typed === `-${argument.short}`);
    const [argument, ...others] = matching;
    if (argument === undefined) return fail(`unrecognized arguments: '${word}'`);
    if (others.length > 0)
      return fail(`ambiguous option: ${typed} could match ${matching.map(({ name }) => `--${name}`).join(', ')}`);
    const collected = values.get(argument.name) ?? [];
    if (argument.repeatable !== true) collected.length = 0;
    values.set(argument.name, collected);
    if (argument.flag === true) continue;
    const value = equals < 0 ? args[++at] : word.slice(equals + 1);
    if (value === undefined) return fail(`argument ${titleOf(argument)}: expected one argument`);
    const wrong = argument.type === undefined ? undefined : conversionProblem(value, argument.type);
    if (wrong !== undefined)
      return fail(`argument ${titleOf(argument)}: could not convert '${value}' to ${argument.type} (${wrong})`);
    collected.push(value);
  }
  for (const argument of known) {
    if (argument.required === true && !values.has(argument.name))
      return fail(`argument ${titleOf(argument)} is required`);
  }
  return new ParsedArguments(values);
}

const MAX = { Short: 0x7fff, Integer: 0x7fff_ffff, Long: 2 ** 63 } as const;

/** With the texts of Java's NumberFormatException. Undefined: it is one. */
function conversionProblem(value: string, type: keyof typeof MAX): string | undefined {
  const isNumber = /^[+-]?\d+$/.test(value);
  const isWithin = (max: number): boolean => Number(value) <= max && Number(value) >= -max - 1;
  if (isNumber && isWithin(MAX[type])) return undefined;
  return isNumber && type === 'Short' && isWithin(MAX.Integer)
    ? `Value out of range. Value:"${value}" Radix:10`
    : `For input string: "${value}"`;
}

function withPrefix(known: readonly Argument[], prefix: string): readonly Argument[] {
  const exact = known.filter(({ name }) => name === prefix);
  return exact.length > 0 ? exact : known.filter(({ name }) => name.startsWith(prefix));
}

function titleOf(argument: Argument): string {
  return argument.short === undefined ? `--${argument.name}` : `--${argument.name}/-${argument.short}`;
}
