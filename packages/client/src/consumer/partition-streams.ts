import type { AssignedPartition } from './assigned-partition.ts';
import { BatchIterator } from './batch-iterator.ts';
import type { ConsumerBatch } from './consumer-batch.ts';
import type { ConsumerCore } from './consumer-core.ts';
import { RecordIterator } from './record-iterator.ts';

/** The records of one partition, for as long as this consumer has it. */
export class PartitionStream<R> implements AsyncIterable<R> {
  readonly topic: string;
  readonly partition: number;
  readonly #core: ConsumerCore;
  readonly #assigned: AssignedPartition;

  constructor(core: ConsumerCore, assigned: AssignedPartition) {
    this.topic = assigned.topic.name;
    this.partition = assigned.partition;
    this.#core = core;
    this.#assigned = assigned;
  }

  /** Aborted when the partition is this consumer's no more. */
  get signal(): AbortSignal {
    return this.#assigned.ended.signal;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<R> {
    return new RecordIterator<R>(this.#core, this.#assigned);
  }

  batches({ maxRecords = this.#core.settings.maxPollRecords } = {}): AsyncIterableIterator<ConsumerBatch<R>> {
    return new BatchIterator<R>(this.#core, maxRecords, this.#assigned);
  }
}

/** One stream for each partition, as partitions come. */
export class PartitionStreams<R> implements AsyncIterableIterator<PartitionStream<R>> {
  readonly #core: ConsumerCore;
  readonly #signal: AbortSignal | undefined;
  readonly #seen = new WeakSet<AssignedPartition>();
  #isDone = false;

  constructor(core: ConsumerCore, signal?: AbortSignal) {
    this.#core = core;
    this.#signal = signal;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<PartitionStream<R>>> {
    const core = this.#core;
    for (;;) {
      if (this.#isDone || core.isClosed) return { done: true, value: undefined };
      core.throwFailure();
      core.step();
      for (const partition of core.state.partitions.values()) {
        if (partition.isHeld || this.#seen.has(partition)) continue;
        this.#seen.add(partition);
        return { done: false, value: new PartitionStream<R>(core, partition) };
      }
      await core.wait(undefined, this.#signal);
    }
  }

  return(): Promise<IteratorResult<PartitionStream<R>>> {
    this.#isDone = true;
    this.#core.wake();
    return Promise.resolve({ done: true, value: undefined });
  }
}
