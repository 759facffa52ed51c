import type { UntypedRecord } from '../consumer/consumer.ts';
import { KafkaError } from '../errors.ts';
import type { Cluster } from '../network/cluster.ts';
import type { CallOptions } from '../options.ts';
import { type AnyTopic, type RecordOf, topic as untyped } from '../serdes/index.ts';
import { type ShareConsumerOptions, shareConsumerSettings } from './options.ts';
import { ShareCore } from './share-core.ts';
import { type ShareBatch, ShareBatchIterator, ShareRecordIterator } from './share-iterators.ts';
import { type Acknowledgeable, typedShareRecords } from './share-record.ts';

const CLOSE_TIMEOUT_MS = 30_000;

/**
 * A member of a share group (KIP-932, Kafka 4.2): records of its topics are delivered to whichever member asks, each
 * locked for a while, until one says that it is processed. One reader at a time: an iteration, or `poll`.
 */
export class ShareConsumer<R = UntypedRecord> implements AsyncIterable<R & Acknowledgeable>, AsyncDisposable {
  readonly #core: ShareCore;
  readonly #closed: () => void;
  #closing: Promise<void> | undefined;

  /** `closed`: told when it is. */
  constructor(cluster: Cluster, options: ShareConsumerOptions, closed: () => void = () => {}) {
    this.#core = new ShareCore(cluster, shareConsumerSettings(options));
    this.#closed = closed;
  }

  /** Topics in place of those before. Returns this consumer, typed. */
  subscribe<Topics extends readonly AnyTopic[]>(...topics: Topics): ShareConsumer<RecordOf<Topics[number]>>;
  subscribe(...topics: readonly string[]): ShareConsumer;
  subscribe(...topics: readonly (AnyTopic | string)[]): unknown {
    this.#core.subscribe(topics.map((each) => (typeof each === 'string' ? untyped(each) : each)));
    return this;
  }

  get subscription(): readonly string[] {
    return this.#core.topicNames();
  }

  /** Leaves the group; what was acquired and not acknowledged is released. */
  async unsubscribe({ timeout = CLOSE_TIMEOUT_MS }: Pick<CallOptions, 'timeout'> = {}): Promise<void> {
    await this.#core.leave(timeout);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<R & Acknowledgeable> {
    return new ShareRecordIterator<R>(this.#core);
  }

  /** By record, until `signal`. */
  records(options: { readonly signal?: AbortSignal | undefined } = {}): AsyncIterableIterator<R & Acknowledgeable> {
    return new ShareRecordIterator<R>(this.#core, options.signal);
  }

  /** By batch: records of one partition. */
  batches(
    options: { readonly maxRecords?: number | undefined; readonly signal?: AbortSignal | undefined } = {},
  ): AsyncIterableIterator<ShareBatch<R>> {
    const { maxRecords = this.#core.settings.maxPollRecords, signal } = options;
    return new ShareBatchIterator<R>(this.#core, maxRecords, signal);
  }

  /** What is acquired, at most `maxPollRecords`; waits up to `timeout` ms for the first. */
  async poll({ timeout = 0, signal }: CallOptions = {}): Promise<(R & Acknowledgeable)[]> {
    const core = this.#core;
    core.throwIfClosed();
    core.steps++;
    core.settle();
    const { clock } = core.cluster;
    const deadlineMs = clock.monotonicMs() + timeout;
    for (;;) {
      core.throwFailure();
      core.step();
      const records = core.take(core.settings.maxPollRecords, false);
      const leftMs = deadlineMs - clock.monotonicMs();
      if (records.length > 0 || leftMs <= 0 || core.isClosed) return typedShareRecords<R>(records);
      await core.wait(leftMs, signal);
    }
  }

  /**
   * Sends what was acknowledged, and waits for the answers; what was handed out and nothing said about is accepted first
   * (implicit). Rejects when any acknowledgement failed since the last commit, with `failures` by partition.
   */
  async commit(options: CallOptions = {}): Promise<void> {
    this.#core.throwIfClosed();
    if (this.#core.settings.acknowledgement === 'implicit') this.#core.settle();
    await this.#core.commit(options);
  }

  /** The same without waiting: what goes wrong is told to `done`, or else to the log. */
  commitAsync(done?: (error: KafkaError | undefined) => void): void {
    this.commit().then(
      () => done?.(undefined),
      (error: unknown) => {
        if (done === undefined) this.#core.cluster.log.warn('Acknowledging records failed', error);
        else done(KafkaError.from(error));
      },
    );
  }

  /** How long records are locked, ms; undefined before the first fetch. */
  get acquisitionLockTimeoutMs(): number | undefined {
    return this.#core.lockMs;
  }

  /** Sends what was acknowledged, releases the rest, leaves the group. Idempotent. */
  async close({ timeout = CLOSE_TIMEOUT_MS }: Pick<CallOptions, 'timeout'> = {}): Promise<void> {
    this.#closing ??= this.#core.close(timeout).finally(this.#closed);
    await this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
