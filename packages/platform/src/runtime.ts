/** How well the process keeps up, over the present window: one ends with the first question that comes a minute after its begin. */
export interface RuntimeFigures {
  /** How late the event loop came to a timer, ms. */
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly p999: number; readonly max: number };
  /** The part of the time, 0 to 1, in which the loop stood still for the garbage collector. */
  readonly gcShare: number;
}

/** What the process knows of itself. Where there is no process, everything is 0. */
export interface Runtime {
  /** Begins to watch: before, and after `close`, everything is 0. Idempotent. */
  watch(): void;
  figures(): RuntimeFigures;
  close(): void;
}

export const NO_RUNTIME_FIGURES: RuntimeFigures = { loopDelayMs: { p50: 0, p99: 0, p999: 0, max: 0 }, gcShare: 0 };
