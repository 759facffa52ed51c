import type { Clock } from '@ottla/platform';
import { writeBytesMax } from './limits.ts';

/** A log with staged appends. */
export interface DirtyLog {
  writeStaged(): void;
}

/** The logs that have something to write at the end of this turn, and the buffer they gather it in. */
export class AppendQueue {
  readonly #clock: Clock;
  readonly #dirty: DirtyLog[] = [];
  #gather: Buffer | undefined;
  #isArmed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** One for all logs: a synchronous write is done with it when it returns. */
  get gatherBuffer(): Buffer {
    this.#gather ??= Buffer.allocUnsafeSlow(writeBytesMax);
    return this.#gather;
  }

  /** Once per log and turn; the log keeps track. */
  add(log: DirtyLog): void {
    this.#dirty.push(log);
    if (this.#isArmed) return;
    this.#isArmed = true;
    this.#clock.endOfTurn(this.#flush);
  }

  readonly #flush = (): void => {
    this.#isArmed = false;
    const dirty = this.#dirty.splice(0);
    for (const log of dirty) log.writeStaged();
  };
}
