import type { Random } from '../ports.ts';

/** The engine's own generator. */
export class NodeRandom implements Random {
  next(): number {
    return Math.random();
  }

  integer(bound: number): number {
    return Math.floor(Math.random() * bound);
  }
}
