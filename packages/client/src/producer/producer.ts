import { closedError, invalidArgument, KafkaError } from '../errors.ts';
import type { Cluster } from '../network/cluster.ts';
import type { TopicInfo } from '../network/metadata.ts';
import { operation } from '../network/operation.ts';
import type { CallOptions } from '../options.ts';
import type { ProducerRecord, RecordMetadata } from '../records.ts';
import type { Topic } from '../serdes/topic.ts';
import { Accumulator, type TopicQueue } from './accumulator.ts';
import type { ProducerBatch } from './batch.ts';
import { ManyDeliveries, RunDelivery, SingleDelivery } from './delivery.ts';
import {
  headersOf,
  NO_HEADERS,
  type PlainRecord,
  plain,
  plainRecord,
  serialized,
  type TopicMessages,
  timestampOf,
} from './input.ts';
import { Intake } from './intake.ts';
import { InterceptedDelivery, Interception } from './interception.ts';
import { type ProducerOptions, producerSettings } from './options.ts';
import { IdempotentIds } from './producer-id.ts';
import { Sender } from './sender.ts';

type AnyRecord = ProducerRecord<unknown, unknown>;
type SomeTopic = Topic<string, unknown, unknown, unknown, unknown>;

/** Records that `append` may leave waiting for metadata or room. */
const APPENDED_WAITING_MAX = 100_000;

/**
 * Sends records. `send` tells where each one went; `append` is the bulk path: it tells nothing but whether to pause, and
 * `flush` rejects when a record was lost.
 */
export class Producer implements AsyncDisposable {
  readonly #cluster: Cluster;
  readonly #accumulator: Accumulator;
  readonly #intake: Intake;
  readonly #sender: Sender;
  readonly #interception: Interception | undefined;
  readonly #onClose: () => void;
  readonly #unsubscribe: () => void;
  #lost: KafkaError | undefined;
  #appendedWaiting = 0;
  #closing: Promise<void> | undefined;

  constructor(cluster: Cluster, options: ProducerOptions, onClose: () => void = () => {}) {
    this.#cluster = cluster;
    this.#onClose = onClose;
    const settings = producerSettings(options, cluster.options.requestTimeoutMs);
    this.#accumulator = new Accumulator(settings, cluster.clock, cluster.platform.random);
    this.#intake = new Intake(cluster, settings, this.#accumulator);
    if (settings.interceptors.length > 0) this.#interception = new Interception(settings.interceptors, cluster.log);
    const ids = settings.idempotent ? new IdempotentIds(cluster, () => this.#sender.wake()) : undefined;
    this.#sender = new Sender(
      cluster,
      settings,
      this.#accumulator,
      () => ids,
      undefined,
      (batch, error) => this.#settled(batch, error),
    );
    this.#unsubscribe = cluster.metadata.subscribe(this.#sender.wake);
  }

  /** Sends a record; resolves when it is acknowledged. Rejects with KafkaError. */
  send<Key, Value>(
    topic: Topic<string, unknown, unknown, Key, Value>,
    record: ProducerRecord<NoInfer<Key>, NoInfer<Value>>,
    options?: CallOptions,
  ): Promise<RecordMetadata>;
  /** Sends records; resolves with one metadata for each, in their order, rejects with the first error when all are known. */
  send<Key, Value>(
    topic: Topic<string, unknown, unknown, Key, Value>,
    records: readonly ProducerRecord<NoInfer<Key>, NoInfer<Value>>[],
    options?: CallOptions,
  ): Promise<RecordMetadata[]>;
  send(topic: string, record: PlainRecord, options?: CallOptions): Promise<RecordMetadata>;
  send(topic: string, records: readonly PlainRecord[], options?: CallOptions): Promise<RecordMetadata[]>;
  send(messages: TopicMessages, options?: CallOptions): Promise<RecordMetadata[]>;
  send(
    target: string | SomeTopic | TopicMessages,
    input?: AnyRecord | readonly AnyRecord[] | CallOptions,
    options?: CallOptions,
  ): Promise<RecordMetadata | RecordMetadata[]> {
    let sent: Promise<RecordMetadata | RecordMetadata[]>;
    let callOptions = options;
    try {
      this.#assertOpen();
      if (isMessages(target)) {
        sent = this.#sendMany(plainTopic(target.topic), target.messages.map(plainRecord));
        callOptions = isCallOptions(input) ? input : undefined;
      } else {
        const topic = typeof target === 'string' ? plainTopic(target) : target;
        if (isList(input)) sent = this.#sendMany(topic, input);
        else if (isRecord(input)) sent = this.#sendOne(topic, input);
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
   * Takes records without a word about what becomes of them. False: enough is waiting; await `ready()` before the next.
   * Throws KafkaError for a record that cannot be sent.
   */
  append<Key, Value>(
    topic: Topic<string, unknown, unknown, Key, Value>,
    records: ProducerRecord<NoInfer<Key>, NoInfer<Value>> | readonly ProducerRecord<NoInfer<Key>, NoInfer<Value>>[],
  ): boolean;
  append(topic: string, records: PlainRecord | readonly PlainRecord[]): boolean;
  append(target: string | SomeTopic, input: AnyRecord | readonly AnyRecord[]): boolean {
    this.#assertOpen();
    const topic = typeof target === 'string' ? plainTopic(target) : target;
    const queue = this.#accumulator.topic(topic.name);
    const info = this.#intake.open(queue);
    const records = isList(input) ? input : [input];
    let next = 0;
    if (info !== undefined) next = this.#addSome(topic, queue, info, records, 0);
    if (next === records.length) return !this.#accumulator.isFull;
    this.#appendLater(topic, queue, records, next);
    return false;
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
    const lost = this.#lost;
    this.#lost = undefined;
    if (lost !== undefined) throw lost;
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
      await operation(this.#cluster, 'Closing the producer', options, () => this.#flush());
    } catch (thrown) {
      const error = KafkaError.from(thrown);
      if (error.code !== 'TIMEOUT' && error.code !== 'CLOSED' && error.code !== 'ABORTED') throw error;
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
      const settled: Promise<void>[] = [];
      for (const topic of this.#accumulator.topics.values())
        for (const queue of topic.partitions)
          for (const batch of queue?.unsettled() ?? []) settled.push(batch.settled());
      await Promise.all(settled);
    } finally {
      relax();
    }
  }

  #sendOne(topic: SomeTopic, record: AnyRecord): Promise<RecordMetadata> {
    const queue = this.#accumulator.topic(topic.name);
    const info = this.#intake.open(queue);
    const delivery = new SingleDelivery(this.#timestamp(topic, record));
    const add = (known: TopicInfo): boolean => {
      delivery.delta = this.#add(topic, queue, known, record);
      this.#accumulator.lastBatch?.deliveries.push(delivery);
      return true;
    };
    if (info === undefined) {
      this.#intake.wait(queue, { add, fail: (error) => delivery.fail(error) });
      return delivery.promise;
    }
    try {
      add(info);
    } catch (error) {
      delivery.fail(KafkaError.from(error, { topic: topic.name }));
    }
    return delivery.promise;
  }

  #sendMany(topic: SomeTopic, records: readonly AnyRecord[]): Promise<RecordMetadata[]> {
    const queue = this.#accumulator.topic(topic.name);
    const all = new ManyDeliveries(records.length);
    const runs = new Map<ProducerBatch, RunDelivery>();
    let next = 0;
    const add = (info: TopicInfo): boolean => {
      for (; next < records.length; next++) {
        if (this.#accumulator.isFull) return false;
        const record = records[next];
        try {
          const delta = this.#add(topic, queue, info, record);
          this.#addToRun(all, runs, delta, next, this.#timestamp(topic, record));
        } catch (error) {
          all.failed(KafkaError.from(error, { topic: topic.name }));
        }
      }
      return true;
    };
    const info = this.#intake.open(queue);
    if (info === undefined || !add(info))
      this.#intake.wait(queue, { add, fail: (error) => all.failed(error, records.length - next) });
    return all.promise;
  }

  #addToRun(
    all: ManyDeliveries,
    runs: Map<ProducerBatch, RunDelivery>,
    delta: number,
    index: number,
    timestamp: number,
  ): void {
    const batch = this.#accumulator.lastBatch;
    if (batch === undefined) return;
    let run = runs.get(batch);
    if (run?.continuesAt(delta) !== true) {
      run = new RunDelivery(all, delta);
      runs.set(batch, run);
      batch.deliveries.push(run);
    }
    run.add(index, timestamp);
  }

  /** Adds records until the memory is full; the index of the first that was not added. */
  #addSome(topic: SomeTopic, queue: TopicQueue, info: TopicInfo, records: readonly AnyRecord[], from: number): number {
    const accumulator = this.#accumulator;
    let index = from;
    for (; index < records.length; index++) {
      if (accumulator.isFull && index > from) return index;
      this.#add(topic, queue, info, records[index]);
      if (accumulator.lastBatch !== undefined) accumulator.lastBatch.isUnobserved = true;
    }
    return index;
  }

  #appendLater(topic: SomeTopic, queue: TopicQueue, records: readonly AnyRecord[], from: number): void {
    if (this.#appendedWaiting >= APPENDED_WAITING_MAX)
      throw new KafkaError('BUFFER_FULL', `${APPENDED_WAITING_MAX} records wait to be taken: await ready()`, {
        topic: topic.name,
        retriable: true,
      });
    let next = from;
    this.#appendedWaiting += records.length - from;
    const finish = (): void => {
      this.#appendedWaiting -= records.length - from;
    };
    this.#intake.wait(queue, {
      add: (info) => {
        next = this.#addSome(topic, queue, info, records, next);
        if (next < records.length) return false;
        finish();
        return true;
      },
      fail: (error) => {
        this.#lost ??= error;
        finish();
      },
    });
  }

  /** Its delta in the accumulator's last batch. Throws KafkaError. */
  #add(topic: SomeTopic, queue: TopicQueue, info: TopicInfo, given: AnyRecord): number {
    const interception = this.#interception;
    const record = interception === undefined ? given : interception.onSend(topic.name, given);
    const timestamp = this.#timestamp(topic, record);
    try {
      const key =
        record.key === null || record.key === undefined ? null : serialized(topic.key, record.key, queue.keyContext);
      const value = record.value === undefined ? null : serialized(topic.value, record.value, queue.valueContext);
      const headers = record.headers === undefined ? NO_HEADERS : headersOf(record.headers);
      const delta = this.#accumulator.append(queue, info, record.partition, timestamp, key, value, headers);
      if (interception?.isListening === true)
        this.#accumulator.lastBatch?.deliveries.push(new InterceptedDelivery(interception, delta, timestamp));
      this.#sender.wake();
      return delta;
    } catch (thrown) {
      const error = KafkaError.from(thrown, { topic: topic.name });
      const partition = record.partition ?? -1;
      interception?.onAcknowledged({ topic: topic.name, partition, offset: -1, timestamp }, error);
      throw error;
    }
  }

  #timestamp(topic: SomeTopic, { timestamp }: AnyRecord): number {
    return timestamp === undefined ? this.#cluster.clock.wallMs() : timestampOf(timestamp, topic.name);
  }

  #settled(batch: ProducerBatch, error: KafkaError | undefined): void {
    if (error !== undefined && batch.isUnobserved) this.#lost ??= error;
    this.#intake.roomMade();
  }

  #assertOpen(): void {
    if (this.#closing !== undefined || this.#cluster.isClosed) throw closedError('producer');
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
