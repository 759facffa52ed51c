import type { Random } from '../ports.ts';
import type { Prng } from './prng.ts';

/** Numbers from the world's seed. */
export class SimulatedRandom implements Random {
  readonly #prng: Prng;

  constructor(prng: Prng) {
    this.#prng = prng;
  }

  next(): number {
    return this.#prng.next();
  }

  integer(bound: number): number {
    return this.#prng.integer(bound);
  }
}
