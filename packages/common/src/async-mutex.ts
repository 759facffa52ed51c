/** One holder at a time, first come first served. For `*.task.ts` files: what was read before `run` must be read again inside. */
export class AsyncMutex {
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Holders and waiters together. */
  get depth(): number {
    return this.#waiting;
  }

  /** Runs `body` after all earlier ones have settled; its outcome is the caller's. */
  run<T>(body: () => Promise<T> | T): Promise<T> {
    this.#waiting++;
    const result = this.#tail.then(body);
    const settled = (): void => {
      this.#waiting--;
    };
    this.#tail = result.then(settled, settled);
    return result;
  }
}
