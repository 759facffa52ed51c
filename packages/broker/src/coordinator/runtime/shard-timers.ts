import type { Clock, Timer } from '@ottla/platform';

/**
 * The timers of one shard, by key: arming a key again replaces its timer. All end with the shard, so no timer of an old
 * leader epoch ever acts on a new one's state.
 */
export class ShardTimers {
  readonly #clock: Clock;
  readonly #timers = new Map<string, Timer>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  schedule(key: string, delayMs: number, action: () => void): void {
    if (this.#closed) return;
    this.#timers.get(key)?.cancel();
    const timer = this.#clock.setTimer(delayMs, () => {
      if (this.#timers.get(key) === timer) this.#timers.delete(key);
      action();
    });
    this.#timers.set(key, timer);
  }

  isScheduled(key: string): boolean {
    return this.#timers.has(key);
  }

  cancel(key: string): void {
    this.#timers.get(key)?.cancel();
    this.#timers.delete(key);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }
}
