import type { Clock } from '@ottla/platform';

/** How long (ms) a piece of long work may hold the loop at a time: what else a turn does must fit into 5 ms with it. */
export const sliceMsMax = 2;
/** And how many items it may take: where time stands still, as in a simulated turn, others get their turn all the same. */
export const sliceItemsMax = 256;

/**
 * Long synchronous work in pieces: before each item `if (slice.isSpent()) await slice.pause()`. For `*.task.ts` files; after a
 * pause the world may be another one.
 */
export class WorkSlice {
  readonly #clock: Clock;
  #endMs: number;
  #items = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#endMs = clock.monotonicMs() + sliceMsMax;
  }

  /** Counts an item; true when others are to have their turn before it. */
  isSpent(): boolean {
    return this.#items++ >= sliceItemsMax || this.#clock.monotonicMs() >= this.#endMs;
  }

  /** Resolves in the next turn of the loop, when input that is at hand has been delivered. */
  async pause(): Promise<void> {
    await new Promise<void>((resolve) => this.#clock.endOfTurn(resolve));
    this.#items = 1;
    this.#endMs = this.#clock.monotonicMs() + sliceMsMax;
  }
}
