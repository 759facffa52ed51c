/**
 * The argument syntax of the tools that use argparse4j: sub-commands, `-x` and `--long` names, `--long=value`, unique
 * prefixes of long names. Errors are `usage: ...` and `PROG: error: ...` on standard error, exit 1.
 */
import { ToolError } from './tool.ts';
import { wrapJustified } from './wrap.ts';

export interface Argument {
  /** Long name without dashes. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  readonly flag?: boolean;
  readonly required?: boolean;
  /** Several times; the values add up. */
  readonly repeatable?: boolean;
  /** One value or more, up to the next option. */
  readonly many?: boolean;
  /** Of Java: what a value must be. Default: any text. */
  readonly type?: 'Integer' | 'Long' | 'Short' | 'Double';
  readonly choices?: readonly string[];
  readonly defaultsTo?: string;
}

/** At most one of these; with `required` exactly one. */
export interface ArgumentGroup {
  readonly names: readonly string[];
  readonly required?: boolean;
}

export class ArgumentsError extends ToolError {
  override readonly name = 'ArgumentsError';
}

/** Columns of usage, help and messages. */
export const ARGUMENTS_WIDTH = 75;

export class ParsedArguments {
  readonly #known: readonly Argument[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(known: readonly Argument[], values: ReadonlyMap<string, readonly string[]>) {
    this.#known = known;
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The last one given, or the default. */
  value(name: string): string | undefined {
    return this.#values.get(name)?.at(-1) ?? this.#known.find((argument) => argument.name === name)?.defaultsTo;
  }

  values(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  number(name: string): number | undefined {
    const text = this.value(name);
    return text === undefined ? undefined : Number(text);
  }
}

/** Throws ArgumentsError. */
export function parseArguments(
  args: readonly string[],
  known: readonly Argument[],
  usage: string,
  program: string,
  groups: readonly ArgumentGroup[] = [],
): ParsedArguments {
  const fail = (message: string): never => {
    throw argumentsError(usage, program, message);
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
    const rival = rivalOf(argument, values, groups);
    if (rival !== undefined) return fail(`argument ${titleOf(argument)}: not allowed with argument --${rival}`);
    const collected = values.get(argument.name) ?? [];
    if (argument.repeatable !== true) collected.length = 0;
    values.set(argument.name, collected);
    if (argument.flag === true) continue;
    if (equals >= 0) collected.push(word.slice(equals + 1));
    else {
      const most = argument.many === true ? args.length : 1;
      for (let left = most; left > 0 && isValue(args[at + 1]); left--) collected.push(args[++at] ?? '');
    }
    if (collected.length === 0)
      return fail(`argument ${titleOf(argument)}: expected ${argument.many ? '1 argument(s)' : 'one argument'}`);
    for (const value of collected) checkValue(argument, value, fail);
  }
  checkRequired(known, groups, values, fail);
  return new ParsedArguments(known, values);
}

/** What ends a tool with its usage and a message. */
export function argumentsError(usage: string, program: string, message: string): ArgumentsError {
  // It breaks the line with its end in it.
  const lines = wrapJustified(`${program}: error: ${message}`, ARGUMENTS_WIDTH, 1);
  return new ArgumentsError(`${usage}\n${lines.join('\n')}`);
}

/** A number below zero is no option. */
const isValue = (word: string | undefined): word is string =>
  word !== undefined && (!word.startsWith('-') || word === '-' || /^-\d+(\.\d*)?$|^-\.\d+$/.test(word));

function checkValue(argument: Argument, value: string, fail: (message: string) => never): void {
  const { type, choices } = argument;
  const wrong = type === undefined ? undefined : conversionProblem(value, type);
  if (wrong !== undefined) fail(`argument ${titleOf(argument)}: could not convert '${value}' to ${type} (${wrong})`);
  if (choices !== undefined && !choices.includes(value))
    fail(`argument ${titleOf(argument)}: invalid choice: '${value}' (choose from {${choices.join(',')}})`);
}

/** Of several that are missing argparse4j names the last. */
function checkRequired(
  known: readonly Argument[],
  groups: readonly ArgumentGroup[],
  values: ReadonlyMap<string, unknown>,
  fail: (message: string) => never,
): void {
  const missing = known.findLast(({ name, required }) => required === true && !values.has(name));
  if (missing !== undefined) fail(`argument ${titleOf(missing)} is required`);
  for (const { names, required } of groups) {
    if (required === true && !names.some((name) => values.has(name)))
      fail(`one of the arguments ${names.map((name) => `--${name}`).join(' ')} is required`);
  }
}

function rivalOf(
  { name }: Argument,
  values: ReadonlyMap<string, unknown>,
  groups: readonly ArgumentGroup[],
): string | undefined {
  const group = groups.find(({ names }) => names.includes(name));
  return group?.names.find((other) => other !== name && values.has(other));
}

const MAX = { Short: 0x7fff, Integer: 0x7fff_ffff, Long: 2 ** 63 } as const;
const DOUBLE = /^\s*[+-]?(NaN|Infinity|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)\s*$/i;

/** With the texts of Java's NumberFormatException. Undefined: it is one. */
function conversionProblem(value: string, type: keyof typeof MAX | 'Double'): string | undefined {
  const isNumber = type === 'Double' ? DOUBLE.test(value) : /^[+-]?\d+$/.test(value);
  const isWithin = (max: number): boolean => Number(value) <= max && Number(value) >= -max - 1;
  if (isNumber && (type === 'Double' || isWithin(MAX[type]))) return undefined;
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
