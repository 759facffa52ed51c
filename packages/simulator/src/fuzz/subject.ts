import type { Dice } from './dice.ts';

/** One kind of decoder. `round` throws when it did what it must not do; it keeps what helps later rounds to get further. */
export interface Subject {
  readonly name: string;
  round(dice: Dice): void | Promise<void>;
}

export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure';
}

/** Throws on whatever is not one of the errors that the decoder promises. */
export function expectKnown(
  error: unknown,
  known: readonly (abstract new (...args: never[]) => Error)[],
  what: string,
): void {
  if (known.some((one) => error instanceof one)) return;
  throw new FuzzFailure(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}

/** Inputs that got further than others did, a bounded number of them. */
export class Corpus {
  readonly #inputs: Buffer[];
  readonly #seen = new Set<string>();

  constructor(...first: Buffer[]) {
    this.#inputs = first;
  }

  pick(dice: Dice): Buffer {
    return dice.oneOf(this.#inputs);
  }

  /** `feature`: what is new about it, e.g. how far it was read. */
  offer(input: Buffer, feature: string, dice: Dice): void {
    if (this.#seen.has(feature) || input.length > INPUT_BYTES_MAX) return;
    this.#seen.add(feature);
    if (this.#inputs.length < INPUTS_MAX) this.#inputs.push(Buffer.from(input));
    else this.#inputs[dice.below(INPUTS_MAX)] = Buffer.from(input);
  }
}

const INPUTS_MAX = 60;
const INPUT_BYTES_MAX = 8192;
