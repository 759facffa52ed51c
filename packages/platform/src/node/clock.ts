// The global one is a getter, asked several times a request.
import { performance } from 'node:perf_hooks';
import type { Clock, Timer } from '../clock.ts';
import { clampDelayMs, sleepWith } from '../sleep.ts';
import { TurnQueue } from '../turn-queue.ts';

/** The process's own clocks and event loop. */
export class NodeClock implements Clock {
  // The check phase follows the poll phase: by then the input at hand has been delivered.
  readonly #turn = new TurnQueue((flush) => setImmediate(flush));

  wallMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    return new NodeTimer(clampDelayMs(delayMs), callback);
  }

  endOfTurn(callback: () => void): void {
    this.#turn.add(callback);
  }

  /** `run` delivers input, and is a turn of its own: this spares the loop's phase for it. */
  turn(run: () => void): void {
    this.#turn.turn(run);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepWith(this, delayMs, signal);
  }
}

class NodeTimer implements Timer {
  readonly #dueMs: number;
  #callback: (() => void) | undefined;
  #handle: NodeJS.Timeout;

  constructor(delayMs: number, callback: () => void) {
    this.#dueMs = performance.now() + delayMs;
    this.#callback = callback;
    this.#handle = setTimeout(this.#fire, Math.ceil(delayMs));
  }

  cancel(): void {
    this.#callback = undefined;
    clearTimeout(this.#handle);
  }

  // Node counts whole milliseconds of the loop's clock and may come up to one early; the port promises not to.
  readonly #fire = (): void => {
    const callback = this.#callback;
    if (callback === undefined) return;
    const leftMs = this.#dueMs - performance.now();
    if (leftMs > 0) {
      this.#handle = setTimeout(this.#fire, Math.ceil(leftMs));
      return;
    }
    this.#callback = undefined;
    callback();
  };
}
