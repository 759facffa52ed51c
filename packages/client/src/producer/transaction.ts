import type { GroupMetadata } from '../consumer/committed-offsets.ts';
import type { CallOptions } from '../options.ts';
import type { ProducerRecord, RecordMetadata } from '../records.ts';
import type { Topic } from '../serdes/topic.ts';
import type { PlainRecord, TopicMessages } from './input.ts';
import type { Producer } from './producer.ts';
import type { OffsetToCommit } from './transaction-requests.ts';
import type { Transactions } from './transactions.ts';

/** Whose progress becomes part of a transaction: a consumer. */
export interface OffsetSource {
  readonly groupMetadata: GroupMetadata;
  /** Behind what was handed out: of each partition, the offset to go on with. */
  positions(): readonly OffsetToCommit[];
}

/** One transaction. Of all that is sent in it, readers of committed records see all or nothing. */
export class Transaction implements AsyncDisposable {
  readonly #producer: Producer;
  readonly #transactions: Transactions;
  #isOver = false;

  constructor(producer: Producer, transactions: Transactions) {
    this.#producer = producer;
    this.#transactions = transactions;
  }

  /** As `Producer.send`. An error makes the transaction abortable, whether it is awaited or not. */
  send<Key, Value>(
    topic: Topic<string, unknown, unknown, Key, Value>,
    record: ProducerRecord<NoInfer<Key>, NoInfer<Value>>,
    options?: CallOptions,
  ): Promise<RecordMetadata>;
  send<Key, Value>(
    topic: Topic<string, unknown, unknown, Key, Value>,
    records: readonly ProducerRecord<NoInfer<Key>, NoInfer<Value>>[],
    options?: CallOptions,
  ): Promise<RecordMetadata[]>;
  send(topic: string, record: PlainRecord, options?: CallOptions): Promise<RecordMetadata>;
  send(topic: string, records: readonly PlainRecord[], options?: CallOptions): Promise<RecordMetadata[]>;
  send(messages: TopicMessages, options?: CallOptions): Promise<RecordMetadata[]>;
  send(...args: Parameters<Producer['sendAny']>): Promise<RecordMetadata | RecordMetadata[]> {
    const sent = this.#producer.sendAny(...args);
    // Who does not await it learns of it from `commit`.
    sent.catch(() => {});
    return sent;
  }

  /** Makes the consumer's progress part of the transaction (KIP-447): it is committed with it, or not at all. */
  offsets(consumer: OffsetSource, options: CallOptions = {}): Promise<void> {
    return this.sendOffsets(consumer.positions(), consumer.groupMetadata, options);
  }

  /** The same for offsets that the caller keeps. A group's name alone does not fence members that were replaced. */
  sendOffsets(
    offsets: readonly OffsetToCommit[],
    group: GroupMetadata | string,
    options: CallOptions = {},
  ): Promise<void> {
    const metadata =
      typeof group === 'string'
        ? { groupId: group, generationId: -1, memberId: '', groupInstanceId: undefined }
        : group;
    return this.#transactions.sendOffsets(offsets, metadata, options);
  }

  /** Rejects with what failed in the transaction; `abortable`: call `abort`. After TIMEOUT it may be called again. */
  async commit(options: CallOptions = {}): Promise<void> {
    await this.#transactions.commit(options);
    this.#isOver = true;
  }

  /** Idempotent. */
  async abort(options: CallOptions = {}): Promise<void> {
    if (this.#isOver) return;
    await this.#transactions.abort(options);
    this.#isOver = true;
  }

  /** Aborts what was not committed. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.abort();
  }
}
