import type { Clock, Timer } from '@ottla/platform';

interface Armed {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A Clock for tests that moves only by `advance`. Timers fire in order of their time, each at its own. */
export class ManualClock implements Clock {
  nowMs: number;
  /** How many timers were ever armed. */
  timersArmed = 0;
  #armed: Armed[] = [];

  constructor(nowMs = 0) {
    this.nowMs = nowMs;
  }

  get pendingTimers(): number {
    return this.#armed.length;
  }

  wallMs(): number {
    return Math.floor(this.nowMs);
  }

  monotonicMs(): number {
    return this.nowMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    if (!(delayMs >= 0 && delayMs <= 2 ** 31 - 1)) throw new RangeError(`a timer of ${delayMs} ms`);
    const armed = { atMs: this.nowMs + delayMs, callback };
    this.timersArmed++;
    this.#armed.push(armed);
    return {
      cancel: () => {
        this.#armed = this.#armed.filter((other) => other !== armed);
      },
    };
  }

  endOfTurn(callback: () => void): void {
    this.setTimer(0, callback);
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.setTimer(delayMs, resolve));
  }

  /** Fires what falls due within `ms`, and moves on. */
  advance(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const next = this.#armed.reduce<Armed | undefined>(
        (first, armed) => (armed.atMs <= endMs && (first === undefined || armed.atMs < first.atMs) ? armed : first),
        undefined,
      );
      if (next === undefined) break;
      this.#armed = this.#armed.filter((armed) => armed !== next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.callback();
    }
    this.nowMs = endMs;
  }

  /** Moves without firing: a loop that was held up. The timers are late at the next `advance`. */
  stall(ms: number): void {
    this.nowMs += ms;
  }
}
