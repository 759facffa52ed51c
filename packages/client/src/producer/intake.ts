/**
 * The way of records into the accumulator. The quick one is taken when the topic is known and there is room: a function
 * call. Otherwise they wait, those of one topic in their order, up to `max.block.ms`.
 */
import type { Deferred } from '@ottla/common';
import { deferred } from '@ottla/common';
import { KafkaError } from '../errors.ts';
import type { Cluster } from '../network/cluster.ts';
import type { TopicInfo } from '../network/metadata.ts';
import { operation } from '../network/operation.ts';
import type { Accumulator, TopicQueue } from './accumulator.ts';
import type { ProducerSettings } from './options.ts';

/** Records that could not be taken at once. */
export interface Entry {
  /** Adds what fits; true when all is added. */
  add(info: TopicInfo): boolean;
  fail(error: KafkaError): void;
}

interface Waiting {
  readonly entry: Entry;
  readonly deadlineMs: number;
}

export class Intake {
  readonly #cluster: Cluster;
  readonly #settings: ProducerSettings;
  readonly #accumulator: Accumulator;
  readonly #waiting = new Map<TopicQueue, Waiting[]>();
  readonly #watches = new Map<TopicQueue, () => void>();
  readonly #closing = new AbortController();
  #room: Deferred<void> | undefined;
  #idle: Deferred<void> | undefined;

  constructor(cluster: Cluster, settings: ProducerSettings, accumulator: Accumulator) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#accumulator = accumulator;
  }

  /** What is known of the topic, when records may be added now. */
  open(topic: TopicQueue): TopicInfo | undefined {
    if (this.#accumulator.isFull || (this.#waiting.size > 0 && this.#waiting.has(topic))) return undefined;
    return topic.update(this.#cluster.metadata);
  }

  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Adds as soon as the topic is known and there is room. */
  wait(topic: TopicQueue, entry: Entry): void {
    const waiting: Waiting = { entry, deadlineMs: this.#cluster.clock.monotonicMs() + this.#settings.blockMaxMs };
    const others = this.#waiting.get(topic);
    if (others !== undefined) {
      others.push(waiting);
      return;
    }
    const queue = [waiting];
    this.#waiting.set(topic, queue);
    void this.#serve(topic, queue);
  }

  /** Batches were settled: there may be room. */
  roomMade(): void {
    if (this.#room === undefined || this.#accumulator.isFull) return;
    this.#room.resolve();
    this.#room = undefined;
  }

  /** Resolves when nothing waits to be added. */
  settled(): Promise<void> {
    if (this.#waiting.size === 0) return Promise.resolve();
    this.#idle ??= deferred();
    return this.#idle.promise;
  }

  /** Resolves when there is room. */
  room(): Promise<void> {
    if (!this.#accumulator.isFull) return Promise.resolve();
    this.#room ??= deferred();
    return this.#room.promise;
  }

  /** Fails all that waits. */
  fail(error: KafkaError): void {
    for (const queue of this.#waiting.values()) for (const { entry } of queue.splice(0)) entry.fail(error);
  }

  close(error: KafkaError): void {
    for (const unwatch of this.#watches.values()) unwatch();
    this.#watches.clear();
    this.fail(error);
    this.#closing.abort(error);
    this.#room?.resolve();
  }

  /** Makes sure that the topic's metadata is there. Rejects with KafkaError. */
  async #known(topic: TopicQueue, deadlineMs: number): Promise<TopicInfo> {
    const known = topic.update(this.#cluster.metadata);
    if (known !== undefined) return known;
    const { metadata, clock } = this.#cluster;
    const timeout = Math.max(0, deadlineMs - clock.monotonicMs());
    const what = `Looking for topic ${topic.name} in the metadata`;
    return operation(this.#cluster, what, { timeout, signal: this.#closing.signal }, (op) =>
      op.retry(async () => {
        await this.#cluster.refresh([topic.name], { allowAutoTopicCreation: true });
        const info = topic.update(metadata);
        if (info !== undefined && info.partitions.length > 0) {
          if (!this.#watches.has(topic)) this.#watches.set(topic, this.#cluster.watch([topic.name]));
          return info;
        }
        throw metadata.topicError(topic.name) ?? unknownTopic(topic.name);
      }),
    );
  }

  async #serve(topic: TopicQueue, queue: Waiting[]): Promise<void> {
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      const { entry, deadlineMs } = next;
      try {
        const info = await this.#known(topic, deadlineMs);
        await this.#roomBefore(deadlineMs, topic.name);
        // Closed in the meantime: it has been told.
        if (queue[0] !== next) continue;
        if (entry.add(info)) queue.shift();
      } catch (error) {
        if (queue[0] !== next) continue;
        queue.shift();
        entry.fail(KafkaError.from(error, { topic: topic.name }));
      }
    }
    this.#waiting.delete(topic);
    if (this.#waiting.size > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  async #roomBefore(deadlineMs: number, topic: string): Promise<void> {
    if (!this.#accumulator.isFull) return;
    const timeout = Math.max(0, deadlineMs - this.#cluster.clock.monotonicMs());
    try {
      await operation(this.#cluster, 'Waiting for room', { timeout, signal: this.#closing.signal }, () => this.room());
    } catch (thrown) {
      const error = KafkaError.from(thrown);
      if (error.code !== 'TIMEOUT') throw error;
      const { bufferBytes, blockMaxMs } = this.#settings;
      const message = `${bufferBytes} bytes (bufferBytes, buffer.memory) of records wait already, and none were acknowledged within ${blockMaxMs} ms`;
      throw new KafkaError('BUFFER_FULL', message, { topic, retriable: true });
    }
  }
}

function unknownTopic(topic: string): KafkaError {
  return new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `Topic ${topic} is not in the metadata of the cluster`, {
    topic,
    retriable: true,
  });
}
