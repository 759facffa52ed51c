import { type Deferred, deferred } from '@ottla/common';
import type { Clock, Timer } from '@ottla/platform';

/** A wait that ends by time, by `ring`, or by the end of everything. A ring while nobody waits ends the next wait. */
export class Bell {
  readonly #clock: Clock;
  #waiting: Deferred<void> | undefined;
  #timer: Timer | undefined;
  #hasRung = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#hasRung = true;
    this.#waiting?.resolve();
  }

  /** Infinity: until it rings. */
  async wait(ms: number): Promise<void> {
    if (!this.#hasRung) {
      const waiting = deferred();
      this.#waiting = waiting;
      if (Number.isFinite(ms)) this.#timer = this.#clock.setTimer(Math.max(0, ms), () => waiting.resolve());
      await waiting.promise;
      this.#timer?.cancel();
      this.#waiting = undefined;
    }
    this.#hasRung = false;
  }
}
