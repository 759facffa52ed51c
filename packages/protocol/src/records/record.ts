import type { Int64 } from './int64.ts';

/** Order and duplicates are kept. A null value differs from an empty one. */
export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

/** What a writer takes; a `Uint8Array` key is written as it is. */
export interface RecordHeaderInput {
  readonly key: string | Uint8Array;
  readonly value: Uint8Array | null;
}

/** One record with everything resolved. `key`, `value` and header values are views over the (decompressed) batch. */
export interface DecodedRecord {
  /** Absolute. */
  readonly offset: number;
  /** Milliseconds by convention, any int64 by fact; -1 where there is none (magic 0). */
  readonly timestamp: Int64;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

/** Kafka's `message.timestamp.type`; magic 0 has neither. */
export type TimestampType = 'CreateTime' | 'LogAppendTime' | 'NoTimestampType';

export const NO_TIMESTAMP = -1;
export const NO_PRODUCER_ID = -1;
export const NO_PRODUCER_EPOCH = -1;
export const NO_SEQUENCE = -1;
export const NO_LEADER_EPOCH = -1;
