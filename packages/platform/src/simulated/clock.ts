import type { Clock, Timer } from '../clock.ts';
import { clampDelayMs, sleepWith } from '../sleep.ts';
import { TurnQueue } from '../turn-queue.ts';
import type { SimulatedProcess } from './process.ts';

/** How much the monotonic clock moves with every look at it, ms: a loop that waits for it to pass must end. */
const lookMs = 0.0005;
/** A timer comes up to this much late, ms, as Node's do. */
const timerLateMsMax = 1;
/** The end of a turn comes up to this much later, ms: inputs that arrive meanwhile belong to the same turn. */
const turnMsMax = 0.05;

/** Virtual time as one node's hardware shows it: its own skew, drift and wall clock jumps. */
export class SimulatedClock implements Clock {
  readonly #process: SimulatedProcess;
  readonly #prng;
  readonly #turn: TurnQueue;
  #readMs = 0;

  constructor(process: SimulatedProcess) {
    this.#process = process;
    this.#prng = process.world.prng(`clock ${process.node.name}`);
    this.#turn = new TurnQueue((flush) => void process.later(this.#prng.next() * turnMsMax, 'clock.turn', flush));
  }

  wallMs(): number {
    return this.#process.node.wallMs();
  }

  monotonicMs(): number {
    this.#readMs = Math.max(this.#readMs + lookMs, this.#process.node.monotonicMs());
    return this.#readMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const { node } = this.#process;
    const clamped = clampDelayMs(delayMs);
    // From what this clock last showed: it may be ahead of the world by the looks taken in this event.
    const aheadMs = Math.max(0, this.#readMs - node.monotonicMs());
    const worldMs = (aheadMs + clamped) / node.clockRate + this.#prng.next() * timerLateMsMax;
    let wanted: (() => void) | undefined = callback;
    const event = this.#process.later(worldMs, 'clock.timer', () => {
      const due = wanted;
      wanted = undefined;
      due?.();
    });
    return {
      cancel: () => {
        wanted = undefined;
        event.cancel();
      },
    };
  }

  endOfTurn(callback: () => void): void {
    if (this.#process.alive) this.#turn.add(callback);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepWith(this, delayMs, signal);
  }
}
