import type { Clock } from '@ottla/platform';
import { writeBytesMax } from './limits.ts';

/** A log with staged appends. */
export interface DirtyLog {
  writeStaged(): void;
  /** Nobody but this source has fed the log since it was last asked. */
  isFedOnlyBy(source: number): boolean;
}

const NO_SOURCE = -1;

/**
 * The logs that have something to write, and the buffer they gather it in. What several sources (connections) bring to
 * one log is written together at the end of the turn. A log with one source has nothing to wait for when the input of
 * that source is dealt with: it is written then, so that the client works on while others are served.
 */
export class AppendQueue {
  readonly #clock: Clock;
  #dirty: DirtyLog[] = [];
  #gather: Buffer | undefined;
  #isArmed = false;
  #source = NO_SOURCE;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** One for all logs: a synchronous write is done with it when it returns. */
  get gatherBuffer(): Buffer {
    this.#gather ??= Buffer.allocUnsafeSlow(writeBytesMax);
    return this.#gather;
  }

  /** What is staged from now until `endInput` comes from `source`. */
  beginInput(source: number): void {
    this.#source = source;
  }

  endInput(): void {
    const source = this.#source;
    this.#source = NO_SOURCE;
    if (this.#dirty.length === 0) return;
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const log of dirty) {
      if (log.isFedOnlyBy(source)) log.writeStaged();
      else this.add(log);
    }
  }

  /** Once per log and turn; the log keeps track. */
  add(log: DirtyLog): void {
    this.#dirty.push(log);
    if (this.#isArmed || this.#source !== NO_SOURCE) return;
    this.#isArmed = true;
    this.#clock.endOfTurn(this.#flush);
  }

  readonly #flush = (): void => {
    this.#isArmed = false;
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const log of dirty) log.writeStaged();
  };
}
