import type { AssignedPartition } from './assigned-partition.ts';
import { ConsumerBatch } from './consumer-batch.ts';
import type { ConsumerCore } from './consumer-core.ts';

/** `for await (const batch of consumer.batches())`. A batch counts as processed when the loop asks for the next one. */
export class BatchIterator<R> implements AsyncIterableIterator<ConsumerBatch<R>> {
  readonly #core: ConsumerCore;
  readonly #max: number;
  readonly #only: AssignedPartition | undefined;
  readonly #accepts: ((partition: AssignedPartition) => boolean) | undefined;
  readonly #signal: AbortSignal | undefined;
  #partition: AssignedPartition | undefined;
  #isDone = false;

  constructor(core: ConsumerCore, maxRecords: number, only?: AssignedPartition, signal?: AbortSignal) {
    this.#core = core;
    this.#max = maxRecords;
    this.#only = only;
    this.#accepts = only === undefined ? undefined : (partition) => partition === only;
    this.#signal = signal;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<ConsumerBatch<R>>> {
    const core = this.#core;
    core.steps++;
    this.#letGo(true);
    for (;;) {
      if (this.#isDone || core.isClosed || this.#only?.isEnded === true) return { done: true, value: undefined };
      core.throwFailure();
      core.step();
      const partition = core.nextPartition(this.#accepts);
      if (partition === undefined) {
        await core.wait(undefined, this.#signal);
        continue;
      }
      const records = core.takeRecords(partition, this.#max);
      if (records.length === 0) continue;
      partition.handOut();
      this.#partition = partition;
      return { done: false, value: new ConsumerBatch<R>(core, partition, records) };
    }
  }

  /** The last batch is not processed: it comes again, unless it was committed. */
  return(): Promise<IteratorResult<ConsumerBatch<R>>> {
    const partition = this.#partition;
    this.#isDone = true;
    this.#letGo(false);
    partition?.rewind();
    this.#core.pump();
    return Promise.resolve({ done: true, value: undefined });
  }

  #letGo(isFinished: boolean): void {
    const partition = this.#partition;
    this.#partition = undefined;
    partition?.release(isFinished);
  }
}
