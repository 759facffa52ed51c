interface QueuedEvent {
  readonly name: string;
  readonly run: () => Promise<void>;
  readonly dropped: (() => void) | undefined;
}

/** Runs one event at a time, in order: the controller is single-threaded (ControllerEventManager). */
export class EventQueue {
  readonly #onError: (name: string, error: unknown) => Promise<void>;
  readonly #waiting: QueuedEvent[] = [];
  #running = false;
  #closed = false;
  #idle: (() => void)[] = [];

  /** `onError` handles what an event throws; the queue goes on afterwards. */
  constructor(onError: (name: string, error: unknown) => Promise<void>) {
    this.#onError = onError;
  }

  /** `dropped` is called instead of `run` when the queue closes first. */
  put(name: string, run: () => Promise<void>, dropped?: () => void): void {
    if (this.#closed) {
      dropped?.();
      return;
    }
    this.#waiting.push({ name, run, dropped });
    if (this.#running) return;
    this.#running = true;
    void this.#drain();
  }

  /** Resolves when nothing runs or waits. */
  idle(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idle.push(resolve);
    });
  }

  /** Takes no more events, and resolves when the one that runs is done. */
  close(): Promise<void> {
    this.#closed = true;
    for (const { dropped } of this.#waiting.splice(0)) dropped?.();
    return this.idle();
  }

  async #drain(): Promise<void> {
    for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
      try {
        await event.run();
      } catch (error) {
        await this.#onError(event.name, error);
      }
    }
    this.#running = false;
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }
}
