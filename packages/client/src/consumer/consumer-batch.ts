import type { CallOptions } from '../options.ts';
import type { AssignedPartition } from './assigned-partition.ts';
import type { ConsumerCore } from './consumer-core.ts';
import { type FetchedRecord, typedRecords } from './fetched-record.ts';

/** Records of one partition, in order. */
export class ConsumerBatch<R> implements Iterable<R> {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly R[];
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** Where a commit of this batch points. */
  readonly nextOffset: number;
  readonly #core: ConsumerCore;
  readonly #assigned: AssignedPartition;
  readonly #epoch: number;

  constructor(core: ConsumerCore, assigned: AssignedPartition, records: readonly FetchedRecord[]) {
    this.topic = assigned.topic.name;
    this.partition = assigned.partition;
    this.records = typedRecords<R>(records);
    this.firstOffset = records[0].offset;
    this.lastOffset = records[records.length - 1].offset;
    this.nextOffset = assigned.position;
    this.#core = core;
    this.#assigned = assigned;
    this.#epoch = assigned.positionEpoch;
  }

  get size(): number {
    return this.records.length;
  }

  /** Aborted when the partition is this consumer's no more. */
  get signal(): AbortSignal {
    return this.#assigned.ended.signal;
  }

  /** Of the partition, as the last fetch told. */
  get highWatermark(): number {
    return this.#assigned.highWatermark;
  }

  /** Records behind this batch. */
  get lag(): number {
    return Math.max(0, this.#assigned.highWatermark - this.nextOffset);
  }

  [Symbol.iterator](): Iterator<R> {
    return this.records[Symbol.iterator]();
  }

  /** Commits all of it: it counts as processed. */
  commit(options?: CallOptions): Promise<void> {
    const { topic, partition, nextOffset: offset } = this;
    return this.#core.commit([{ topic, partition, offset, leaderEpoch: this.#epoch }], options);
  }
}
