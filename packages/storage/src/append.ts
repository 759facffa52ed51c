import type { Int64 } from '@ottla/common';
import { ErrorCode } from '@ottla/protocol';

/** Who appends: a client's Produce, or a coordinator of this broker, which may write control batches. */
export type AppendOrigin = 'client' | 'coordinator';

export interface AppendOptions {
  /** Stamped into every batch (KIP-101). */
  readonly leaderEpoch: number;
  readonly origin: AppendOrigin;
  /** Version of the Produce request; it decides which formats and codecs are acceptable. Unused for `coordinator`. */
  readonly produceVersion: number;
}

/** One rejected record: its place in the batch and why (KIP-467). */
export interface RecordError {
  readonly batchIndex: number;
  readonly message: string | null;
}

/** Kafka's LogAppendInfo as far as a response needs it. Offsets are -1 when `error` is set. */
export interface AppendResult {
  readonly error: ErrorCode;
  /** Only where Kafka sends one to the client: rejected records. Everything else is told by the code. */
  readonly errorMessage: string | null;
  readonly recordErrors: readonly RecordError[];
  readonly baseOffset: number;
  readonly lastOffset: number;
  /** -1 unless the topic stamps the append time (or the batch was a duplicate, as in Kafka). */
  readonly logAppendTime: Int64;
  readonly logStartOffset: number;
}

/** Told once per staged append, in staging order per log, at the end of a turn. */
export interface AppendSink {
  appended(token: number, result: AppendResult): void;
}

export const NO_RECORD_ERRORS: readonly RecordError[] = [];

export function refused(
  error: ErrorCode,
  logStartOffset: number,
  errorMessage: string | null = null,
  recordErrors: readonly RecordError[] = NO_RECORD_ERRORS,
): AppendResult {
  return { error, errorMessage, recordErrors, baseOffset: -1, lastOffset: -1, logAppendTime: -1, logStartOffset };
}

export function accepted(
  baseOffset: number,
  lastOffset: number,
  logAppendTime: Int64,
  logStartOffset: number,
): AppendResult {
  return {
    error: ErrorCode.NONE,
    errorMessage: null,
    recordErrors: NO_RECORD_ERRORS,
    baseOffset,
    lastOffset,
    logAppendTime,
    logStartOffset,
  };
}
