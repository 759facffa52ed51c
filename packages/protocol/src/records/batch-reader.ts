import type { CompressionType } from '../compression/compression-type.ts';
import * as header from './batch-header.ts';
import type { Int64 } from './int64.ts';
import { BATCH_CORRUPT, nextBatchEnd } from './next-batch.ts';
import type { TimestampType } from './record.ts';

/** Where one batch (or one entry of magic 0 or 1) lies, and its header fields by name. Offsets are absolute. */
export class BatchView {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;

  /** `start` must be one at which `nextBatchEnd` gave `end`. */
  constructor(buffer: Buffer, start: number, end: number) {
    this.buffer = buffer;
    this.start = start;
    this.end = end;
  }

  get sizeInBytes(): number {
    return this.end - this.start;
  }
  get magic(): number {
    return header.batchMagic(this.buffer, this.start);
  }
  get baseOffset(): number {
    return header.batchBaseOffset(this.buffer, this.start);
  }
  get lastOffset(): number {
    return header.batchLastOffset(this.buffer, this.start);
  }
  get lastOffsetDelta(): number {
    return header.batchLastOffsetDelta(this.buffer, this.start);
  }
  get partitionLeaderEpoch(): number {
    return header.batchPartitionLeaderEpoch(this.buffer, this.start);
  }
  /** Undefined for an id that no Kafka has assigned. */
  get compression(): CompressionType | undefined {
    return header.batchCompression(this.buffer, this.start);
  }
  get timestampType(): TimestampType {
    return header.batchTimestampType(this.buffer, this.start);
  }
  get isTransactional(): boolean {
    return header.batchIsTransactional(this.buffer, this.start);
  }
  get isControl(): boolean {
    return header.batchIsControl(this.buffer, this.start);
  }
  get hasDeleteHorizon(): boolean {
    return header.batchHasDeleteHorizon(this.buffer, this.start);
  }
  get baseTimestamp(): Int64 {
    return header.batchBaseTimestamp(this.buffer, this.start);
  }
  get maxTimestamp(): Int64 {
    return header.batchMaxTimestamp(this.buffer, this.start);
  }
  get producerId(): number {
    return header.batchProducerId(this.buffer, this.start);
  }
  get producerEpoch(): number {
    return header.batchProducerEpoch(this.buffer, this.start);
  }
  get baseSequence(): number {
    return header.batchBaseSequence(this.buffer, this.start);
  }
  get lastSequence(): number {
    return header.batchLastSequence(this.buffer, this.start);
  }
  /** -1 for magic 0 and 1. */
  get recordCount(): number {
    return header.batchRecordCount(this.buffer, this.start);
  }
  get crcIsValid(): boolean {
    return header.batchCrcIsValid(this.buffer, this.start);
  }
  /** The bytes of the batch, not copied. */
  get bytes(): Buffer {
    return this.buffer.subarray(this.start, this.end);
  }
}

/**
 * Walks the batches of a buffer, of all magics, without allocating: `while (reader.next()) use(reader.start, reader.end)`.
 * When `next()` has returned false, `stop` says why.
 */
export class BatchReader {
  readonly buffer: Buffer;
  readonly #limit: number;
  /** First byte of the current batch; after the walk, of what follows the last whole one. */
  start: number;
  /** One past the last byte of the current batch. */
  end: number;
  /** `end`: nothing is left. `truncated`: the rest is part of a batch. `corrupt`: the rest cannot be a batch. */
  stop: 'end' | 'truncated' | 'corrupt' | undefined;

  constructor(buffer: Buffer, start = 0, limit = buffer.length) {
    this.buffer = buffer;
    this.#limit = limit;
    this.start = start;
    this.end = start;
    this.stop = undefined;
  }

  next(): boolean {
    if (this.stop !== undefined) return false;
    this.start = this.end;
    const end = this.start < this.#limit ? nextBatchEnd(this.buffer, this.start, this.#limit) : this.start;
    if (end > this.start) {
      this.end = end;
      return true;
    }
    if (end === this.start) this.stop = 'end';
    else this.stop = end === BATCH_CORRUPT ? 'corrupt' : 'truncated';
    return false;
  }

  view(): BatchView {
    return new BatchView(this.buffer, this.start, this.end);
  }
}

/** The whole batches of a buffer, one object each; a truncated or corrupt tail ends the walk (use `BatchReader` to know). */
export function* readBatches(buffer: Buffer, start = 0, limit = buffer.length): Generator<BatchView, void, undefined> {
  const reader = new BatchReader(buffer, start, limit);
  while (reader.next()) yield reader.view();
}
