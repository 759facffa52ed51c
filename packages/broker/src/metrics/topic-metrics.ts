import type { Meter, MetricsRegistry } from '@ottla/common';

const NAMES = [
  'MessagesInPerSec',
  'BytesInPerSec',
  'BytesOutPerSec',
  'BytesRejectedPerSec',
  'TotalProduceRequestsPerSec',
  'TotalFetchRequestsPerSec',
  'FailedProduceRequestsPerSec',
  'FailedFetchRequestsPerSec',
] as const;
type Name = (typeof NAMES)[number];

/** The meters of one topic, or of all (kafka.server:type=BrokerTopicMetrics). */
export type TopicMeters = Readonly<Record<Name, Meter>>;

/** Kafka's BrokerTopicStats: every event counts for its topic and for all. */
export class TopicMetrics {
  readonly all: TopicMeters;
  readonly #registry: MetricsRegistry;
  readonly #topics = new Map<string, TopicMeters>();

  constructor(registry: MetricsRegistry) {
    this.#registry = registry;
    this.all = this.#make(undefined);
  }

  topic(name: string): TopicMeters {
    let meters = this.#topics.get(name);
    if (meters === undefined) {
      meters = this.#make(name);
      this.#topics.set(name, meters);
    }
    return meters;
  }

  /** `nowMs` is the monotonic clock, here and below: read once per request. */
  produced(topic: string, bytes: number, messages: number, nowMs: number): void {
    const meters = this.topic(topic);
    meters.BytesInPerSec.mark(bytes, nowMs);
    meters.MessagesInPerSec.mark(messages, nowMs);
    this.all.BytesInPerSec.mark(bytes, nowMs);
    this.all.MessagesInPerSec.mark(messages, nowMs);
  }

  fetched(topic: string, bytes: number, nowMs: number): void {
    this.topic(topic).BytesOutPerSec.mark(bytes, nowMs);
    this.all.BytesOutPerSec.mark(bytes, nowMs);
  }

  mark(topic: string, name: Name, nowMs: number): void {
    this.topic(topic)[name].mark(1, nowMs);
    this.all[name].mark(1, nowMs);
  }

  /** The topic is gone from this broker. */
  remove(topic: string): void {
    if (!this.#topics.delete(topic)) return;
    for (const name of NAMES) this.#registry.remove(this.#name(name, topic));
  }

  #make(topic: string | undefined): TopicMeters {
    const meter = (name: Name): Meter => this.#registry.meter(this.#name(name, topic));
    return {
      MessagesInPerSec: meter('MessagesInPerSec'),
      BytesInPerSec: meter('BytesInPerSec'),
      BytesOutPerSec: meter('BytesOutPerSec'),
      BytesRejectedPerSec: meter('BytesRejectedPerSec'),
      TotalProduceRequestsPerSec: meter('TotalProduceRequestsPerSec'),
      TotalFetchRequestsPerSec: meter('TotalFetchRequestsPerSec'),
      FailedProduceRequestsPerSec: meter('FailedProduceRequestsPerSec'),
      FailedFetchRequestsPerSec: meter('FailedFetchRequestsPerSec'),
    };
  }

  #name(name: Name, topic: string | undefined): Parameters<MetricsRegistry['meter']>[0] {
    const base = { group: 'kafka.server', type: 'BrokerTopicMetrics', name };
    return topic === undefined ? base : { ...base, tags: { topic } };
  }
}
