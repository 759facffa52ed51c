import type { QuotaWindows } from './quota-rate.ts';

/** Mutations that may come in bursts as large as all windows allow (Java: TokenBucket, KIP-599). Times are monotonic ms. */
export class TokenBucket {
  readonly #windows: QuotaWindows;
  #tokens: number | undefined;
  #lastMs = 0;

  constructor(windows: QuotaWindows) {
    this.#windows = windows;
  }

  /** What is left; below zero: too much was taken. */
  left(rate: number, nowMs: number): number {
    const burst = rate * ((this.#windows.count * this.#windows.sizeMs) / 1000);
    const grown = (this.#tokens ?? burst) + (rate * (nowMs - this.#lastMs)) / 1000;
    this.#tokens = Math.min(burst, grown);
    this.#lastMs = nowMs;
    return this.#tokens;
  }

  take(count: number, rate: number, nowMs: number): void {
    this.#tokens = this.left(rate, nowMs) - count;
  }

  /** Until nothing is owed, ms. */
  throttleMs(rate: number, nowMs: number): number {
    const left = this.left(rate, nowMs);
    return left >= 0 ? 0 : Math.round((-left / rate) * 1000);
  }
}
