/** How often one flush starts over for callbacks that callbacks queued, before it yields to the loop. */
export const turnRoundsMax = 32;

/**
 * The callbacks waiting for the end of a turn. `schedule` is asked once per flush to call `flush` later. Callbacks queued
 * while a flush runs belong to the same turn, up to `turnRoundsMax` rounds, so that a chain (append, acknowledge, send)
 * costs one wake-up; the bound keeps two callbacks that queue each other from starving the loop.
 */
export class TurnQueue {
  readonly #schedule: (flush: () => void) => void;
  #waiting: (() => void)[] = [];
  #spare: (() => void)[] = [];
  #scheduled = false;
  #running = false;
  #isHeld = false;

  constructor(schedule: (flush: () => void) => void) {
    this.#schedule = schedule;
  }

  add(callback: () => void): void {
    this.#waiting.push(callback);
    if (!this.#running && !this.#isHeld) this.#arm();
  }

  /** `run` is a turn of its own: what waits when it returns is called then. */
  turn(run: () => void): void {
    if (this.#running || this.#isHeld) {
      run();
      return;
    }
    this.#isHeld = true;
    try {
      run();
    } finally {
      this.#isHeld = false;
      this.#flush();
    }
  }

  readonly #scheduledFlush = (): void => {
    this.#scheduled = false;
    this.#flush();
  };

  /** A callback that throws stops the flush; the rest follows in the next turn and the error reaches the loop. */
  #flush(): void {
    this.#running = true;
    let round: (() => void)[] = [];
    let index = 0;
    try {
      for (let rounds = 0; rounds < turnRoundsMax && this.#waiting.length > 0; rounds++) {
        round = this.#waiting;
        this.#waiting = this.#spare;
        for (index = 0; index < round.length; index++) round[index]?.();
        while (round.length > 0) round.pop();
        this.#spare = round;
      }
    } finally {
      this.#running = false;
      if (index < round.length) {
        this.#waiting = [...round.slice(index + 1), ...this.#waiting];
        this.#spare = [];
      }
      if (this.#waiting.length > 0) this.#arm();
    }
  }

  #arm(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(this.#scheduledFlush);
  }
}
