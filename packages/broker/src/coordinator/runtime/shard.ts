import type { ErrorCode, Int64 } from '@ottla/protocol';

/** A record of the internal topic as bytes; a null value is a tombstone. */
export interface CoordinatorRecord {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/** Where a replayed record stands, and who wrote it. */
export interface ReplayContext {
  readonly offset: number;
  readonly timestamp: Int64;
  /** -1 outside transactions. */
  readonly producerId: number;
  readonly producerEpoch: number;
}

/**
 * The state of one partition of an internal topic under one leader epoch. It changes by `replay` only, so that what a
 * restart rebuilds is what was there. Operations read it and return records; they never change it themselves.
 */
export interface CoordinatorShard {
  /** Applies a record of this log. Unknown kinds are skipped: a newer version may have written them. */
  replay(record: CoordinatorRecord, context: ReplayContext): void;
  /** The log has been replayed to its end: arm timers. */
  loaded(): void;
  /** Leadership is gone: answer waiters, forget everything. Timers are cancelled by the runtime. */
  unloaded(): void;
}

/** What an operation wants: records to append, and the answer to give once they are committed. */
export interface WriteResult<Res> {
  readonly records: readonly CoordinatorRecord[];
  /** Made when the records are committed. */
  readonly response: Res;
  /** The records could not be appended; the state never saw them. Undo what was prepared outside the state. */
  readonly whenFailed?: (error: ErrorCode) => void;
  /** Runs right after the records were replayed, before they are committed: wake who waits for the new state. */
  readonly whenApplied?: () => void;
}

export type Outcome<Res> =
  | { readonly error: ErrorCode; readonly message: string | null }
  | { readonly error: 0; readonly response: Res };

export type Reply<Res> = (outcome: Outcome<Res>) => void;

/** Thrown by an operation to refuse: becomes the answer's error code. */
export class CoordinatorError extends Error {
  override readonly name = 'CoordinatorError';
  readonly error: ErrorCode;
  readonly detail: string | null;
  constructor(error: ErrorCode, detail: string | null = null) {
    super(detail ?? `error ${error}`);
    this.error = error;
    this.detail = detail;
  }
}
