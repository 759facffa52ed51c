import type { Clock } from '@ottla/platform';
import { arrivalBytesMin, arrivalLookMs } from './limits.ts';

/** The place kept for a large frame that is still arriving. */
export class Reservation {
  readonly bytes: number;
  /** Kept up to date by its holder. */
  arrivedBytes = 0;
  /** What had arrived when the budget last looked. */
  seenBytes = 0;

  constructor(bytes: number) {
    this.bytes = bytes;
  }
}

/**
 * Bytes of requests against one limit (Kafka's SimpleMemoryPool, `queued.max.request.bytes`): of those that are complete,
 * and of the large ones that are still arriving. Not strict, as Kafka's: one taker may go over as long as something is
 * left, so a frame larger than the limit still passes.
 *
 * Who announces a large frame and does not send it must not keep the others waiting: while someone waits, reservations
 * whose bytes hardly come are no longer counted, and all that wait get theirs.
 */
export class ByteBudget {
  readonly #clock: Clock;
  readonly #limit: () => number;
  readonly #waiting = new Set<() => void>();
  readonly #arriving = new Set<Reservation>();
  #arrivingBytes = 0;
  #completeBytes = 0;
  #wakeQueued = false;
  #lookQueued = false;
  #isGenerous = false;

  constructor(clock: Clock, limit: () => number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  get usedBytes(): number {
    return this.#completeBytes + this.#arrivingBytes;
  }

  get availableBytes(): number {
    return this.#limit() - this.usedBytes;
  }

  /** For a complete frame; only others of that kind are in its way. False: nothing is taken; wait. */
  tryTake(bytes: number): boolean {
    if (this.#isSpent(this.#completeBytes)) return false;
    this.#completeBytes += bytes;
    return true;
  }

  /** For a frame that was too small to be reserved and is complete by now. */
  take(bytes: number): void {
    this.#completeBytes += bytes;
  }

  giveBack(bytes: number): void {
    this.#completeBytes -= bytes;
    this.#wakeSoon();
  }

  /** For a large frame that begins to arrive. Undefined: wait. */
  tryReserve(bytes: number): Reservation | undefined {
    if (!this.#isGenerous && this.#isSpent(this.usedBytes)) return undefined;
    const reservation = new Reservation(bytes);
    this.#arriving.add(reservation);
    this.#arrivingBytes += bytes;
    return reservation;
  }

  /** The frame is complete: its bytes are taken. */
  complete(reservation: Reservation): void {
    this.#completeBytes += reservation.bytes;
    this.#forget(reservation);
  }

  /** The frame will never be complete. */
  abandon(reservation: Reservation): void {
    if (this.#forget(reservation)) this.#wakeSoon();
  }

  /** `callback` runs once, when bytes were given back. Adding it again changes nothing. */
  wait(callback: () => void): void {
    this.#waiting.add(callback);
    this.#lookLater();
  }

  stopWaiting(callback: () => void): void {
    this.#waiting.delete(callback);
  }

  #isSpent(usedBytes: number): boolean {
    return usedBytes > 0 && usedBytes >= this.#limit();
  }

  #forget(reservation: Reservation): boolean {
    if (!this.#arriving.delete(reservation)) return false;
    this.#arrivingBytes -= reservation.bytes;
    return true;
  }

  #wakeSoon(): void {
    if (this.#waiting.size === 0 || this.#wakeQueued) return;
    this.#wakeQueued = true;
    this.#clock.endOfTurn(this.#wake);
  }

  readonly #wake = (): void => {
    this.#wakeQueued = false;
    // In order of arrival; who finds the budget spent again waits again, in the same order.
    for (const callback of Array.from(this.#waiting)) {
      if (this.#isSpent(this.#completeBytes)) return;
      this.#waiting.delete(callback);
      callback();
    }
  };

  #lookLater(): void {
    if (this.#lookQueued || this.#arriving.size === 0) return;
    this.#lookQueued = true;
    this.#clock.setTimer(arrivalLookMs, this.#look);
  }

  readonly #look = (): void => {
    this.#lookQueued = false;
    if (this.#waiting.size === 0) return;
    let stalled = false;
    for (const one of this.#arriving) {
      if (one.arrivedBytes - one.seenBytes < arrivalBytesMin) stalled = this.#forget(one) || stalled;
      one.seenBytes = one.arrivedBytes;
    }
    if (stalled) {
      // Each of them holds as much memory as has arrived, so letting all in at once costs nothing yet.
      this.#isGenerous = true;
      this.#wake();
      this.#isGenerous = false;
    }
    if (this.#waiting.size > 0) this.#lookLater();
  };
}
