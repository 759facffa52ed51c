import type { Int64 } from '@ottla/common';
import type { ByteSource } from '@ottla/platform';
import type { ErrorCode } from '@ottla/protocol';

/** How far a reader may see: a replica to the log end, a consumer to the high watermark or the last stable offset. */
export type ReadLimit = 'log-end' | 'high-watermark' | 'last-stable';

/** A range of a segment file. The segment stays open until `release`, even when it is deleted meanwhile. */
export interface RecordsSource extends ByteSource {
  /** The whole range in memory. For small ranges and for conversion; does not release. */
  toBuffer(): Buffer;
}

/** A transaction whose records a read_committed consumer must drop. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

export interface ReadFailure {
  readonly error: Exclude<ErrorCode, typeof ErrorCode.NONE>;
}

export interface ReadResult {
  readonly error: typeof ErrorCode.NONE;
  /** Begins with the batch that holds the fetch offset; may end within a batch, as Kafka's does. */
  readonly records: RecordsSource;
  /** The first batch did not fit into `maxBytes` and `minOneBatch` was false: `records` holds only its beginning. */
  readonly firstBatchIncomplete: boolean;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly logStartOffset: number;
  /** For the limit `last-stable` only. */
  readonly abortedTransactions: readonly AbortedTransaction[] | null;
}

export type ReadOutcome = ReadFailure | ReadResult;

/** An answer of ListOffsets (Java: FileRecords.TimestampAndOffset). `leaderEpoch` is -1 when the batch has none. */
export interface TimestampOffset {
  readonly timestamp: Int64;
  readonly offset: number;
  readonly leaderEpoch: number;
}

/** An answer of OffsetForLeaderEpoch: (-1, -1) when the epoch is unknown. */
export interface EpochEndOffset {
  readonly epoch: number;
  readonly endOffset: number;
}

/** One idempotent or transactional producer as DescribeProducers tells it. */
export interface ProducerStateSummary {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** -1 when the producer's batches are gone and only its epoch is known. */
  readonly lastSequence: number;
  /** -1 when unknown. */
  readonly lastTimestamp: Int64;
  /** -1 when no marker of a coordinator was seen. */
  readonly coordinatorEpoch: number;
  /** -1 when no transaction is open. */
  readonly currentTransactionStartOffset: number;
}
