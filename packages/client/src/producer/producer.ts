import type { CompressionType } from '@ottla/protocol/compression';
import { closedError, invalidArgument, KafkaError } from '../errors.ts';
import type { Cluster } from '../network/cluster.ts';
import { operation } from '../network/operation.ts';
import type { CallOptions } from '../options.ts';
import type { ProducerRecord, RecordMetadata } from '../records.ts';
import type { Topic } from '../serdes/topic.ts';
import type { ClientMetric } from '../telemetry/client-metric.ts';
import { ProducerMeters } from '../telemetry/producer-meters.ts';
import { Accumulator } from './accumulator.ts';
import type { ProducerBatch } from './batch.ts';
import { type AnyRecord, Feed, type SomeTopic } from './feed.ts';
import { type PlainRecord, plain, plainRecord, type TopicMessages } from './input.ts';
import { Intake } from './intake.ts';
import { Interception } from './interception.ts';
import {
  type AppendListener,
  assertCodec,
  type ProducerOptions,
  type ProducerSettings,
  producerSettings,
} from './options.ts';
import { IdempotentIds } from './producer-id.ts';
import { Sender } from './sender.ts';
import { Transaction } from './transaction.ts';
import { Transactions } from './transactions.ts';
import { writableOf } from './web-stream.ts';

/**
 * Sends records. `send` tells where each one went; `append` is the bulk path: it tells nothing but whether to pause, and
 * `flush` rejects when a record was lost.
 */
export class Producer implements AsyncDisposable {
  readonly #cluster: Cluster;
  readonly #settings: ProducerSettings;
  readonly #accumulator: Accumulator;
  readonly #intake: Intake;
  readonly #sender: Sender;
  readonly #feed: Feed;
  readonly #meters: ProducerMeters;
  readonly #transactions: Transactions | undefined;
  readonly #onClose: () => void;
  readonly #unsubscribe: () => void;
  #closing: Promise<void> | undefined;

  constructor(cluster: Cluster, options: ProducerOptions, onClose: () => void = () => {}) {
    this.#cluster = cluster;
    this.#onClose = onClose;
    const settings = producerSettings(options, cluster.options.requestTimeoutMs);
    this.#settings = settings;
    this.#meters = new ProducerMeters(cluster);
    this.#accumulator = new Accumulator(settings, cluster.clock, cluster.platform.random);
    this.#intake = new Intake(cluster, settings, this.#accumulator);
    const { interceptors } = settings;
    const interception = interceptors.length > 0 ? new Interception(interceptors, cluster.log) : undefined;
    const wake = (): void => this.#sender.wake();
    this.#feed = new Feed(cluster.clock, this.#accumulator, this.#intake, interception, wake);
    const { transactionalId, transactionTimeoutMs } = settings;
    if (transactionalId !== undefined)
      this.#transactions = new Transactions(cluster, transactionalId, transactionTimeoutMs, {
        flush: () => this.#flush(),
        drop: (error) => this.#drop(error),
        wake,
      });
    const plainIds = settings.idempotent ? new IdempotentIds(cluster, wake) : undefined;
    const ids = this.#transactions ?? plainIds;
    this.#sender = new Sender(
      cluster,
      settings,
      this.#accumulator,
      () => ids,
      this.#transactions,
      this.#meters,
      (batch, error) => this.#settled(batch, error),
    );
    this.#unsubscribe = cluster.metadata.subscribe(this.#sender.wake);
  }

  /** Of batches to come; records may still join one of the codec before. Throws KafkaError when it is not installed. */
  get compression(): CompressionType {
    return this.#settings.compression;
  }

  set compression(codec: CompressionType) {
    if (codec === this.#settings.compression) return;
    assertCodec(codec);
    this.#settings.compression = codec;
  }

  /** Sends a record; resolves when it is acknowledged. Rejects with KafkaError. */
  send<Key, Value>(
    topic: Topic<string, unknown, unknown, Key, Value>,
    record: ProducerRecord<NoInfer<Key>, NoInfer<Value>>,
    options?: CallOptions,
  ): Promise<RecordMetadata>;
  /**
   * Sends records; resolves with one metadata for each, in their order. Rejects when all are known, with the first error;
   * its `failures` and `results` tell by the place in the list ('0', '1', ...) what was not written and what was.
   */
  send<Key, Value>(
    topic: Topic<string, unknown, unknown, Key, Value>,
    records: readonly ProducerRecord<NoInfer<Key>, NoInfer<Value>>[],
    options?: CallOptions,
  ): Promise<RecordMetadata[]>;
  send(topic: string, record: PlainRecord, options?: CallOptions): Promise<RecordMetadata>;
  send(topic: string, records: readonly PlainRecord[], options?: CallOptions): Promise<RecordMetadata[]>;
  send(messages: TopicMessages, options?: CallOptions): Promise<RecordMetadata[]>;
  send(...args: Parameters<Producer['sendAny']>): Promise<RecordMetadata | RecordMetadata[]> {
    return this.sendAny(...args);
  }

  /** `send` in all its shapes. */
  sendAny(
    target: string | SomeTopic | TopicMessages,
    input?: AnyRecord | readonly AnyRecord[] | CallOptions,
    options?: CallOptions,
  ): Promise<RecordMetadata | RecordMetadata[]> {
    let sent: Promise<RecordMetadata | RecordMetadata[]>;
    let callOptions = options;
    try {
      this.#assertMaySend();
      if (isMessages(target)) {
        sent = this.#feed.many(plainTopic(target.topic), target.messages.map(plainRecord));
        callOptions = isCallOptions(input) ? input : undefined;
      } else {
        const topic = typeof target === 'string' ? plainTopic(target) : target;
        if (isList(input)) sent = this.#feed.many(topic, input);
        else if (isRecord(input)) sent = this.#feed.one(topic, input);
        else throw invalidArgument(`send to ${topic.name}: a record, or a list of records, is needed`);
      }
    } catch (error) {
      return Promise.reject(KafkaError.from(error));
    }
    if (callOptions === undefined || (callOptions.signal === undefined && callOptions.timeout === undefined))
      return sent;
    sent.catch(() => {});
    return operation(this.#cluster, 'Sending', callOptions, () => sent, Infinity);
  }

  /**
   * Takes records; what becomes of them is told to `listener`, or else to `flush`. False: enough is waiting; await `ready()`
   * before the next. Throws KafkaError for a record that cannot be sent.
   */
  append<Key, Value>(
    topic: Topic<string, unknown, unknown, Key, Value>,
    records: ProducerRecord<NoInfer<Key>, NoInfer<Value>> | readonly ProducerRecord<NoInfer<Key>, NoInfer<Value>>[],
    listener?: AppendListener,
    token?: number,
  ): boolean;
  append(
    topic: string,
    records: PlainRecord | readonly PlainRecord[],
    listener?: AppendListener,
    token?: number,
  ): boolean;
  append(
    target: string | SomeTopic,
    input: AnyRecord | readonly AnyRecord[],
    listener?: AppendListener,
    token?: number,
  ): boolean {
    this.#assertMaySend();
    const topic = typeof target === 'string' ? plainTopic(target) : target;
    return this.#feed.append(topic, isList(input) ? input : [input], listener, token);
  }

  /** A Web stream of records for a topic; closing it waits for their acknowledgements, and rejects when one was lost. */
  writable<Key, Value>(
    topic: Topic<string, unknown, unknown, Key, Value>,
    options?: Pick<CallOptions, 'signal'>,
  ): WritableStream<ProducerRecord<NoInfer<Key>, NoInfer<Value>>>;
  writable(topic: string, options?: Pick<CallOptions, 'signal'>): WritableStream<PlainRecord>;
  writable(target: string | SomeTopic, { signal }: Pick<CallOptions, 'signal'> = {}): WritableStream<AnyRecord> {
    const topic = typeof target === 'string' ? plainTopic(target) : target;
    return writableOf<AnyRecord>(
      {
        append: (record) => {
          this.#assertMaySend();
          return this.#feed.append(topic, [record]);
        },
        ready: () => this.ready({ signal }),
        flush: () => this.flush({ signal }),
      },
      signal,
    );
  }

  /** Resolves when there is room for more. */
  async ready(options?: CallOptions): Promise<void> {
    if (!this.#intake.isWaiting && !this.#accumulator.isFull) return;
    await operation(
      this.#cluster,
      'Waiting for room',
      options,
      async (op) => {
        await op.wait(this.#intake.settled());
        await this.#intake.room();
      },
      Infinity,
    );
  }

  /** Sends all that was taken so far without lingering. Rejects with the first error of records that `append` took. */
  async flush(options?: CallOptions): Promise<void> {
    await operation(this.#cluster, 'Flushing the producer', options, () => this.#flush(), Infinity);
    const { lost } = this.#feed;
    this.#feed.lost = undefined;
    if (lost !== undefined) throw lost;
  }

  /** What was measured, as Java's producer names it. */
  metrics(): ClientMetric[] {
    return this.#meters.metrics({ totalBytes: this.#settings.bufferBytes, usedBytes: this.#accumulator.usedBytes });
  }

  /** Sends what waits, for `timeout` (default: `operationTimeoutMs`) at most; fails the rest. Idempotent. */
  close(options?: CallOptions): Promise<void> {
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(options: CallOptions | undefined): Promise<void> {
    try {
      await operation(this.#cluster, 'Closing the producer', options, async (op) => {
        // An unfinished transaction ends as it would when the producer is gone, only sooner.
        if (this.#transactions === undefined) await this.#flush();
        else await this.#transactions.abort({ signal: op.signal });
      });
    } catch (thrown) {
      const error = KafkaError.from(thrown);
      if (!error.fatal && error.code !== 'TIMEOUT' && error.code !== 'CLOSED' && error.code !== 'ABORTED') throw error;
    } finally {
      const error = closedError('producer');
      this.#intake.close(error);
      this.#sender.stop(error);
      this.#unsubscribe();
      this.#onClose();
    }
  }

  async #flush(): Promise<void> {
    const relax = this.#sender.hurry();
    try {
      await this.#intake.settled();
      await Promise.all(this.#unsettled());
    } finally {
      relax();
    }
  }

  /** Begins a transaction; the first one makes this the only producer with its transactional id. */
  async beginTransaction(options: CallOptions = {}): Promise<Transaction> {
    this.#assertOpen();
    if (this.#transactions === undefined)
      throw new KafkaError('ILLEGAL_STATE', 'Transactions need a producer with a transactionalId');
    await this.#transactions.begin(options);
    return new Transaction(this, this.#transactions);
  }

  /**
   * Runs `body` in a transaction: commits when it returns, aborts when it throws. After an abortable error the whole is
   * tried again up to `retries` times (default 0).
   */
  async transaction<T>(
    body: (transaction: Transaction) => Promise<T> | T,
    options: CallOptions & { readonly retries?: number | undefined } = {},
  ): Promise<T> {
    for (let tries = 0; ; tries++) {
      const transaction = await this.beginTransaction(options);
      try {
        const result = await body(transaction);
        await transaction.commit(options);
        return result;
      } catch (thrown) {
        const isFatal = thrown instanceof KafkaError && thrown.fatal;
        // What went wrong first is worth more than what went wrong in cleaning up.
        if (!isFatal) await transaction.abort({ signal: options.signal }).catch(() => {});
        if (!(thrown instanceof KafkaError && thrown.abortable && tries < (options.retries ?? 0))) throw thrown;
      }
    }
  }

  /** Fails what has not left; resolves when the rest is settled. */
  async #drop(error: KafkaError): Promise<void> {
    this.#intake.fail(error);
    this.#sender.failWaiting(error);
    await Promise.all(this.#unsettled());
  }

  #unsettled(): Promise<void>[] {
    const settled: Promise<void>[] = [];
    for (const topic of this.#accumulator.topics.values())
      for (const queue of topic.partitions) for (const batch of queue?.unsettled() ?? []) settled.push(batch.settled());
    return settled;
  }

  #settled(batch: ProducerBatch, error: KafkaError | undefined): void {
    if (error !== undefined && batch.isUnobserved) this.#feed.lost ??= error;
    this.#intake.roomMade();
  }

  #assertOpen(): void {
    if (this.#closing !== undefined || this.#cluster.isClosed) throw closedError('producer');
  }

  #assertMaySend(): void {
    this.#assertOpen();
    this.#transactions?.assertOpen();
  }
}

/** A topic that nobody declared: strings and bytes go to it. */
function plainTopic(
  name: string,
): Topic<string, unknown, unknown, string | Uint8Array | null, string | Uint8Array | null> {
  return { name, key: plain, value: plain };
}

function isMessages(target: string | SomeTopic | TopicMessages): target is TopicMessages {
  return typeof target === 'object' && 'messages' in target;
}

function isList(input: unknown): input is readonly AnyRecord[] {
  return Array.isArray(input);
}

function isRecord(input: unknown): input is AnyRecord {
  return typeof input === 'object' && input !== null && 'value' in input;
}

function isCallOptions(input: unknown): input is CallOptions {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}
