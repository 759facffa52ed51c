import { type Deferred, deferred } from '@ottla/common';
import { type Clock, onAbort } from '@ottla/platform';
import { abortedError } from '../errors.ts';

/** Where reads of the application wait, and are woken: all of them by anything that may concern one. */
export class WaitingReads {
  readonly #clock: Clock;
  #waiting: Deferred<void> | undefined;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isAny(): boolean {
    return this.#count > 0;
  }

  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve();
  }

  /** Until `wake`, `timeoutMs` passed or `signal` was aborted (then it rejects). */
  async wait(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    throwIfAborted(signal);
    this.#waiting ??= deferred();
    const own = this.#waiting.promise;
    this.#count++;
    const ended = deferred();
    const onEnd = (): void => ended.resolve();
    const forget = signal === undefined ? undefined : onAbort(signal, onEnd);
    const timer = Number.isFinite(timeoutMs) ? this.#clock.setTimer(timeoutMs, onEnd) : undefined;
    try {
      await (signal === undefined && timer === undefined ? own : Promise.race([own, ended.promise]));
    } finally {
      this.#count--;
      timer?.cancel();
      forget?.();
    }
    throwIfAborted(signal);
  }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortedError(signal);
}
