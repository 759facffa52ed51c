import type { Producer as OurProducer } from '../producer/producer.ts';
import { toKafkaJSError } from './error-mapping.ts';
import { KafkaJSError, KafkaJSNonRetriableError } from './errors.ts';
import { Events, networkObserver } from './events.ts';
import type { GroupProgress } from './group-progress.ts';
import type { ClientParts } from './kafka.ts';
import { Link } from './link.ts';
import type { Logger } from './logger.ts';
import { DefaultPartitioner, type PartitionerArgs } from './partitioners.ts';
import {
  type Producer,
  type ProducerBatch,
  type ProducerConfig,
  type ProducerPayloads,
  type ProducerRecord,
  producerEvents,
  type RecordMetadata,
  type Transaction,
} from './producer-types.ts';
import { checkBatch, type LogFacts, type SendTarget, sendAll } from './sender.ts';
import { ProducerTransaction } from './transaction.ts';

/** What one call to `send` may be in bytes, as one batch. */
const BATCH_BYTES = 1024 * 1024;
const REQUEST_BYTES_MAX = 512 * 1024 * 1024;

export class KafkaJSProducer implements Producer {
  readonly events = producerEvents;
  readonly on: Producer['on'];
  readonly #config: ProducerConfig;
  readonly #link: Link;
  readonly #logger: Logger;
  readonly #events: Events<ProducerPayloads>;
  readonly #partitioner: (args: PartitionerArgs) => number;
  readonly #facts: LogFacts = new Map();
  readonly #groups: GroupProgress;
  readonly #producers = new Map<number, OurProducer>();
  #state: 'disconnected' | 'connected' | 'disconnecting' = 'disconnected';
  #transactional: OurProducer | undefined;
  #transaction: ProducerTransaction | undefined;

  constructor({ kafkaConfig, platform, logger, groups, retry }: ClientParts, config: ProducerConfig) {
    const { idempotent = false, createPartitioner = DefaultPartitioner } = config;
    const own = { ...retry, ...config.retry };
    if (idempotent && own.retries !== undefined && own.retries < 1)
      throw new KafkaJSNonRetriableError('Idempotent producer must allow retries to protect against transient errors');
    this.#logger = logger.namespace('Producer');
    if (idempotent && (own.retries ?? Number.MAX_SAFE_INTEGER) < Number.MAX_SAFE_INTEGER)
      this.#logger.warn('Limiting retries for the idempotent producer may invalidate EoS guarantees');
    this.#config = config;
    this.#groups = groups;
    this.#partitioner = createPartitioner();
    const events = new Events<ProducerPayloads>('producer', producerEvents, platform.clock, this.#logger);
    this.#events = events;
    this.on = events.on;
    this.#link = new Link({
      config: kafkaConfig,
      platform,
      logger: this.#logger,
      retry: own,
      metadataMaxAge: config.metadataMaxAge,
      allowAutoTopicCreation: config.allowAutoTopicCreation ?? true,
      observer: networkObserver(kafkaConfig.clientId ?? 'kafkajs', {
        request: (payload) => events.emit('producer.network.request', payload),
        requestTimeout: (payload) => events.emit('producer.network.request_timeout', payload),
        queueSize: (payload) => events.emit('producer.network.request_queue_size', payload),
      }),
    });
  }

  async connect(): Promise<void> {
    await this.#link.connect();
    this.#state = 'connected';
    this.#events.emit('producer.connect', null);
  }

  async disconnect(): Promise<void> {
    this.#state = 'disconnecting';
    this.#producers.clear();
    this.#transactional = undefined;
    this.#transaction = undefined;
    await this.#link.disconnect();
    this.#state = 'disconnected';
    this.#events.emit('producer.disconnect', null);
  }

  isIdempotent(): boolean {
    return this.#config.idempotent ?? false;
  }

  logger(): Logger {
    return this.#logger;
  }

  send({ topic, messages, ...options }: ProducerRecord): Promise<RecordMetadata[]> {
    return this.sendBatch({ ...options, topicMessages: [{ topic, messages }] });
  }

  async sendBatch(batch: ProducerBatch): Promise<RecordMetadata[]> {
    const topicMessages = checkBatch(batch, this.isIdempotent());
    this.#assertConnected();
    const producer = await this.#producer(batch.acks ?? -1);
    const target: SendTarget = { producer, send: (topic, records) => producer.send(topic, records) };
    return sendAll(this.#link, this.#partitioner, this.#facts, target, topicMessages, batch);
  }

  async transaction(): Promise<Transaction> {
    const { transactionalId } = this.#config;
    if (transactionalId === undefined || transactionalId === '')
      throw new KafkaJSNonRetriableError('Must provide transactional id for transactional producer');
    if (this.#transaction?.isActive() === true)
      throw new KafkaJSNonRetriableError(
        'There is already an ongoing transaction for this producer. Please end the transaction before beginning another.',
      );
    try {
      this.#transactional ??= await this.#make(-1, transactionalId);
      const producer = this.#transactional;
      const began = await producer.beginTransaction();
      const transaction = new ProducerTransaction(began, this.#groups, (batch) =>
        sendAll(
          this.#link,
          this.#partitioner,
          this.#facts,
          { producer, send: (topic, records) => began.send(topic, records) },
          this.#checked(batch),
          batch,
        ),
      );
      this.#transaction = transaction;
      return transaction;
    } catch (error) {
      throw toKafkaJSError(error);
    }
  }

  #checked(batch: ProducerBatch): ReturnType<typeof checkBatch> {
    const topicMessages = checkBatch(batch, true);
    this.#assertConnected();
    return topicMessages;
  }

  #assertConnected(): void {
    if (this.#state === 'disconnecting')
      throw new KafkaJSNonRetriableError(
        "The producer is disconnecting; therefore, it can't safely accept messages anymore",
      );
    if (this.#state === 'disconnected') throw new KafkaJSError('The producer is disconnected');
  }

  async #producer(acks: number): Promise<OurProducer> {
    const known = this.#producers.get(acks);
    if (known !== undefined) return known;
    const made = await this.#make(acks, undefined);
    const raced = this.#producers.get(acks);
    if (raced !== undefined) return raced;
    this.#producers.set(acks, made);
    return made;
  }

  async #make(acks: number, transactionalId: string | undefined): Promise<OurProducer> {
    const { idempotent = false, transactionTimeout, maxInFlightRequests } = this.#config;
    const isExact = idempotent || transactionalId !== undefined;
    const kafka = await this.#link.connect();
    const { retries = isExact ? undefined : 5 } = this.#link.retry;
    const isBounded = retries !== undefined && retries < 2 ** 31;
    return kafka.producer({
      acks: acks === 0 ? 0 : acks === 1 ? 1 : 'all',
      idempotent: isExact,
      transactionalId,
      transactionTimeoutMs: transactionTimeout,
      inFlightMax: isExact ? Math.min(5, maxInFlightRequests ?? 5) : (maxInFlightRequests ?? 5),
      retries: isBounded ? Math.max(isExact ? 1 : 0, retries) : undefined,
      batchBytes: BATCH_BYTES,
      requestBytesMax: REQUEST_BYTES_MAX,
      observer: {
        acknowledged: ({ topic, partition, logStartOffset, logAppendTimeMs }) =>
          this.#facts.set(`${topic}-${partition}`, { logStartOffset, hasAppendTime: logAppendTimeMs >= 0 }),
      },
    });
  }
}
