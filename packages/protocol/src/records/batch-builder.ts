import type { CompressionType } from '../compression/compression-type.ts';
import { compress } from '../compression/index.ts';
import { BATCH_OVERHEAD, writeBatchHeader } from './batch-header.ts';
import { type Int64, maxInt64, subtractInt64 } from './int64.ts';
import {
  NO_LEADER_EPOCH,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  type RecordHeaderInput,
} from './record.ts';
import { RecordWriter } from './record-writer.ts';

export interface BatchOptions {
  /** Default 0. */
  readonly baseOffset?: number;
  /** Default `none`. */
  readonly compression?: CompressionType;
  /** In the codec's own scale; default: the codec's default, as Kafka's. */
  readonly compressionLevel?: number;
  /**
   * When given, the batch has timestamp type LogAppendTime and this as its max timestamp, which is what readers see as
   * the timestamp of every record. The deltas keep what was appended, as Kafka's do.
   */
  readonly logAppendTime?: Int64;
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly isTransactional?: boolean;
  readonly isControl?: boolean;
  readonly partitionLeaderEpoch?: number;
  /** First size of the buffer that the records are written to, default 512. */
  readonly initialCapacityBytes?: number;
}

/** Keeps what compaction must not change although records went: see `BatchBuilder.build`. */
export interface RetainedHeader {
  /** At least the last record's; the original's. */
  readonly lastOffsetDelta?: number;
  /** The original's max timestamp, for a batch that no record is left of. */
  readonly maxTimestamp?: Int64;
  /** Milliseconds; goes where the base timestamp is, which the first append must then have got as its base. */
  readonly deleteHorizonMs?: Int64;
}

/** Builds one batch of magic 2. */
export class BatchBuilder {
  #options: BatchOptions;
  readonly #writer: RecordWriter;
  #recordCount = 0;
  #lastOffsetDelta = -1;
  #baseTimestamp: Int64 | undefined;
  #maxTimestamp: Int64 = NO_TIMESTAMP;

  constructor(options: BatchOptions = {}) {
    this.#options = options;
    this.#writer = new RecordWriter(options.initialCapacityBytes ?? 512, BATCH_OVERHEAD);
  }

  get recordCount(): number {
    return this.#recordCount;
  }

  /** Exact for `none`, an upper guess otherwise (what is compressed is hardly ever larger). */
  get sizeInBytes(): number {
    return this.#writer.length;
  }

  get maxTimestamp(): Int64 {
    return this.#maxTimestamp;
  }

  /** Adds a record at the next offset; its offset delta comes back. Key, value and headers are copied. */
  append(
    timestamp: Int64,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: readonly RecordHeaderInput[] = [],
  ): number {
    const offsetDelta = this.#lastOffsetDelta + 1;
    this.appendAt(offsetDelta, timestamp, key, value, headers);
    return offsetDelta;
  }

  /** Adds a record with a gap before it (compaction). `offsetDelta` must be above the last one. */
  appendAt(
    offsetDelta: number,
    timestamp: Int64,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: readonly RecordHeaderInput[] = [],
  ): void {
    if (offsetDelta <= this.#lastOffsetDelta) {
      throw new RangeError(`Offset delta ${offsetDelta} is not above the last one, ${this.#lastOffsetDelta}`);
    }
    const base = this.#baseTimestamp ?? timestamp;
    this.#baseTimestamp = base;
    this.#writer.writeRecord(subtractInt64(timestamp, base), offsetDelta, key, value, headers);
    this.#maxTimestamp = this.#recordCount === 0 ? timestamp : maxInt64(this.#maxTimestamp, timestamp);
    this.#lastOffsetDelta = offsetDelta;
    this.#recordCount++;
  }

  /** What timestamp deltas count from, when it is not the first record's timestamp. Only before the first append. */
  setBaseTimestamp(base: Int64): void {
    if (this.#recordCount > 0) throw new RangeError('The base timestamp is fixed by the first record');
    this.#baseTimestamp = base;
  }

  /** Who wrote it, for a producer that learns that late. Only before `build`. */
  setProducer(producerId: number, producerEpoch: number, baseSequence: number): void {
    this.#options = { ...this.#options, producerId, producerEpoch, baseSequence };
  }

  /**
   * The finished batch, checksum included. It may be a view over the builder's buffer: the builder must not be used
   * afterwards. A batch without records is what compaction leaves; it needs `retained`.
   */
  build(retained: RetainedHeader = {}): Buffer {
    const options = this.#options;
    const compression = options.compression ?? 'none';
    const bytes = compression === 'none' ? this.#writer.bytes : this.#compressed(compression);
    writeBatchHeader(bytes, 0, bytes.length, {
      baseOffset: options.baseOffset ?? 0,
      partitionLeaderEpoch: options.partitionLeaderEpoch ?? NO_LEADER_EPOCH,
      compression,
      timestampType: options.logAppendTime === undefined ? 'CreateTime' : 'LogAppendTime',
      isTransactional: options.isTransactional ?? false,
      isControl: options.isControl ?? false,
      hasDeleteHorizon: retained.deleteHorizonMs !== undefined,
      lastOffsetDelta: retained.lastOffsetDelta ?? Math.max(this.#lastOffsetDelta, 0),
      baseTimestamp: retained.deleteHorizonMs ?? this.#baseTimestamp ?? NO_TIMESTAMP,
      maxTimestamp: options.logAppendTime ?? retained.maxTimestamp ?? this.#maxTimestamp,
      producerId: options.producerId ?? NO_PRODUCER_ID,
      producerEpoch: options.producerEpoch ?? NO_PRODUCER_EPOCH,
      baseSequence: options.baseSequence ?? NO_SEQUENCE,
      recordCount: this.#recordCount,
    });
    return bytes;
  }

  #compressed(compression: CompressionType): Buffer {
    const records = this.#writer.bytes.subarray(BATCH_OVERHEAD);
    const level = this.#options.compressionLevel;
    const packed = compress(compression, records, level === undefined ? {} : { level });
    const bytes = Buffer.allocUnsafe(BATCH_OVERHEAD + packed.length);
    bytes.set(packed, BATCH_OVERHEAD);
    return bytes;
  }
}
