/*
 * `consumer.run`: a handler for every record, with as much concurrency as order allows. Per partition: one record of a
 * partition at a time, partitions beside each other. By key: records of one key one after the other. What is committed
 * moves up to the first record that is not done. A rebalance waits for the handlers of the partitions that go.
 */
import { deferred } from '@ottla/common';
import type { AssignedPartition } from './assigned-partition.ts';
import type { ConsumerCore } from './consumer-core.ts';
import { type FetchedRecord, typedRecord } from './fetched-record.ts';
import { KeyedWorker, Lanes } from './keyed-worker.ts';

export interface HandlerContext {
  /** Aborted when the record's partition is this consumer's no more, or the consumer closes. */
  readonly signal: AbortSignal;
  /** 1, 2, ... */
  readonly attempt: number;
}

export interface HandlerFailure<R> extends HandlerContext {
  readonly record: R;
  readonly error: unknown;
}

/** `retry`: the handler again. `handled`: the record counts as processed. `pass`: not mine; in the end `run` rejects. */
export type Verdict = 'retry' | 'handled' | 'pass';

export type ErrorHandler<R> = (failure: HandlerFailure<R>) => Verdict | Promise<Verdict>;

export interface RunOptions<R> {
  readonly each: (record: R, context: HandlerContext) => unknown;
  /** Default: `partition`. `byKey`: so many records at a time, those of one key in order. */
  readonly concurrency?: 'partition' | { readonly byKey: number } | undefined;
  /** What to do when `each` throws; default: `run` rejects with it, and the record comes again. */
  readonly onError?: ErrorHandler<R> | undefined;
  /** Ends the run: `run` resolves when the handlers that work are done. */
  readonly signal?: AbortSignal | undefined;
}

export function runConsumer<R>(core: ConsumerCore, options: RunOptions<R>): Promise<void> {
  return new Runner(core, options).run();
}

export class Runner<R> {
  readonly core: ConsumerCore;
  readonly #options: RunOptions<R>;
  readonly #busy = new Set<AssignedPartition>();
  readonly #workers = new Set<Promise<void>>();
  readonly #ended = deferred();
  readonly #lanes: Lanes | undefined;
  #isStopping = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(core: ConsumerCore, options: RunOptions<R>) {
    this.core = core;
    this.#options = options;
    const { concurrency = 'partition' } = options;
    this.#lanes = concurrency === 'partition' ? undefined : new Lanes(concurrency.byKey);
  }

  get isStopping(): boolean {
    return this.#isStopping || this.core.isClosed;
  }

  async run(): Promise<void> {
    const { core } = this;
    const { signal } = this.#options;
    const stop = (): Promise<void> => {
      this.#isStopping = true;
      core.wake();
      return this.#ended.promise;
    };
    const forget = core.onClose(stop);
    const onAbort = (): void => void stop();
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) this.#isStopping = true;
    try {
      await this.#dispatch();
    } finally {
      this.#isStopping = true;
      await Promise.all(this.#workers);
      forget();
      signal?.removeEventListener('abort', onAbort);
      this.#ended.resolve();
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #dispatch(): Promise<void> {
    const { core } = this;
    while (!this.isStopping) {
      core.throwFailure();
      core.step();
      const partition = core.nextPartition((candidate) => !this.#busy.has(candidate));
      if (partition === undefined) await core.wait();
      else this.#start(partition);
    }
  }

  #start(partition: AssignedPartition): void {
    this.#busy.add(partition);
    partition.handOut();
    const work =
      this.#lanes === undefined ? this.#inOrder(partition) : new KeyedWorker(this, this.#lanes, partition).run();
    const worker = work
      .catch((error: unknown) => this.#fail(error))
      .then(() => {
        this.#busy.delete(partition);
        this.#workers.delete(worker);
        partition.release(false);
        partition.rewind();
        this.core.wake();
      });
    this.#workers.add(worker);
  }

  async #inOrder(partition: AssignedPartition): Promise<void> {
    const { core } = this;
    while (!this.isStopping && partition.canDeliver) {
      const record = core.nextRecord(partition);
      if (record === undefined) {
        partition.finish(partition.position, partition.positionEpoch);
        return;
      }
      const handled = this.handle(record, partition);
      if (typeof handled !== 'boolean' && !(await handled)) return;
      partition.finish(partition.position, partition.positionEpoch);
      core.steps++;
    }
  }

  /** Whether it is processed; false: given up, since it is not ours any more. A promise only if the handler gave one. */
  handle(record: FetchedRecord, partition: AssignedPartition): true | Promise<boolean> {
    const typed = typedRecord<R>(record);
    const { signal } = partition.ended;
    try {
      const result = this.#options.each(typed, { signal, attempt: 1 });
      if (!isThenable(result)) return true;
      return Promise.resolve(result).then(
        () => true,
        (error: unknown) => this.#again(typed, partition, error),
      );
    } catch (error) {
      return this.#again(typed, partition, error);
    }
  }

  async #again(record: R, partition: AssignedPartition, first: unknown): Promise<boolean> {
    const { each, onError } = this.#options;
    const { signal } = partition.ended;
    let error = first;
    for (let attempt = 1; ; attempt++) {
      if (onError === undefined) throw error;
      if (partition.isEnded || this.core.isClosed) return false;
      const verdict = await onError({ record, error, attempt, signal });
      if (verdict === 'handled') return true;
      if (verdict === 'pass') throw error;
      if (partition.isEnded || this.isStopping) return false;
      try {
        await each(record, { signal, attempt: attempt + 1 });
        return true;
      } catch (thrown) {
        error = thrown;
      }
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#isStopping = true;
    this.core.wake();
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
