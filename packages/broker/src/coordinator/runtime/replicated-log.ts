import type { ErrorCode } from '@ottla/protocol';

/** What the runtime needs of the partition it leads. Bound to one leader epoch: refuses once that is over. */
export interface ReplicatedLog {
  readonly leaderEpoch: number;
  readonly logStartOffset: number;
  /** End of what is written, staged appends included. */
  readonly stagedEndOffset: number;
  /** Everything below is on every in-sync replica. */
  readonly highWatermark: number;
  /**
   * Stages one batch with acks=all. An error code refuses it at once. Otherwise 0, and `written` is called later, once,
   * with 0 or the error that took the batch (and all staged after it) away.
   */
  append(batch: Buffer, written: (error: ErrorCode) => void): ErrorCode;
  /** Called when the high watermark moved; at most once a turn. Returns how to unsubscribe. */
  onHighWatermark(listener: () => void): () => void;
  /** At least one whole batch from `offset` on, up to the log end; empty at the end; an error code when it can't be read. */
  read(
    offset: number,
    maxBytes: number,
  ): { readonly error: ErrorCode } | { readonly error: 0; readonly records: Buffer };
}
