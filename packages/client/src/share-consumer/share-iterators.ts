/*
 * `for await (const record of shareConsumer)` and the same by batch. What the loop goes on from counts as processed,
 * unless it said otherwise. A loop that ends by break or an error has not processed its last record or batch: it is
 * released, as is what was acquired behind it when the consumer closes.
 */
import type { ShareCore } from './share-core.ts';
import { type Acknowledgeable, type ShareRecord, typedShareRecords } from './share-record.ts';

/** Records of one partition, in order. What is said of the batch is said of each record that nothing was said about. */
export class ShareBatch<R> implements Iterable<R & Acknowledgeable> {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly (R & Acknowledgeable)[];
  readonly #records: readonly ShareRecord[];

  constructor(records: readonly ShareRecord[]) {
    this.topic = records[0].topic;
    this.partition = records[0].partition;
    this.records = typedShareRecords<R>(records);
    this.#records = records;
  }

  get size(): number {
    return this.records.length;
  }

  [Symbol.iterator](): Iterator<R & Acknowledgeable> {
    return this.records[Symbol.iterator]();
  }

  accept(): void {
    for (const record of this.#open) record.accept();
  }

  release(): void {
    for (const record of this.#open) record.release();
  }

  reject(): void {
    for (const record of this.#open) record.reject();
  }

  get #open(): ShareRecord[] {
    return this.#records.filter(({ said }) => said === undefined);
  }
}

abstract class ShareIterator<T> implements AsyncIterableIterator<T> {
  readonly #core: ShareCore;
  readonly #max: number;
  readonly #signal: AbortSignal | undefined;
  #last: readonly ShareRecord[] = [];
  #isDone = false;

  constructor(core: ShareCore, max: number, signal: AbortSignal | undefined) {
    this.#core = core;
    this.#max = max;
    this.#signal = signal;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<T>> {
    const core = this.#core;
    core.steps++;
    if (!this.#isDone && !core.isClosed) core.settle();
    this.#last = [];
    for (;;) {
      if (this.#isDone || core.isClosed) return { done: true, value: undefined };
      core.throwFailure();
      core.step();
      const records = core.take(this.#max, true);
      if (records.length > 0) {
        this.#last = records;
        return { done: false, value: this.value(records) };
      }
      await core.wait(undefined, this.#signal);
    }
  }

  return(): Promise<IteratorResult<T>> {
    this.#isDone = true;
    this.#core.giveBack(this.#last);
    this.#last = [];
    return Promise.resolve({ done: true, value: undefined });
  }

  protected abstract value(records: readonly ShareRecord[]): T;
}

export class ShareRecordIterator<R> extends ShareIterator<R & Acknowledgeable> {
  constructor(core: ShareCore, signal?: AbortSignal) {
    super(core, 1, signal);
  }

  protected value(records: readonly ShareRecord[]): R & Acknowledgeable {
    return typedShareRecords<R>(records)[0];
  }
}

export class ShareBatchIterator<R> extends ShareIterator<ShareBatch<R>> {
  protected value(records: readonly ShareRecord[]): ShareBatch<R> {
    return new ShareBatch<R>(records);
  }
}
