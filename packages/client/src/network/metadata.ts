/**
 * What the client knows of the cluster. Rule (Java's Metadata): of one topic id, a partition's leader epoch never goes
 * back, so that news from a broker that lags does not undo what is known already (KIP-320, KIP-951).
 */
import { ErrorCode, type MetadataResponse, type Uuid, ZERO_UUID } from '@ottla/protocol';
import { KafkaError } from '../errors.ts';
import type { LeaderHint } from './cluster.ts';

export interface BrokerInfo {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

export interface PartitionInfo {
  readonly topic: string;
  readonly partition: number;
  /** -1: there is none now. */
  readonly leader: number;
  /** -1: the broker is too old to say. */
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly offline: readonly number[];
}

export interface TopicInfo {
  readonly name: string;
  /** ZERO_UUID before Kafka 2.8. */
  readonly id: Uuid;
  readonly isInternal: boolean;
  /** By partition number. */
  readonly partitions: readonly PartitionInfo[];
}

export interface MetadataView {
  readonly clusterId: string | null;
  /** -1 when unknown. */
  readonly controllerId: number;
  readonly brokers: ReadonlyMap<number, BrokerInfo>;
  readonly topics: ReadonlyMap<string, TopicInfo>;
  /** Counts changes. */
  readonly revision: number;
  /** Monotonic time of the last answer; -Infinity before the first. */
  readonly updatedAtMs: number;
  topic(name: string): TopicInfo | undefined;
  topicName(id: Uuid): string | undefined;
  partition(topic: string, partition: number): PartitionInfo | undefined;
  /** Why the last answer had nothing about a topic, e.g. UNKNOWN_TOPIC_OR_PARTITION. */
  topicError(name: string): KafkaError | undefined;
  /** Called after each change, until the function that comes back is called. */
  subscribe(listener: () => void): () => void;
}

export class Metadata implements MetadataView {
  clusterId: string | null = null;
  controllerId = -1;
  brokers = new Map<number, BrokerInfo>();
  readonly topics = new Map<string, TopicInfo>();
  revision = 0;
  updatedAtMs = Number.NEGATIVE_INFINITY;
  readonly #namesById = new Map<Uuid, string>();
  readonly #errors = new Map<string, KafkaError>();
  readonly #listeners = new Set<() => void>();

  topic(name: string): TopicInfo | undefined {
    return this.topics.get(name);
  }

  topicName(id: Uuid): string | undefined {
    return this.#namesById.get(id);
  }

  partition(topic: string, partition: number): PartitionInfo | undefined {
    return this.topics.get(topic)?.partitions[partition];
  }

  topicError(name: string): KafkaError | undefined {
    return this.#errors.get(name);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes an answer. `complete`: it is about all topics, so that others are gone. */
  update(answer: MetadataResponse, nowMs: number, complete: boolean): void {
    const isOtherCluster = this.clusterId !== null && answer.clusterId !== null && answer.clusterId !== this.clusterId;
    if (isOtherCluster) this.#clearTopics();
    this.clusterId = answer.clusterId ?? this.clusterId;
    this.controllerId = answer.controllerId;
    // A broker that is starting up may not know any yet: what is known is better than nothing.
    if (answer.brokers.length > 0) {
      this.brokers = new Map(
        answer.brokers.map(({ nodeId, host, port, rack }) => [nodeId, { id: nodeId, host, port, rack }]),
      );
    }
    const seen = new Set<string>();
    for (const topic of answer.topics) {
      const name = topic.name ?? this.topicName(topic.topicId);
      if (name === undefined) continue;
      seen.add(name);
      this.#updateTopic(name, topic);
    }
    if (complete) for (const name of [...this.topics.keys()]) if (!seen.has(name)) this.#forget(name);
    this.updatedAtMs = nowMs;
    this.#changed();
  }

  /** True when the hint is newer than what is known. */
  hint({ topic, partition, leaderId, leaderEpoch, endpoint }: LeaderHint): boolean {
    const known = this.partition(topic, partition);
    const info = this.topics.get(topic);
    if (known === undefined || info === undefined || leaderId < 0 || leaderEpoch <= known.leaderEpoch) return false;
    if (endpoint === undefined && !this.brokers.has(leaderId)) return false;
    if (endpoint !== undefined)
      this.brokers.set(leaderId, {
        id: leaderId,
        host: endpoint.host,
        port: endpoint.port,
        rack: endpoint.rack ?? null,
      });
    const partitions = info.partitions.map((old) =>
      old.partition === partition ? { ...old, leader: leaderId, leaderEpoch } : old,
    );
    this.topics.set(topic, { ...info, partitions });
    this.#changed();
    return true;
  }

  /** Where a broker is that an answer named (FindCoordinator). */
  addBroker(broker: BrokerInfo): void {
    const known = this.brokers.get(broker.id);
    if (known?.host === broker.host && known.port === broker.port) return;
    this.brokers.set(broker.id, { ...broker, rack: broker.rack ?? known?.rack ?? null });
  }

  #updateTopic(name: string, topic: MetadataResponse['topics'][number]): void {
    if (topic.errorCode !== ErrorCode.NONE) {
      this.#errors.set(name, KafkaError.ofCode(topic.errorCode, null, { topic: name }));
      // While a leader is being chosen the old picture may still be of use; a topic that is gone is gone.
      if (topic.errorCode !== ErrorCode.LEADER_NOT_AVAILABLE) this.#forget(name, true);
      return;
    }
    this.#errors.delete(name);
    const old = this.topics.get(name);
    const isSame = old !== undefined && (old.id === topic.topicId || old.id === ZERO_UUID);
    const partitions: PartitionInfo[] = [];
    for (const part of topic.partitions) {
      const known = isSame ? old.partitions[part.partitionIndex] : undefined;
      const isStale = known !== undefined && part.leaderEpoch >= 0 && part.leaderEpoch < known.leaderEpoch;
      partitions[part.partitionIndex] = isStale
        ? known
        : {
            topic: name,
            partition: part.partitionIndex,
            leader: part.leaderId,
            leaderEpoch: part.leaderEpoch,
            replicas: part.replicaNodes,
            isr: part.isrNodes,
            offline: part.offlineReplicas,
          };
    }
    if (old !== undefined && old.id !== topic.topicId) this.#namesById.delete(old.id);
    this.topics.set(name, { name, id: topic.topicId, isInternal: topic.isInternal, partitions });
    if (topic.topicId !== ZERO_UUID) this.#namesById.set(topic.topicId, name);
  }

  #forget(name: string, keepError = false): void {
    const known = this.topics.get(name);
    this.topics.delete(name);
    if (!keepError) this.#errors.delete(name);
    if (known !== undefined) this.#namesById.delete(known.id);
  }

  #clearTopics(): void {
    this.topics.clear();
    this.#namesById.clear();
    this.#errors.clear();
  }

  #changed(): void {
    this.revision++;
    for (const listener of [...this.#listeners]) listener();
  }
}
