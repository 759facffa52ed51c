/**
 * A replica of one partition on this broker, and while it leads, what it knows of the others (Kafka's Partition). The
 * high watermark is the smallest log end offset of the maximal ISR: the committed ISR and what a change in flight adds
 * to it. It never falls within an epoch, and stands still below min.insync.replicas (KIP-966).
 */

import { ErrorCode, type Uuid, ZERO_UUID } from '@ottla/protocol';
import type { AppendResult, AppendSink, Log } from '@ottla/storage';

/** What the controller said of the partition in LeaderAndIsr. */
export interface PartitionState {
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
  readonly isr: readonly number[];
  readonly replicas: readonly number[];
}

/** A live view: asked at each use. */
export interface ReplicationSettings {
  /** `min.insync.replicas` */
  readonly minInsyncReplicas: number;
}

/** What partitions share. */
export interface PartitionHost {
  readonly brokerId: number;
  /** The topic's live properties. */
  replicationSettings(topic: string): ReplicationSettings;
  /** The log end moved: replicas may fetch more. */
  logEndMoved(partition: Partition): void;
  /** The high watermark moved: consumers may fetch more, acks=all may be answered. */
  highWatermarkMoved(partition: Partition): void;
}

export interface AppendRequest {
  /** -1, 0 or 1. */
  readonly acks: number;
  readonly origin: 'client' | 'coordinator';
  readonly produceVersion: number;
}

/** An append that the log has staged and not yet completed. */
class Staged {
  readonly sink: AppendSink;
  readonly token: number;

  constructor(sink: AppendSink, token: number) {
    this.sink = sink;
    this.token = token;
  }
}

const NO_EPOCH = -1;

export class Partition implements AppendSink {
  readonly topic: string;
  readonly partition: number;
  readonly log: Log;
  readonly #host: PartitionHost;
  readonly #settings: ReplicationSettings;
  readonly #replicaEnds = new Map<number, number>();
  readonly #highWatermarkListeners = new Set<() => void>();
  #staged: Staged[] = [];
  #stagedHead = 0;
  #state: PartitionState = { leader: -1, leaderEpoch: NO_EPOCH, partitionEpoch: -1, isr: [], replicas: [] };
  #isLeader = false;
  #isStopped = false;
  #epochStartOffset = 0;
  /** Brokers that an ISR change in flight would add. */
  #pendingIsr: readonly number[] = [];

  constructor(topic: string, partition: number, log: Log, host: PartitionHost) {
    this.topic = topic;
    this.partition = partition;
    this.log = log;
    this.#host = host;
    this.#settings = host.replicationSettings(topic);
  }

  get topicId(): Uuid {
    return this.log.topicId ?? ZERO_UUID;
  }

  /** False also once the replica was stopped or its directory went offline. */
  get isLeader(): boolean {
    return this.#isLeader;
  }

  get leaderId(): number {
    return this.#state.leader;
  }

  /** -1 until the first LeaderAndIsr. */
  get leaderEpoch(): number {
    return this.#state.leaderEpoch;
  }

  get partitionEpoch(): number {
    return this.#state.partitionEpoch;
  }

  get isr(): readonly number[] {
    return this.#state.isr;
  }

  get replicas(): readonly number[] {
    return this.#state.replicas;
  }

  /** The committed ISR and what is being added: whoever may be counted in it by the controller. */
  get maximalIsrSize(): number {
    let size = this.#state.isr.length;
    for (const id of this.#pendingIsr) if (!this.#state.isr.includes(id)) size++;
    return size;
  }

  get highWatermark(): number {
    return this.log.highWatermark;
  }

  /** Until the high watermark has passed it, "latest" is not known (KIP-207). */
  get epochStartOffset(): number {
    return this.#epochStartOffset;
  }

  /** min.insync.replicas, but never more than there are replicas. */
  get effectiveMinIsr(): number {
    return Math.min(this.#settings.minInsyncReplicas, Math.max(1, this.#state.replicas.length));
  }

  get isUnderMinIsr(): boolean {
    return this.#isLeader && this.#state.isr.length < this.effectiveMinIsr;
  }

  /** `epoch` -1: the client did not say. */
  checkLeaderEpoch(epoch: number): ErrorCode {
    if (epoch < 0 || epoch === this.#state.leaderEpoch) return ErrorCode.NONE;
    return epoch < this.#state.leaderEpoch ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH;
  }

  /** NONE when the replica is here, in the epoch that the client knows, and leads if that is asked for. */
  checkLocal(currentLeaderEpoch: number, leaderOnly: boolean): ErrorCode {
    if (this.log.isOffline) return ErrorCode.KAFKA_STORAGE_ERROR;
    if (this.#isStopped) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    const fenced = this.checkLeaderEpoch(currentLeaderEpoch);
    if (fenced !== ErrorCode.NONE) return fenced;
    return leaderOnly && !this.#isLeader ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.NONE;
  }

  /** As `Log.appendAsLeader`: a refusal at once, or undefined and `sink.appended(token, ...)` in a later step. */
  appendRecords(
    records: Uint8Array,
    request: AppendRequest,
    sink: AppendSink,
    token: number,
  ): AppendResult | undefined {
    if (!this.#isLeader) return this.#refused(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    if (request.acks === -1 && this.#state.isr.length < this.effectiveMinIsr) {
      return this.#refused(ErrorCode.NOT_ENOUGH_REPLICAS);
    }
    const { origin, produceVersion } = request;
    const options = { leaderEpoch: this.#state.leaderEpoch, origin, produceVersion };
    const refusal = this.log.appendAsLeader(records, options, this, token);
    if (refusal !== undefined) return refusal;
    this.#staged.push(new Staged(sink, token));
    return undefined;
  }

  /** The log has written (or dropped) the oldest staged append. */
  appended(_token: number, result: AppendResult): void {
    const staged = this.#staged[this.#stagedHead];
    if (staged === undefined) throw new Error(`${this.topic}-${this.partition}: an append that nobody staged`);
    this.#stagedHead++;
    if (this.#stagedHead === this.#staged.length) {
      // Not by the length: that would give up the array's memory, to be allocated again with the next append.
      while (this.#staged.length > 0) this.#staged.pop();
      this.#stagedHead = 0;
    }
    if (result.error === ErrorCode.NONE && this.#isLeader) {
      this.#host.logEndMoved(this);
      this.#advanceHighWatermark();
    }
    staged.sink.appended(staged.token, result);
  }

  /** NONE: `offset` is committed by enough replicas; undefined: not yet; else why it never will be known here. */
  reached(offset: number, leaderEpoch: number): ErrorCode | undefined {
    if (!this.#isLeader || this.#state.leaderEpoch !== leaderEpoch) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    if (this.log.highWatermark < offset) return undefined;
    return this.effectiveMinIsr <= this.maximalIsrSize ? ErrorCode.NONE : ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND;
  }

  /** Called at the moment the high watermark moves; returns how to unsubscribe. */
  onHighWatermark(listener: () => void): () => void {
    this.#highWatermarkListeners.add(listener);
    return () => {
      this.#highWatermarkListeners.delete(listener);
    };
  }

  /** The controller's word. True when this broker has become leader of a new epoch. */
  apply(state: PartitionState): boolean {
    const wasEpoch = this.#state.leaderEpoch;
    this.#state = state;
    this.#isLeader = state.leader === this.#host.brokerId;
    this.#pendingIsr = [];
    if (!this.#isLeader) return false;
    const isNewEpoch = state.leaderEpoch !== wasEpoch;
    if (isNewEpoch) {
      // Durable before the first append of the epoch: followers find their truncation point by it (KAFKA-7415).
      this.log.assignEpoch(state.leaderEpoch, state.replicas.length > 1);
      this.#epochStartOffset = this.log.logEndOffset;
      this.#replicaEnds.clear();
    }
    this.#advanceHighWatermark();
    return isNewEpoch;
  }

  /** The replica is stopped, or its directory failed: nothing is served from it any more. */
  stop(): void {
    this.#isLeader = false;
    this.#isStopped = true;
  }

  /** A follower's fetch tells where its log ends. */
  replicaFetched(brokerId: number, logEndOffset: number): void {
    if (!this.#isLeader || !this.#state.replicas.includes(brokerId)) return;
    this.#replicaEnds.set(brokerId, logEndOffset);
    this.#advanceHighWatermark();
  }

  /** The only place where a leader's high watermark moves. */
  #advanceHighWatermark(): void {
    if (this.isUnderMinIsr) return;
    let offset = this.log.logEndOffset;
    for (const id of this.#state.isr) offset = Math.min(offset, this.#endOf(id, offset));
    for (const id of this.#pendingIsr) offset = Math.min(offset, this.#endOf(id, offset));
    if (offset <= this.log.highWatermark || !this.log.updateHighWatermark(offset)) return;
    this.#host.highWatermarkMoved(this);
    for (const listener of this.#highWatermarkListeners) listener();
  }

  /** Of a replica that has not fetched in this epoch nothing is known: 0. */
  #endOf(brokerId: number, own: number): number {
    return brokerId === this.#host.brokerId ? own : (this.#replicaEnds.get(brokerId) ?? 0);
  }

  #refused(error: ErrorCode): AppendResult {
    return {
      error,
      errorMessage: null,
      recordErrors: [],
      baseOffset: -1,
      lastOffset: -1,
      logAppendTime: -1,
      logStartOffset: -1,
    };
  }
}
