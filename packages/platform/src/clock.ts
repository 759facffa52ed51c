/** A timer that has been armed; `cancel` after it fired does nothing. */
export interface Timer {
  cancel(): void;
}

/** Time as the core sees it. Intervals use the monotonic clock, stamps the wall clock: a wall clock may jump. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC, an integer. For stamps only. */
  wallMs(): number;
  /** Milliseconds since an arbitrary start, never decreasing, with fractions. For intervals and deadlines. */
  monotonicMs(): number;
  /** Calls `callback` once, not before `delayMs` (>= 0, at most 2^31 - 1) have passed. */
  setTimer(delayMs: number, callback: () => void): Timer;
  /**
   * Calls `callback` at the end of the current turn: after the input that is already at hand has been delivered,
   * before the loop waits again. This is where dirty partitions are written and responses leave.
   */
  endOfTurn(callback: () => void): void;
  /** Resolves after `delayMs`; rejects with the signal's reason when aborted. For `*.task.ts` files. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}
