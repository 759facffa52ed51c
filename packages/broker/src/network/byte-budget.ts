import type { Clock } from '@ottla/platform';

/**
 * Bytes in flight against one limit (Kafka's SimpleMemoryPool, `queued.max.request.bytes`). Not strict, as Kafka's: one
 * taker may go over as long as something is left, so a frame larger than the limit still passes.
 */
export class ByteBudget {
  readonly #clock: Clock;
  readonly #limit: () => number;
  readonly #waiting = new Set<() => void>();
  #used = 0;
  #wakeQueued = false;

  constructor(clock: Clock, limit: () => number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  get usedBytes(): number {
    return this.#used;
  }

  get availableBytes(): number {
    return this.#limit() - this.#used;
  }

  /** False: nothing is taken; wait. */
  tryTake(bytes: number): boolean {
    if (this.#used > 0 && this.#used >= this.#limit()) return false;
    this.#used += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#used -= bytes;
    if (this.#waiting.size === 0 || this.#wakeQueued) return;
    this.#wakeQueued = true;
    this.#clock.endOfTurn(this.#wake);
  }

  /** `callback` runs once, when bytes were given back. Adding it again changes nothing. */
  wait(callback: () => void): void {
    this.#waiting.add(callback);
  }

  stopWaiting(callback: () => void): void {
    this.#waiting.delete(callback);
  }

  readonly #wake = (): void => {
    this.#wakeQueued = false;
    // In order of arrival; who finds the budget spent again waits again, behind the others.
    for (const callback of Array.from(this.#waiting)) {
      if (this.#used >= this.#limit()) return;
      this.#waiting.delete(callback);
      callback();
    }
  };
}
