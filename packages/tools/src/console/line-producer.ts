/** The console producer's sender: one open batch, closed by size, time or flush, sent to a partition at a time. */
import { ErrorCode, errorName, ProduceRequest, ProduceResponse } from '@ottla/protocol';
import { BatchBuilder, partitionForKey } from '@ottla/protocol/records';
import { RpcError } from '@ottla/rpc';
import { type Cluster, check, ServerError } from '../client/cluster.ts';
import { type TopicLeaders, topicLeaders } from '../client/topic-partitions.ts';
import type { TextRecord } from './message-text.ts';

export interface LineProducerOptions {
  readonly topic: string;
  readonly codec: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  readonly acks: -1 | 0 | 1;
  readonly lingerMs: number;
  readonly batchBytes: number;
  readonly retries: number;
  readonly retryBackoffMs: number;
  readonly requestTimeoutMs: number;
  /** Bytes that may wait before `send` does. */
  readonly waitingBytesMax: number;
  /** `max.block.ms` */
  readonly metadataTimeoutMs: number;
  readonly failed: (text: string) => void;
}

const API = { request: ProduceRequest, response: ProduceResponse };

export class LineProducer {
  readonly #cluster: Cluster;
  readonly #options: LineProducerOptions;
  #waiting: TextRecord[] = [];
  #waitingBytes = 0;
  #linger: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();
  #unsentBytes = 0;
  #known: TopicLeaders | undefined;
  /** Keyless records of one batch go to one partition, the next batch to the next (KIP-480). */
  #sticky = Math.floor(Math.random() * 0x7fffffff);

  constructor(cluster: Cluster, options: LineProducerOptions) {
    this.#cluster = cluster;
    this.#options = options;
  }

  /** Resolves at once while there is room, else when what waits has been sent. */
  async send(record: TextRecord): Promise<void> {
    this.#waiting.push(record);
    this.#waitingBytes += (record.key?.length ?? 0) + (record.value?.length ?? 0) + 32;
    if (this.#waitingBytes >= this.#options.batchBytes) this.#close();
    else this.#linger ??= setTimeout(() => this.#close(), this.#options.lingerMs);
    if (this.#unsentBytes > this.#options.waitingBytesMax) await this.#sending;
  }

  async flush(): Promise<void> {
    this.#close();
    await this.#sending;
  }

  #close(): void {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    if (this.#waiting.length === 0) return;
    const records = this.#waiting;
    const bytes = this.#waitingBytes;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#unsentBytes += bytes;
    this.#sending = this.#sending.then(async () => {
      await this.#deliver(records);
      this.#unsentBytes -= bytes;
    });
  }

  /** Sends in order and reports what could not be sent, as Kafka's tool does: the rest goes on. */
  async #deliver(records: readonly TextRecord[]): Promise<void> {
    const failed = (record: TextRecord, error: unknown): void => {
      const name = error instanceof ServerError ? errorName(error.code) : '';
      const reason = error instanceof Error ? error.message : String(error);
      const size = (bytes: Buffer | null): string => (bytes === null ? 'null' : `${bytes.length} bytes`);
      this.#options.failed(
        `ERROR Error when sending message to topic ${this.#options.topic} with key: ${size(record.key)}, value: ${size(record.value)} with error: (org.apache.kafka.clients.producer.internals.ErrorLoggingCallback)\n${name} ${reason}\n`,
      );
    };
    let partitions: ReadonlyMap<number, number>;
    try {
      partitions = (await this.#topic()).leaders;
    } catch (error) {
      for (const record of records) failed(record, error);
      return;
    }
    const byPartition = new Map<number, TextRecord[]>();
    const sticky = this.#sticky++ % partitions.size;
    for (const record of records) {
      const partition = record.key === null ? sticky : partitionForKey(record.key, partitions.size);
      const batch = byPartition.get(partition) ?? [];
      byPartition.set(partition, batch);
      batch.push(record);
    }
    for (const [partition, batch] of byPartition) {
      try {
        await this.#sendBatch(partition, batch);
      } catch (error) {
        for (const record of batch) failed(record, error);
      }
    }
  }

  async #sendBatch(partition: number, records: readonly TextRecord[]): Promise<void> {
    const builder = new BatchBuilder({ baseOffset: 0, compression: this.#options.codec });
    const now = Date.now();
    for (const record of records) builder.append(now, record.key, record.value, record.headers);
    const batch = builder.build();
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#request(partition, batch);
      } catch (error) {
        const passing = error instanceof RpcError || (error instanceof ServerError && isPassing(error.code));
        if (!passing || attempt >= this.#options.retries) throw error;
        await new Promise((resolve) => setTimeout(resolve, this.#options.retryBackoffMs));
      }
    }
  }

  async #request(partition: number, batch: Buffer): Promise<void> {
    const { topic, acks, requestTimeoutMs } = this.#options;
    const known = await this.#topic();
    const leader = known.leaders.get(partition) ?? -1;
    // From version 13 on a topic is named by its id only.
    const name = (await this.#cluster.versionOf(API)) >= 13 ? { topicId: known.id } : { name: topic };
    const request = {
      acks,
      timeoutMs: requestTimeoutMs,
      topicData: [{ ...name, partitionData: [{ index: partition, records: batch }] }],
    };
    if (acks === 0) return this.#cluster.postNode(leader, API, request);
    const answer = await this.#cluster.callNode(leader, API, request, requestTimeoutMs + 30_000);
    const result = answer.responses[0]?.partitionResponses[0];
    if (result !== undefined && result.errorCode !== ErrorCode.NONE) {
      this.#known = undefined;
      check(result.errorCode, result.errorMessage);
    }
    return undefined;
  }

  /** Leader of each partition; asks until the topic is there (it may have to be created first). */
  async #topic(): Promise<TopicLeaders> {
    if (this.#known === undefined)
      [this.#known] = await topicLeaders(this.#cluster, [this.#options.topic], true, this.#options.metadataTimeoutMs);
    if (this.#known === undefined) throw new ServerError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    return this.#known;
  }
}

const isPassing = (code: number): boolean =>
  code === ErrorCode.NOT_LEADER_OR_FOLLOWER ||
  code === ErrorCode.LEADER_NOT_AVAILABLE ||
  code === ErrorCode.NOT_ENOUGH_REPLICAS ||
  code === ErrorCode.REQUEST_TIMED_OUT;
