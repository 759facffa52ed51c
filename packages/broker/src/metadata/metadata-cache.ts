import type { UpdateMetadataRequest, UpdateMetadataRequestUpdateMetadataPartitionState, Uuid } from '@ottla/protocol';
import { ZERO_UUID } from '@ottla/protocol';

/** Nobody leads the partition. */
export const NO_LEADER = -1;
/** In UpdateMetadata: forget the partition, its topic is being deleted. */
export const LEADER_DURING_DELETE = -2;
const NO_CONTROLLER = -1;

/** A partition as the controller announced it. */
export interface PartitionMetadata {
  readonly partition: number;
  /** Broker id, -1 when nobody leads. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly isr: readonly number[];
  readonly replicas: readonly number[];
  /** Replicas on a dead broker or in a failed log directory. */
  readonly offline: readonly number[];
  readonly partitionEpoch: number;
  readonly controllerEpoch: number;
}

export interface TopicMetadata {
  readonly name: string;
  /** ZERO_UUID when the topic has none. */
  readonly id: Uuid;
  /** By partition number. */
  readonly partitions: ReadonlyMap<number, PartitionMetadata>;
}

/** A live broker as clients of one listener see it. */
export interface BrokerNode {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

/** A live broker with all its listeners. */
export interface LiveBroker {
  readonly id: number;
  readonly rack: string | null;
  readonly endpoints: ReadonlyMap<string, { readonly host: string; readonly port: number }>;
}

/** What an update did, for those who wait for it. */
export interface MetadataChange {
  /** Topics of which a partition came or changed. */
  readonly updated: ReadonlySet<string>;
  readonly removed: readonly { readonly topic: string; readonly partition: number }[];
}

export type MetadataListener = (change: MetadataChange) => void;

interface MutableTopic {
  readonly name: string;
  id: Uuid;
  readonly partitions: Map<number, PartitionMetadata>;
}

/** What this broker knows of the cluster: replaced by UpdateMetadata messages only (Kafka's ZkMetadataCache). */
export class MetadataCache {
  readonly clusterId: string;
  readonly #topics = new Map<string, MutableTopic>();
  readonly #byId = new Map<Uuid, MutableTopic>();
  readonly #listeners = new Set<MetadataListener>();
  #brokers = new Map<number, LiveBroker>();
  #controllerId = NO_CONTROLLER;
  #partitionCount = 0;

  constructor(clusterId: string) {
    this.clusterId = clusterId;
  }

  /** -1 when none is known. */
  get controllerId(): number {
    return this.#controllerId;
  }

  /** Partitions of all topics. */
  get partitionCount(): number {
    return this.#partitionCount;
  }

  topic(name: string): TopicMetadata | undefined {
    return this.#topics.get(name);
  }

  topicById(id: Uuid): TopicMetadata | undefined {
    return this.#byId.get(id);
  }

  /** ZERO_UUID when the topic is unknown. */
  topicId(name: string): Uuid {
    return this.#topics.get(name)?.id ?? ZERO_UUID;
  }

  topicNames(): IterableIterator<string> {
    return this.#topics.keys();
  }

  topics(): IterableIterator<TopicMetadata> {
    return this.#topics.values();
  }

  partition(topic: string, partition: number): PartitionMetadata | undefined {
    return this.#topics.get(topic)?.partitions.get(partition);
  }

  /** Live brokers that have the listener, by id. */
  brokers(listener: string): BrokerNode[] {
    const nodes: BrokerNode[] = [];
    for (const id of this.#brokers.keys()) {
      const node = this.broker(id, listener);
      if (node !== undefined) nodes.push(node);
    }
    return nodes;
  }

  /** Undefined when the broker is not alive or lacks the listener. */
  broker(id: number, listener: string): BrokerNode | undefined {
    const broker = this.#brokers.get(id);
    const endpoint = broker?.endpoints.get(listener);
    return broker === undefined || endpoint === undefined ? undefined : { id, ...endpoint, rack: broker.rack };
  }

  isAlive(id: number): boolean {
    return this.#brokers.has(id);
  }

  /** Live brokers, by id. */
  liveBrokers(): IterableIterator<LiveBroker> {
    return this.#brokers.values();
  }

  /** Called after every update; returns the function that removes the listener. */
  onChange(listener: MetadataListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Live brokers are replaced, partitions merged; leader -2 removes a partition. */
  update(request: UpdateMetadataRequest): MetadataChange {
    this.#controllerId = request.controllerId < 0 ? NO_CONTROLLER : request.controllerId;
    this.#replaceBrokers(request);
    const updated = new Set<string>();
    const removed: { topic: string; partition: number }[] = [];
    for (const state of request.ungroupedPartitionStates) {
      this.#apply(state.topicName, ZERO_UUID, state, updated, removed);
    }
    for (const topic of request.topicStates) {
      for (const state of topic.partitionStates) this.#apply(topic.topicName, topic.topicId, state, updated, removed);
    }
    const change = { updated, removed };
    for (const listener of this.#listeners) listener(change);
    return change;
  }

  #replaceBrokers(request: UpdateMetadataRequest): void {
    const brokers = [...request.liveBrokers].sort((a, b) => a.id - b.id);
    this.#brokers = new Map();
    for (const broker of brokers) {
      const endpoints = new Map<string, { host: string; port: number }>();
      for (const { listener, host, port } of broker.endpoints) endpoints.set(listener, { host, port });
      this.#brokers.set(broker.id, { id: broker.id, rack: broker.rack, endpoints });
    }
  }

  #apply(
    name: string,
    id: Uuid,
    state: UpdateMetadataRequestUpdateMetadataPartitionState,
    updated: Set<string>,
    removed: { topic: string; partition: number }[],
  ): void {
    const partition = state.partitionIndex;
    if (state.leader === LEADER_DURING_DELETE) {
      this.#remove(name, partition);
      removed.push({ topic: name, partition });
      return;
    }
    const topic = this.#topicFor(name, id);
    if (!topic.partitions.has(partition)) this.#partitionCount++;
    topic.partitions.set(partition, {
      partition,
      leader: state.leader,
      leaderEpoch: state.leaderEpoch,
      isr: state.isr,
      replicas: state.replicas,
      offline: state.offlineReplicas,
      partitionEpoch: state.zkVersion,
      controllerEpoch: state.controllerEpoch,
    });
    updated.add(name);
  }

  #topicFor(name: string, id: Uuid): MutableTopic {
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      topic = { name, id: ZERO_UUID, partitions: new Map() };
      this.#topics.set(name, topic);
    }
    if (id !== ZERO_UUID && topic.id !== id) {
      this.#byId.delete(topic.id);
      topic.id = id;
      this.#byId.set(id, topic);
    }
    return topic;
  }

  #remove(name: string, partition: number): void {
    const topic = this.#topics.get(name);
    if (topic?.partitions.delete(partition) !== true) return;
    this.#partitionCount--;
    if (topic.partitions.size > 0) return;
    this.#topics.delete(name);
    this.#byId.delete(topic.id);
  }
}
