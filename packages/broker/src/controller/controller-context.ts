import type { BrokerZnode, PartitionStateZnode, ReplicaAssignment } from '@ottla/coordination/cluster';
import type { Uuid } from '@ottla/protocol';

/** `new`: assigned, never led. `online`: has a leader. `offline`: had one. Kafka's PartitionState. */
export type PartitionPhase = 'new' | 'online' | 'offline';

/** Kafka's ReplicaState. */
export type ReplicaPhase =
  | 'new'
  | 'online'
  | 'offline'
  | 'deletion-started'
  | 'deletion-successful'
  | 'deletion-ineligible';

/** What `.../state` holds, and its version: the partition epoch. */
export interface Leadership {
  readonly state: PartitionStateZnode;
  readonly partitionEpoch: number;
}

/** One partition as the controller knows it. Changed only while the controller handles an event. */
export class PartitionEntry {
  readonly topic: string;
  readonly partition: number;
  assignment: ReplicaAssignment;
  phase: PartitionPhase | undefined;
  leadership: Leadership | undefined;
  readonly replicas = new Map<number, ReplicaPhase>();

  constructor(topic: string, partition: number, assignment: ReplicaAssignment) {
    this.topic = topic;
    this.partition = partition;
    this.assignment = assignment;
  }

  get isReassigning(): boolean {
    return this.assignment.adding.length > 0 || this.assignment.removing.length > 0;
  }
}

export class TopicEntry {
  readonly name: string;
  id: Uuid | undefined;
  readonly partitions = new Map<number, PartitionEntry>();
  /** Set by a request for deletion; nothing may bring the topic's partitions online any more. */
  deleting = false;

  constructor(name: string, id: Uuid | undefined) {
    this.name = name;
    this.id = id;
  }
}

export interface LiveBrokerEntry {
  readonly id: number;
  readonly znode: BrokerZnode;
  /** czxid of the registration: the broker epoch (KIP-380). */
  readonly epoch: number;
}

export interface ReplicaRef {
  readonly entry: PartitionEntry;
  readonly broker: number;
}

/** The controller's picture of the cluster, loaded when it is elected (Kafka's ControllerContext). */
export class ControllerContext {
  /** Number of this controller's reign; fences its messages. */
  epoch = 0;
  readonly brokers = new Map<number, LiveBrokerEntry>();
  readonly shuttingDown = new Set<number>();
  readonly topics = new Map<string, TopicEntry>();
  readonly #topicNames = new Map<Uuid, string>();
  /** Partitions whose log is in a failed directory, by broker. */
  readonly offlineLogs = new Map<number, Set<PartitionEntry>>();

  reset(): void {
    this.epoch = 0;
    this.brokers.clear();
    this.shuttingDown.clear();
    this.topics.clear();
    this.#topicNames.clear();
    this.offlineLogs.clear();
  }

  partition(topic: string, partition: number): PartitionEntry | undefined {
    return this.topics.get(topic)?.partitions.get(partition);
  }

  topicById(id: Uuid): TopicEntry | undefined {
    const name = this.#topicNames.get(id);
    return name === undefined ? undefined : this.topics.get(name);
  }

  addTopic(name: string, id: Uuid | undefined): TopicEntry {
    const topic = new TopicEntry(name, id);
    this.topics.set(name, topic);
    if (id !== undefined) this.#topicNames.set(id, name);
    return topic;
  }

  removeTopic(name: string): void {
    const id = this.topics.get(name)?.id;
    this.topics.delete(name);
    if (id !== undefined) this.#topicNames.delete(id);
    for (const offline of this.offlineLogs.values()) {
      for (const entry of offline) if (entry.topic === name) offline.delete(entry);
    }
  }

  *partitions(): IterableIterator<PartitionEntry> {
    for (const topic of this.topics.values()) yield* topic.partitions.values();
  }

  /** Alive and not on its way down: may become leader. */
  isLive(broker: number): boolean {
    return this.brokers.has(broker) && !this.shuttingDown.has(broker);
  }

  /** Live, and its log of the partition is usable. */
  isReplicaOnline(broker: number, entry: PartitionEntry, includeShuttingDown = false): boolean {
    const alive = includeShuttingDown ? this.brokers.has(broker) : this.isLive(broker);
    return alive && this.offlineLogs.get(broker)?.has(entry) !== true;
  }

  liveReplicas(entry: PartitionEntry): number[] {
    return entry.assignment.replicas.filter((broker) => this.isReplicaOnline(broker, entry));
  }

  /** Every (partition, broker) pair assigned to `broker`. */
  replicasOn(broker: number): ReplicaRef[] {
    const refs: ReplicaRef[] = [];
    for (const entry of this.partitions()) {
      if (entry.assignment.replicas.includes(broker)) refs.push({ entry, broker });
    }
    return refs;
  }
}
