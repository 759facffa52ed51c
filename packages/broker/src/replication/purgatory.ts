import type { TimerTask, TimingWheel } from '@ottla/common';
import type { Clock } from '@ottla/platform';

/** Somebody who waits for one of several keys to change, or for the deadline. Holds no request frame. */
export interface Waiter {
  /** Looks again; true when it is done (it has answered). */
  tryComplete(): boolean;
  /** The deadline came first: answer with what there is. */
  expire(): void;
}

class Entry<K> {
  readonly waiter: Waiter;
  readonly keys: readonly K[];
  timer: TimerTask | undefined;
  isDone = false;
  isTrying = false;
  /** Woken while it tries: what it looked at first may have changed. */
  isWokenAgain = false;

  constructor(waiter: Waiter, keys: readonly K[]) {
    this.waiter = waiter;
    this.keys = keys;
  }
}

/** What `watch` hands out: ends the wait without an answer. */
export interface Watching {
  cancel(): void;
}

/**
 * Waiters by the keys they wait for (Kafka's DelayedOperationPurgatory). A key that is woken, however often, has its
 * waiters try once, at the end of the turn.
 */
export class Purgatory<K> {
  readonly #clock: Clock;
  readonly #wheel: TimingWheel;
  readonly #byKey = new Map<K, Set<Entry<K>>>();
  readonly #woken = new Set<K>();
  #size = 0;

  constructor(clock: Clock, wheel: TimingWheel) {
    this.#clock = clock;
    this.#wheel = wheel;
  }

  /** Waiters that are not done (kafka.server:type=DelayedOperationPurgatory,name=PurgatorySize). */
  get size(): number {
    return this.#size;
  }

  /** The caller has tried once in vain. `keys` are distinct and stay unchanged. */
  watch(waiter: Waiter, keys: readonly K[], delayMs: number): Watching {
    const entry = new Entry(waiter, keys);
    this.#size++;
    for (const key of keys) {
      const entries = this.#byKey.get(key);
      if (entries === undefined) this.#byKey.set(key, new Set([entry]));
      else entries.add(entry);
    }
    entry.timer = this.#wheel.schedule(delayMs, () => {
      if (entry.isDone) return;
      this.#remove(entry);
      entry.waiter.expire();
    });
    return { cancel: () => this.#remove(entry) };
  }

  wake(key: K): void {
    if (!this.#byKey.has(key)) return;
    if (this.#woken.size === 0) this.#clock.endOfTurn(this.#tryWoken);
    this.#woken.add(key);
  }

  /** At once: leadership is gone, and nobody may wait for a later turn to learn it. */
  wakeNow(key: K): void {
    this.#woken.delete(key);
    this.#try(key);
  }

  readonly #tryWoken = (): void => {
    const keys = [...this.#woken];
    this.#woken.clear();
    for (const key of keys) this.#try(key);
  };

  #try(key: K): void {
    const entries = this.#byKey.get(key);
    if (entries === undefined) return;
    for (const entry of Array.from(entries)) {
      // What a waiter does may wake it: reading finds a failed disk, and that stops the partition.
      if (entry.isTrying) entry.isWokenAgain = true;
      else if (!entry.isDone && this.#tryEntry(entry)) this.#remove(entry);
    }
  }

  #tryEntry(entry: Entry<K>): boolean {
    entry.isTrying = true;
    try {
      do {
        entry.isWokenAgain = false;
        if (entry.waiter.tryComplete()) return true;
      } while (entry.isWokenAgain && !entry.isDone);
      return false;
    } finally {
      entry.isTrying = false;
    }
  }

  #remove(entry: Entry<K>): void {
    if (entry.isDone) return;
    entry.isDone = true;
    entry.timer?.cancel();
    this.#size--;
    for (const key of entry.keys) {
      const entries = this.#byKey.get(key);
      if (entries?.delete(entry) === true && entries.size === 0) this.#byKey.delete(key);
    }
  }
}
