import type { Int64 } from '@ottla/common';
import type { AppendResult, AppendSink } from './append.ts';
import type { ProducerAppend } from './producer-batch.ts';

/** Validated records on their way to the segment. Without bytes: a duplicate that waits for the staged original. */
export interface StagedAppend {
  readonly bytes: Buffer;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** -1 when the records carry none. */
  readonly leaderEpoch: number;
  readonly maxTimestamp: Int64;
  /** Last offset of the batch that has it. */
  readonly offsetOfMaxTimestamp: number;
  /** Wall clock when it was staged: the segment counts as modified then. */
  readonly stagedMs: number;
  readonly producers: readonly ProducerAppend[];
  readonly result: AppendResult;
  /** Undefined for replication: whoever appends waits in the same call. */
  readonly sink: AppendSink | undefined;
  readonly token: number;
}

export const NO_PRODUCERS: readonly ProducerAppend[] = [];
