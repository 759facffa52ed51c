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
  /** Resolves after that time, or as soon as `signal` is aborted or the run ends. Who waits here is alive to the group. */
  readonly wait: (delayMs: number) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
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
  readonly #stopped = new AbortController();
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
      this.#stop();
      return this.#ended.promise;
    };
    const forget = core.onClose(stop);
    const onAbort = (): void => void stop();
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) this.#stop();
    try {
      await this.#dispatch();
    } finally {
      this.#stop();
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
    try {
      const result = this.#options.each(typed, this.#contextOf(partition, 1));
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
    let error = first;
    for (let attempt = 1; ; attempt++) {
      if (onError === undefined) throw error;
      // Left undone, it comes again: a run that ends decides nothing more about it.
      if (partition.isEnded || this.isStopping) return false;
      const verdict = await onError({ record, error, ...this.#contextOf(partition, attempt) });
      if (verdict === 'handled') return true;
      if (verdict === 'pass') throw error;
      if (partition.isEnded || this.isStopping) return false;
      try {
        await each(record, this.#contextOf(partition, attempt + 1));
        return true;
      } catch (thrown) {
        error = thrown;
      }
    }
  }

  #contextOf(partition: AssignedPartition, attempt: number): HandlerContext {
    const { clock } = this.core.cluster;
    return {
      signal: partition.ended.signal,
      attempt,
      wait: (delayMs) => this.#wait(partition, delayMs),
      now: () => clock.wallMs(),
    };
  }

  async #wait(partition: AssignedPartition, delayMs: number): Promise<void> {
    const { clock } = this.core.cluster;
    const untilMs = clock.monotonicMs() + delayMs;
    const sliceMs = Math.max(1, this.core.settings.maxPollIntervalMs / 4);
    const ended = AbortSignal.any([partition.ended.signal, this.#stopped.signal]);
    for (let left = delayMs; left > 0 && !ended.aborted; left = untilMs - clock.monotonicMs()) {
      this.core.steps++;
      await clock.sleep(Math.min(left, sliceMs), ended).catch(() => {});
    }
  }

  #stop(): void {
    this.#isStopping = true;
    this.#stopped.abort();
    this.core.wake();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#stop();
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
