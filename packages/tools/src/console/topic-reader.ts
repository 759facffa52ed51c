import { type Consumer, type Kafka, KafkaError } from '@ottla/client';
import type { ConsumerPlan } from './consumer-options.ts';

/** How often a topic that is not there yet is asked for. */
const MISSING_POLL_MS = 500;

/**
 * Gives a consumer without a group every partition of the topics, and those that come later. Java makes up a group of one
 * for that; without one reading begins at once, and nothing of it stays with the broker.
 */
export class TopicReader {
  readonly #kafka: Kafka;
  readonly #consumer: Consumer;
  readonly #plan: ConsumerPlan;
  #unwatch: (() => void) | undefined;
  #unsubscribe: (() => void) | undefined;
  #assigned = '';

  constructor(kafka: Kafka, consumer: Consumer, plan: ConsumerPlan) {
    this.#kafka = kafka;
    this.#consumer = consumer;
    this.#plan = plan;
  }

  /** Resolves when there is something to read, the plan's time is over, or `signal` is aborted. Rejects with KafkaError. */
  async start(signal: AbortSignal): Promise<void> {
    const { cluster } = this.#kafka;
    const { topics, properties, timeoutMs = Number.POSITIVE_INFINITY } = this.#plan;
    const endMs = cluster.clock.monotonicMs() + timeoutMs;
    const allowAutoTopicCreation = properties.get('allow.auto.create.topics') !== 'false';
    if (typeof topics === 'string') this.#unwatch = cluster.watch([topics]);
    this.#unsubscribe = cluster.metadata.subscribe(() => this.#assign());
    while (!signal.aborted) {
      try {
        if (typeof topics === 'string') await cluster.refresh([topics], { signal, allowAutoTopicCreation });
        else await cluster.refresh([], { signal, all: true });
      } catch (error) {
        // A cluster that does not answer is waited for.
        if (!(error instanceof KafkaError) || !error.retriable) throw error;
      }
      this.#assign();
      if (this.#assigned !== '') return;
      if (typeof topics === 'string') {
        const error = cluster.metadata.topicError(topics);
        if (error !== undefined && !error.retriable) throw error;
      }
      const leftMs = endMs - cluster.clock.monotonicMs();
      if (leftMs <= 0) return;
      await cluster.clock.sleep(Math.min(MISSING_POLL_MS, leftMs), signal);
    }
  }

  stop(): void {
    this.#unwatch?.();
    this.#unsubscribe?.();
  }

  #assign(): void {
    const { topics } = this.#plan;
    const places = [...this.#kafka.cluster.metadata.topics.values()]
      .filter(({ name, isInternal }) =>
        typeof topics === 'string' ? name === topics : !isInternal && topics.test(name),
      )
      .flatMap(({ partitions }) => partitions.map(({ topic, partition }) => ({ topic, partition })));
    const assigned = places.map(({ topic, partition }) => `${topic}-${partition}`).join();
    if (assigned === this.#assigned) return;
    this.#assigned = assigned;
    this.#consumer.assign(places);
  }
}
