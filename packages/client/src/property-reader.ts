import { invalidArgument } from './errors.ts';

/** Reads Java's properties by name, and remembers which ones were asked for. */
export class PropertyReader {
  readonly #values: ReadonlyMap<string, string>;
  readonly #used = new Set<string>();

  constructor(properties: Readonly<Record<string, string | number | boolean>> | ReadonlyMap<string, string>) {
    this.#values = isMap(properties)
      ? properties
      : new Map(Object.entries(properties).map(([name, value]) => [name, String(value)]));
  }

  text(name: string): string | undefined {
    this.#used.add(name);
    return this.#values.get(name)?.trim();
  }

  list(name: string): string[] | undefined {
    return this.text(name)
      ?.split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }

  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text === '' || !Number.isSafeInteger(value)) throw invalidArgument(`${name}: '${text}' is not a whole number`);
    return value;
  }

  /** Milliseconds; -1 is for ever. */
  duration(name: string): number | undefined {
    const value = this.number(name);
    return value === undefined || value >= 0 ? value : Infinity;
  }

  boolean(name: string): boolean | undefined {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined || text === 'true' || text === 'false')
      return text === undefined ? undefined : text === 'true';
    throw invalidArgument(`${name}: '${text}' is neither true nor false`);
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
    if (found === undefined) throw invalidArgument(`${name}: '${text}' is none of ${choices.join(', ')}`);
    return found;
  }

  /** Names that nobody asked for. */
  unused(): string[] {
    return [...this.#values.keys()].filter((name) => !this.#used.has(name));
  }
}

function isMap(properties: object): properties is ReadonlyMap<string, string> {
  return properties instanceof Map;
}
