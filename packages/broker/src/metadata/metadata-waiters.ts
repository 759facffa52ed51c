import type { Clock } from '@ottla/platform';
import type { MetadataCache } from './metadata-cache.ts';

/** Requests that wait for metadata at a time: admin requests are few and slow. */
export const METADATA_WAITERS_MAX = 10_000;

/** Wakes those who wait for the metadata cache to show something, or for their time to be up. */
export class MetadataWaiters {
  readonly #clock: Clock;
  readonly #checks = new Set<() => void>();
  readonly #unsubscribe: () => void;

  constructor(metadata: MetadataCache, clock: Clock) {
    this.#clock = clock;
    this.#unsubscribe = metadata.onChange(() => {
      for (const check of this.#checks) check();
    });
  }

  /** Resolves true when `isDone` holds, at once or after a change of the metadata; false when `timeoutMs` is over. */
  wait(isDone: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isDone()) return Promise.resolve(true);
    if (timeoutMs <= 0 || this.#checks.size >= METADATA_WAITERS_MAX) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (done: boolean): void => {
        this.#checks.delete(check);
        timer.cancel();
        resolve(done);
      };
      const check = (): void => {
        if (isDone()) settle(true);
      };
      const timer = this.#clock.setTimer(Math.min(timeoutMs, 2 ** 31 - 1), () => settle(isDone()));
      this.#checks.add(check);
    });
  }

  /** Looks again now: what they wait for may lie beside the metadata. */
  wake(): void {
    for (const check of this.#checks) check();
  }

  close(): void {
    this.#unsubscribe();
    this.#checks.clear();
  }
}
