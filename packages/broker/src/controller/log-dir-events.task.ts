import { ExponentialBackoff } from '@ottla/common';
import type { Coordination } from '@ottla/coordination';
import { encodeLogDirEvent, paths } from '@ottla/coordination/cluster';
import type { Platform, Timer } from '@ottla/platform';

/** Waits between two events while they can't be told, or there is still no room for the logs, ms. */
const RETRY_MS = { initialMs: 1000, maxMs: 60_000 };

/**
 * Tells the controller that replicas here lost their logs, or may get them (Kafka's LogDirFailureHandler): it then tells
 * them their state again, and hears in the answers which of them have a log.
 */
export class LogDirEvents {
  readonly #coordination: Coordination;
  readonly #brokerId: number;
  readonly #platform: Platform;
  readonly #backoff: ExponentialBackoff;
  #timer: Timer | undefined;
  #attempts = 0;
  #isClosed = false;

  constructor(coordination: Coordination, brokerId: number, platform: Platform) {
    this.#coordination = coordination;
    this.#brokerId = brokerId;
    this.#platform = platform;
    this.#backoff = new ExponentialBackoff(RETRY_MS, platform.random);
  }

  /** A directory failed. */
  announce(): void {
    this.#clear();
    this.#attempts = 0;
    void this.#tell();
  }

  /** There was no room for a log: the controller is asked again in a while, each time later. */
  askAgain(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    this.#timer = this.#platform.clock.setTimer(this.#backoff.delayMs(this.#attempts), () => {
      this.#timer = undefined;
      void this.#tell();
    });
    this.#attempts++;
  }

  /** All logs are there. */
  settled(): void {
    this.#clear();
    this.#attempts = 0;
  }

  close(): void {
    this.#isClosed = true;
    this.#clear();
  }

  async #tell(): Promise<void> {
    const path = `${paths.LOG_DIR_EVENTS}/${paths.LOG_DIR_EVENT_PREFIX}`;
    const told = await this.#coordination.create(path, encodeLogDirEvent(this.#brokerId), { sequential: true });
    if (!told.ok) this.askAgain();
  }

  #clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
