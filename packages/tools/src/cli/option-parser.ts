/**
 * The option syntax of most of Kafka's tools (they use jopt-simple 5): `--name value`, `--name=value`, the same with one
 * dash, repeats that add up, no abbreviations, free arguments ignored, `--` ends the options.
 */
import { ToolError } from './tool.ts';

export interface OptionSpec {
  readonly name: string;
  readonly description: string;
  /** `none`: a flag; `optional`: takes the next word unless that looks like an option. Default `none`. */
  readonly argument?: 'none' | 'required' | 'optional';
  /** Shown in the help as `<Type: describedAs>`. */
  readonly describedAs?: string;
  readonly type?: 'String' | 'Integer' | 'Long' | 'Double';
  readonly defaultsTo?: string;
  /** Marked `*` in the help; its absence is an error unless help or version is asked for. */
  readonly required?: boolean | { readonly unless: string };
  /** Only beside one of these; alone it is an error. */
  readonly availableIf?: readonly string[];
}

/** An option with an argument, as most are: `describedAs` is what the help calls the argument. */
export function withArgument(
  name: string,
  describedAs: string,
  description: string,
  more: Pick<OptionSpec, 'argument' | 'availableIf' | 'defaultsTo' | 'type' | 'required'> = {},
): OptionSpec {
  return { name, argument: 'required', describedAs, description, ...more };
}

export class OptionError extends ToolError {
  override readonly name = 'OptionError';
}

const INTEGER = /^[+-]?\d+$/;

export class ParsedOptions {
  readonly #specs: ReadonlyMap<string, OptionSpec>;
  readonly #values: ReadonlyMap<string, readonly string[]>;

  /** Names as they were given, one for each time. */
  readonly given: readonly string[];

  constructor(
    specs: ReadonlyMap<string, OptionSpec>,
    values: ReadonlyMap<string, readonly string[]>,
    given: readonly string[],
  ) {
    this.#specs = specs;
    this.#values = values;
    this.given = given;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  hasArgument(name: string): boolean {
    return (this.#values.get(name)?.length ?? 0) > 0;
  }

  /** All values given, or the default; empty when neither. Throws for one that is not of the option's type: jopt-simple, too, looks late. */
  values(name: string): readonly string[] {
    const given = this.#values.get(name);
    const spec = this.#specs.get(name);
    if (spec !== undefined) for (const text of given ?? []) checkType(spec, text);
    if (given !== undefined && given.length > 0) return given;
    const preset = spec?.defaultsTo;
    return preset === undefined ? [] : [preset];
  }

  value(name: string): string | undefined {
    const all = this.values(name);
    if (all.length > 1)
      throw new OptionError(`Found multiple arguments for option ${name}, but you asked for only one`);
    return all[0];
  }

  number(name: string): number | undefined {
    const text = this.value(name);
    return text === undefined ? undefined : Number(text);
  }
}

export class OptionParser {
  readonly specs: readonly OptionSpec[];
  readonly #byName: ReadonlyMap<string, OptionSpec>;

  constructor(specs: readonly OptionSpec[]) {
    this.specs = specs;
    this.#byName = new Map(specs.map((spec) => [spec.name, spec]));
  }

  parse(args: readonly string[]): ParsedOptions {
    const values = new Map<string, string[]>();
    const given: string[] = [];
    for (let at = 0; at < args.length; at++) {
      const word = args[at] ?? '';
      if (word === '--') break;
      if (!looksLikeOption(word)) continue;
      const { name, inline } = split(word);
      const spec = this.#byName.get(name);
      if (spec === undefined) throw new OptionError(`${name} is not a recognized option`);
      given.push(name);
      const collected = values.get(name) ?? [];
      values.set(name, collected);
      const kind = spec.argument ?? 'none';
      if (kind === 'none') continue;
      let value = inline;
      if (value === undefined) {
        const next = args[at + 1];
        if (next !== undefined && (kind === 'required' || !looksLikeOption(next))) {
          value = next;
          at++;
        }
      }
      if (value === undefined) {
        if (kind === 'required') throw new OptionError(`Option ${name} requires an argument`);
        continue;
      }
      collected.push(value);
    }
    this.#checkRequired(values);
    this.#checkAvailable(values);
    return new ParsedOptions(this.#byName, values, given);
  }

  #checkRequired(values: ReadonlyMap<string, unknown>): void {
    if (values.has('help') || values.has('version')) return;
    const missing = this.specs
      .filter(({ name, required = false }) => {
        if (typeof required === 'boolean') return required && !values.has(name);
        return !values.has(name) && !values.has(required.unless);
      })
      .map((spec) => spec.name);
    if (missing.length > 0) throw new OptionError(`Missing required option(s) [${missing.join(', ')}]`);
  }

  #checkAvailable(values: ReadonlyMap<string, unknown>): void {
    const orphans = this.specs
      .filter(({ name, availableIf }) => values.has(name) && availableIf?.some((other) => values.has(other)) === false)
      .map(({ name }) => name);
    if (orphans.length > 0)
      throw new OptionError(
        `Option(s) [${orphans.join(', ')}] are unavailable given other options on the command line`,
      );
  }
}

const looksLikeOption = (word: string): boolean => word.length > 1 && word.startsWith('-') && word !== '--';

function split(word: string): { name: string; inline: string | undefined } {
  const bare = word.startsWith('--') ? word.slice(2) : word.slice(1);
  const equals = bare.indexOf('=');
  return equals < 0
    ? { name: bare, inline: undefined }
    : { name: bare.slice(0, equals), inline: bare.slice(equals + 1) };
}

function checkType(spec: OptionSpec, value: string): void {
  const fits =
    spec.type === 'Integer'
      ? INTEGER.test(value) && Math.abs(Number(value)) <= 2 ** 31
      : spec.type === 'Long'
        ? INTEGER.test(value)
        : spec.type === 'Double'
          ? value.trim() !== '' && !Number.isNaN(Number(value))
          : true;
  if (!fits) throw new OptionError(`Cannot parse argument '${value}' of option ${spec.name}`);
}
