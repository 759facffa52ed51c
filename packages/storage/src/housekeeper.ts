import { RingQueue } from '@ottla/common';
import type { Timer } from '@ottla/platform';
import { expireProducers, flushDueLogs, runRetention } from './housekeeping.task.ts';
import { removalsAtOnceMax, removalsWaitingMax } from './limits.ts';
import type { LogManager } from './log-manager.ts';
import { removeAll } from './removal.task.ts';

const TIMER_MS_MAX = 2 ** 31 - 1;

/** The background work of a log manager: what recurs, and what is due later. Tasks never reject. */
export class Housekeeper {
  readonly #manager: LogManager;
  readonly #timers = new Set<Timer>();
  readonly #running = new Set<Promise<void>>();
  readonly #removals = new RingQueue<() => Promise<void>>(removalsWaitingMax);
  #removing = 0;
  #isStopped = false;

  constructor(manager: LogManager) {
    this.#manager = manager;
  }

  start(): void {
    const manager = this.#manager;
    const { settings } = manager;
    const first = settings.initialTaskDelayMs;
    this.#every(first, settings.retentionCheckIntervalMs, () => runRetention(manager));
    this.#every(first, settings.flushSchedulerIntervalMs, () => flushDueLogs(manager));
    this.#every(first, settings.flushOffsetCheckpointIntervalMs, () => manager.checkpoint('recovery-point'));
    this.#every(first, settings.flushStartOffsetCheckpointIntervalMs, () => manager.checkpoint('log-start-offset'));
    const watermarksMs = settings.highWatermarkCheckpointIntervalMs;
    this.#every(watermarksMs, watermarksMs, () => manager.checkpoint('high-watermark'));
    const expiryMs = settings.producerIdExpirationCheckIntervalMs;
    this.#every(expiryMs, expiryMs, () => expireProducers(manager));
  }

  /** Runs `task` in the background; resolves when it is done, or at once after `stop`. */
  now(task: () => Promise<unknown>): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    const running: Promise<void> = task().then(() => {
      this.#running.delete(running);
    });
    this.#running.add(running);
    return running;
  }

  /** Runs `task` once, `delayMs` from now. */
  after(delayMs: number, task: () => Promise<void>): void {
    if (this.#isStopped) return;
    const timer = this.#manager.platform.clock.setTimer(Math.min(Math.max(0, delayMs), TIMER_MS_MAX), () => {
      this.#timers.delete(timer);
      if (delayMs > TIMER_MS_MAX) this.after(delayMs - TIMER_MS_MAX, task);
      else void this.now(task);
    });
    this.#timers.add(timer);
  }

  /** Runs `removal` `delayMs` from now, or later when many are due. What is left of them at a stop, the next start finds. */
  removeAfter(delayMs: number, removal: () => Promise<void>): void {
    this.after(delayMs, () => {
      this.#removals.push(removal);
      if (this.#removing < removalsAtOnceMax) {
        this.#removing++;
        void this.now(() => removeAll(() => this.#nextRemoval()));
      }
      return Promise.resolve();
    });
  }

  /** No timer fires any more. */
  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  /** What is running now; for an orderly shutdown. */
  get running(): readonly Promise<void>[] {
    return [...this.#running];
  }

  #nextRemoval(): (() => Promise<void>) | undefined {
    const removal = this.#isStopped ? undefined : this.#removals.shift();
    if (removal === undefined) this.#removing--;
    return removal;
  }

  #every(firstMs: number, intervalMs: number, task: () => Promise<void>): void {
    this.after(Math.max(1, firstMs), () => task().then(() => this.#every(intervalMs, intervalMs, task)));
  }
}
