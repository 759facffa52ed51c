/*
 * `for await (const record of consumer)`. A record counts as processed when the loop asks for the next one. A loop that
 * ends otherwise (break, throw) has not processed its last record: it comes again.
 */
import type { AssignedPartition } from './assigned-partition.ts';
import type { ConsumerCore } from './consumer-core.ts';
import { type FetchedRecord, typedRecord } from './fetched-record.ts';

export class RecordIterator<R> implements AsyncIterableIterator<R> {
  readonly #core: ConsumerCore;
  /** Reads this partition only, and ends with it. */
  readonly #only: AssignedPartition | undefined;
  readonly #accepts: ((partition: AssignedPartition) => boolean) | undefined;
  readonly #signal: AbortSignal | undefined;
  #partition: AssignedPartition | undefined;
  #isDone = false;

  constructor(core: ConsumerCore, only?: AssignedPartition, signal?: AbortSignal) {
    this.#core = core;
    this.#only = only;
    this.#accepts = only === undefined ? undefined : (partition) => partition === only;
    this.#signal = signal;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<R>> {
    const partition = this.#partition;
    this.#core.steps++;
    if (partition !== undefined) {
      partition.finish(partition.position, partition.positionEpoch);
      if (partition.canDeliver && !this.#isDone && this.#signal?.aborted !== true) {
        let record: FetchedRecord | undefined;
        try {
          record = this.#core.nextRecord(partition);
        } catch (error) {
          this.#letGo(true);
          return Promise.reject(error);
        }
        if (record !== undefined) return Promise.resolve({ done: false, value: typedRecord<R>(record) });
      }
      this.#letGo(true);
    }
    return this.#wait();
  }

  return(): Promise<IteratorResult<R>> {
    const partition = this.#partition;
    this.#isDone = true;
    this.#letGo(false);
    partition?.rewind();
    this.#core.pump();
    return Promise.resolve({ done: true, value: undefined });
  }

  async #wait(): Promise<IteratorResult<R>> {
    const core = this.#core;
    for (;;) {
      if (this.#isDone || core.isClosed || this.#only?.isEnded === true) return { done: true, value: undefined };
      core.throwFailure();
      core.step();
      const partition = core.nextPartition(this.#accepts);
      if (partition !== undefined) {
        const record = core.nextRecord(partition);
        if (record === undefined) continue;
        partition.handOut();
        this.#partition = partition;
        return { done: false, value: typedRecord<R>(record) };
      }
      await core.wait(undefined, this.#signal);
    }
  }

  #letGo(isFinished: boolean): void {
    const partition = this.#partition;
    this.#partition = undefined;
    partition?.release(isFinished);
  }
}
