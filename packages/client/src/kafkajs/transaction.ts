import type { Transaction as OurTransaction } from '../producer/transaction.ts';
import { toKafkaJSError } from './error-mapping.ts';
import { KafkaJSNonRetriableError } from './errors.ts';
import type { GroupProgress } from './group-progress.ts';
import type { Offsets, ProducerBatch, ProducerRecord, RecordMetadata, Transaction } from './producer-types.ts';

export class ProducerTransaction implements Transaction {
  readonly #own: OurTransaction;
  readonly #send: (batch: ProducerBatch) => Promise<RecordMetadata[]>;
  readonly #groups: GroupProgress;
  readonly #offsets: (Offsets & { consumerGroupId: string })[] = [];
  #isActive = true;

  constructor(own: OurTransaction, groups: GroupProgress, send: (batch: ProducerBatch) => Promise<RecordMetadata[]>) {
    this.#own = own;
    this.#groups = groups;
    this.#send = send;
  }

  isActive(): boolean {
    return this.#isActive;
  }

  async send(record: ProducerRecord): Promise<RecordMetadata[]> {
    this.#assertActive();
    const { topic, messages, ...options } = record;
    return this.sendBatch({ ...options, topicMessages: [{ topic, messages }] });
  }

  async sendBatch(batch: ProducerBatch): Promise<RecordMetadata[]> {
    this.#assertActive();
    return this.#send(batch);
  }

  async sendOffsets({ consumerGroupId, topics }: Offsets & { consumerGroupId: string }): Promise<void> {
    this.#assertActive();
    const offsets = topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => ({ topic, partition: Number(partition), offset: Number(offset) })),
    );
    await this.#own.sendOffsets(offsets, consumerGroupId).catch(rethrow);
    this.#offsets.push({ consumerGroupId, topics });
  }

  async commit(): Promise<void> {
    this.#assertActive();
    await this.#own.commit().catch(rethrow);
    this.#isActive = false;
    for (const { consumerGroupId, topics } of this.#offsets) this.#groups.committed(consumerGroupId, topics);
  }

  async abort(): Promise<void> {
    this.#assertActive();
    await this.#own.abort().catch(rethrow);
    this.#isActive = false;
  }

  #assertActive(): void {
    if (!this.#isActive) throw new KafkaJSNonRetriableError('Cannot continue to use transaction once ended');
  }
}

function rethrow(error: unknown): never {
  throw toKafkaJSError(error);
}
