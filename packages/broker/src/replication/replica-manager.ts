/**
 * The partitions this broker holds (Kafka's ReplicaManager): their roles as the controller gives them, and the waiters
 * for their data. Roles change in synchronous steps; what must be awaited (logs made and removed) is in
 * `controller-requests.task.ts`.
 */
import { type MetricsRegistry, TimingWheel } from '@ottla/common';
import { type Clock, Logger, type Platform } from '@ottla/platform';
import { ErrorCode } from '@ottla/protocol';
import type { Log, LogManager } from '@ottla/storage';
import type { MetadataCache } from '../metadata/metadata-cache.ts';
import { Partition, type PartitionHost, type PartitionState, type ReplicationSettings } from './partition.ts';
import { Purgatory } from './purgatory.ts';

/** Who must know which partitions this broker leads: the coordinators. */
export interface LeadershipListener {
  elected(partition: Partition): void;
  resigned(topic: string, partition: number): void;
}

export interface ReplicaManagerOptions {
  readonly brokerId: number;
  readonly platform: Platform;
  readonly logs: LogManager;
  readonly metadata: MetadataCache;
  /** A topic's live properties. */
  replicationSettings(topic: string): ReplicationSettings;
}

/** Width of the timing wheel's slots, ms: a request waits at most this much longer than it asked for. */
const WAIT_TICK_MS = 1;

export class ReplicaManager implements PartitionHost {
  readonly brokerId: number;
  readonly produceWaiters: Purgatory<Partition>;
  readonly fetchWaiters: Purgatory<Partition>;
  readonly log: Logger;
  readonly #options: ReplicaManagerOptions;
  readonly #wheel: TimingWheel;
  readonly #topics = new Map<string, Map<number, Partition | typeof ErrorCode.KAFKA_STORAGE_ERROR>>();
  readonly #listeners = new Set<LeadershipListener>();

  constructor(options: ReplicaManagerOptions) {
    this.#options = options;
    this.brokerId = options.brokerId;
    const { clock, log } = options.platform;
    this.#wheel = new TimingWheel(clock, { tickMs: WAIT_TICK_MS });
    this.produceWaiters = new Purgatory(clock, this.#wheel);
    this.fetchWaiters = new Purgatory(clock, this.#wheel);
    this.log = new Logger(log, 'kafka.server.ReplicaManager', `[ReplicaManager broker=${this.brokerId}] `);
  }

  get clock(): Clock {
    return this.#options.platform.clock;
  }

  get logs(): LogManager {
    return this.#options.logs;
  }

  registerMetrics(registry: MetricsRegistry): void {
    const gauge = (type: string, name: string, read: () => number, tags?: Record<string, string>): void =>
      registry.gauge({ group: 'kafka.server', type, name, ...(tags === undefined ? {} : { tags }) }, read);
    const count = (holds: (partition: Partition) => boolean) => () => {
      let total = 0;
      for (const partition of this.partitions()) if (holds(partition)) total++;
      return total;
    };
    gauge(
      'ReplicaManager',
      'PartitionCount',
      count(() => true),
    );
    gauge(
      'ReplicaManager',
      'LeaderCount',
      count((partition) => partition.isLeader),
    );
    gauge(
      'ReplicaManager',
      'UnderReplicatedPartitions',
      count((p) => p.isLeader && p.isr.length < p.replicas.length),
    );
    gauge(
      'ReplicaManager',
      'UnderMinIsrPartitionCount',
      count((partition) => partition.isUnderMinIsr),
    );
    gauge(
      'ReplicaManager',
      'AtMinIsrPartitionCount',
      count((p) => p.isLeader && p.isr.length === p.effectiveMinIsr),
    );
    gauge('ReplicaManager', 'OfflineReplicaCount', () => this.#offlineCount());
    const size = 'DelayedOperationPurgatory';
    gauge(size, 'PurgatorySize', () => this.produceWaiters.size, { delayedOperation: 'Produce' });
    gauge(size, 'PurgatorySize', () => this.fetchWaiters.size, { delayedOperation: 'Fetch' });
  }

  /** The replica here, or why there is none. Whether it leads is the partition's to say. */
  partition(topic: string, partition: number): Partition | ErrorCode {
    const held = this.#topics.get(topic)?.get(partition);
    if (held !== undefined) return held;
    return this.#options.metadata.partition(topic, partition) === undefined
      ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
      : ErrorCode.NOT_LEADER_OR_FOLLOWER;
  }

  /** The replica is here, in a log directory that has failed. */
  isOffline(topic: string, partition: number): boolean {
    return this.#topics.get(topic)?.get(partition) === ErrorCode.KAFKA_STORAGE_ERROR;
  }

  *partitions(): IterableIterator<Partition> {
    for (const partitions of this.#topics.values()) {
      for (const held of partitions.values()) if (typeof held !== 'number') yield held;
    }
  }

  /** Tells of what is led already, then of every change. */
  onLeadership(listener: LeadershipListener): void {
    this.#listeners.add(listener);
    for (const partition of this.partitions()) if (partition.isLeader) listener.elected(partition);
  }

  replicationSettings(topic: string): ReplicationSettings {
    return this.#options.replicationSettings(topic);
  }

  logEndMoved(partition: Partition): void {
    // Followers read to the log end; while there are none, nobody waits for it.
    if (partition.replicas.length > 1) this.fetchWaiters.wake(partition);
  }

  highWatermarkMoved(partition: Partition): void {
    this.produceWaiters.wake(partition);
    this.fetchWaiters.wake(partition);
  }

  /** The controller's decision for a partition whose log is there. */
  applyState(topic: string, index: number, log: Log, state: PartitionState): void {
    const partition = this.#hold(topic, index, log);
    const wasLeader = partition.isLeader;
    const isElected = partition.apply(state);
    if (wasLeader && (!partition.isLeader || isElected)) {
      if (!partition.isLeader) this.#tell((listener) => listener.resigned(topic, index));
      this.#wakeAll(partition);
    }
    if (isElected) this.#tell((listener) => listener.elected(partition));
  }

  /** The leader epoch that is known here; undefined when the partition is not held. */
  knownEpoch(topic: string, index: number): number | undefined {
    const held = this.#topics.get(topic)?.get(index);
    return held === undefined || typeof held === 'number' ? undefined : held.leaderEpoch;
  }

  /** Lets go of the partition; its log is the caller's to delete. */
  drop(topic: string, index: number): void {
    const partitions = this.#topics.get(topic);
    const held = partitions?.get(index);
    partitions?.delete(index);
    if (partitions?.size === 0) this.#topics.delete(topic);
    if (held !== undefined && typeof held !== 'number') this.#stop(held);
  }

  /** A log directory is gone: its partitions answer KAFKA_STORAGE_ERROR. */
  directoryFailed(): void {
    for (const partition of Array.from(this.partitions())) {
      if (!partition.log.isOffline) continue;
      this.markOffline(partition.topic, partition.partition);
      this.#stop(partition);
    }
  }

  markOffline(topic: string, index: number): void {
    this.#partitionsOf(topic).set(index, ErrorCode.KAFKA_STORAGE_ERROR);
  }

  /** Answers everybody who waits; nothing is led any more. */
  shutdown(): void {
    this.log.info('Shutting down');
    for (const partition of Array.from(this.partitions())) this.#stop(partition);
    this.#wheel.close();
    this.log.info('Shut down completely');
  }

  #stop(partition: Partition): void {
    const wasLeader = partition.isLeader;
    partition.stop();
    if (wasLeader) this.#tell((listener) => listener.resigned(partition.topic, partition.partition));
    this.#wakeAll(partition);
  }

  #wakeAll(partition: Partition): void {
    this.produceWaiters.wakeNow(partition);
    this.fetchWaiters.wakeNow(partition);
  }

  #hold(topic: string, index: number, log: Log): Partition {
    const partitions = this.#partitionsOf(topic);
    const held = partitions.get(index);
    if (held !== undefined && typeof held !== 'number' && held.log === log) return held;
    const partition = new Partition(topic, index, log, this);
    partitions.set(index, partition);
    return partition;
  }

  #partitionsOf(topic: string): Map<number, Partition | typeof ErrorCode.KAFKA_STORAGE_ERROR> {
    let partitions = this.#topics.get(topic);
    if (partitions === undefined) {
      partitions = new Map();
      this.#topics.set(topic, partitions);
    }
    return partitions;
  }

  #offlineCount(): number {
    let total = 0;
    for (const partitions of this.#topics.values()) {
      for (const held of partitions.values()) if (typeof held === 'number') total++;
    }
    return total;
  }

  #tell(what: (listener: LeadershipListener) => void): void {
    for (const listener of this.#listeners) what(listener);
  }
}
