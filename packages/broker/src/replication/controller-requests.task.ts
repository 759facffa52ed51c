import { WorkSlice } from '@ottla/common';
import {
  ErrorCode,
  type LeaderAndIsrRequest,
  type LeaderAndIsrResponse,
  type StopReplicaRequest,
  type StopReplicaResponse,
  type Uuid,
  ZERO_UUID,
} from '@ottla/protocol';
import type { Log, NewLog } from '@ottla/storage';
import type { ReplicaOwner } from '../controller/controller-messages.task.ts';
import type { LogDirEvents } from '../controller/log-dir-events.task.ts';
import type { ReplicaManager } from './replica-manager.ts';

/** Leader epoch in StopReplica: the topic is being deleted, whatever the epoch. */
const EPOCH_DURING_DELETE = -2;
const NO_EPOCH = -1;

type RequestedState = LeaderAndIsrRequest['topicStates'][number]['partitionStates'][number];

/** LeaderAndIsr and StopReplica, one at a time in the order in which the controller sent them. */
export class ControllerRequests implements ReplicaOwner {
  readonly #replicas: ReplicaManager;
  readonly #logDirEvents: Pick<LogDirEvents, 'askAgain' | 'settled'>;
  /** Partitions, `topic-index`, for whose log there was no room. */
  readonly #unmade = new Set<string>();

  constructor(replicas: ReplicaManager, logDirEvents: Pick<LogDirEvents, 'askAgain' | 'settled'>) {
    this.#replicas = replicas;
    this.#logDirEvents = logDirEvents;
  }

  async becomeLeaderOrFollower(request: LeaderAndIsrRequest): Promise<LeaderAndIsrResponse> {
    await this.#makeLogs(request);
    const slice = new WorkSlice(this.#replicas.clock);
    const topics: LeaderAndIsrResponse['topics'][number][] = [];
    for (const { topicName, topicId, partitionStates } of request.topicStates) {
      const partitionErrors: LeaderAndIsrResponse['partitionErrors'][number][] = [];
      for (const state of partitionStates) {
        if (slice.isSpent()) await slice.pause();
        const errorCode = await this.#apply(topicName, topicId, state);
        partitionErrors.push({ topicName, partitionIndex: state.partitionIndex, errorCode });
      }
      topics.push({ topicId, partitionErrors });
    }
    if (this.#unmade.size > 0) this.#logDirEvents.askAgain();
    return { errorCode: ErrorCode.NONE, partitionErrors: [], topics };
  }

  async stopReplicas(request: StopReplicaRequest): Promise<StopReplicaResponse> {
    const { logs, clock } = this.#replicas;
    const slice = new WorkSlice(clock);
    const stopped: { readonly topicName: string; readonly partitionIndex: number; error: ErrorCode; log?: Log }[] = [];
    for (const { topicName, partitionStates } of request.topicStates) {
      for (const { partitionIndex, leaderEpoch, deletePartition } of partitionStates) {
        if (slice.isSpent()) await slice.pause();
        const error = this.#stop(topicName, partitionIndex, leaderEpoch, deletePartition);
        const log = deletePartition && error === ErrorCode.NONE ? logs.get(topicName, partitionIndex) : undefined;
        stopped.push({ topicName, partitionIndex, error, ...(log === undefined ? {} : { log }) });
      }
    }
    await logs.deleteAll(stopped.flatMap(({ log }) => log ?? []));
    const offline = (log: Log): boolean => logs.offlineDirectories.includes(log.logDirectory);
    return {
      errorCode: ErrorCode.NONE,
      partitionErrors: stopped.map(({ topicName, partitionIndex, error, log }) => ({
        topicName,
        partitionIndex,
        // Its directory failed meanwhile: what is left of it would come back.
        errorCode: log !== undefined && offline(log) ? ErrorCode.KAFKA_STORAGE_ERROR : error,
      })),
    };
  }

  /** All at once: a topic may have thousands. Who fails here is tried again, and told, in its turn. */
  async #makeLogs({ topicStates }: LeaderAndIsrRequest): Promise<void> {
    const { logs, brokerId } = this.#replicas;
    const wanted: NewLog[] = [];
    for (const { topicName, topicId, partitionStates } of topicStates) {
      for (const { partitionIndex, replicas, isNew } of partitionStates) {
        if (!replicas.includes(brokerId) || logs.get(topicName, partitionIndex) !== undefined) continue;
        if (this.#mayMake(isNew)) wanted.push(newLog(topicName, partitionIndex, topicId));
      }
    }
    if (wanted.length > 0) await logs.createAll(wanted);
  }

  async #apply(topic: string, topicId: Uuid, state: RequestedState): Promise<ErrorCode> {
    const index = state.partitionIndex;
    const known = this.#replicas.knownEpoch(topic, index);
    // Also the same epoch again: what the broker has got is no older (Java: ReplicaManager.becomeLeaderOrFollower).
    if (known !== undefined && state.leaderEpoch <= known) return ErrorCode.STALE_CONTROLLER_EPOCH;
    if (!state.replicas.includes(this.#replicas.brokerId)) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    const log = await this.#logFor(topic, index, topicId, state.isNew);
    if (log === undefined) {
      // With its directory offline it waits for the operator, else for room.
      if (this.#replicas.logs.offlineDirectories.length === 0) this.#unmade.add(`${topic}-${index}`);
      this.#replicas.markOffline(topic, index);
      return ErrorCode.KAFKA_STORAGE_ERROR;
    }
    this.#made(topic, index);
    if (topicId !== ZERO_UUID) {
      log.topicId ??= topicId;
      if (log.topicId !== topicId) {
        this.#replicas.log.error(
          `Topic ID in memory: ${log.topicId} does not match the topic ID for partition ${topic}-${index} received: ${topicId}.`,
        );
        return ErrorCode.INCONSISTENT_TOPIC_ID;
      }
    }
    this.#replicas.applyState(topic, index, log, state);
    return ErrorCode.NONE;
  }

  async #logFor(topic: string, index: number, topicId: Uuid, isNew: boolean): Promise<Log | undefined> {
    const { logs } = this.#replicas;
    const found = logs.get(topic, index);
    if (found !== undefined) return found.isOffline ? undefined : found;
    if (!this.#mayMake(isNew)) {
      this.#replicas.log.error(
        `Can not create log for ${topic}-${index} because log directories ${logs.offlineDirectories.join(', ')} are offline`,
      );
      return undefined;
    }
    const [made] = await logs.createAll([newLog(topic, index, topicId)]);
    return made === undefined || 'error' in made ? undefined : made;
  }

  /** It may lie in a directory that is offline: an empty one in its place would lose its records, and stand beside it later. */
  #mayMake(isNew: boolean): boolean {
    return isNew || this.#replicas.logs.offlineDirectories.length === 0;
  }

  #stop(topic: string, index: number, leaderEpoch: number, isDeletion: boolean): ErrorCode {
    const known = this.#replicas.knownEpoch(topic, index) ?? NO_EPOCH;
    if (leaderEpoch !== EPOCH_DURING_DELETE && leaderEpoch !== NO_EPOCH && leaderEpoch < known) {
      return ErrorCode.FENCED_LEADER_EPOCH;
    }
    // Its log is in a directory that failed: clients are told so, and the controller tries again when the broker is back with it.
    if (this.#replicas.isOffline(topic, index)) return ErrorCode.KAFKA_STORAGE_ERROR;
    this.#replicas.drop(topic, index);
    if (!isDeletion) return ErrorCode.NONE;
    this.#made(topic, index);
    return this.#replicas.logs.get(topic, index)?.isOffline === true ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.NONE;
  }

  /** The partition has its log, or needs none any more. */
  #made(topic: string, index: number): void {
    if (this.#unmade.delete(`${topic}-${index}`) && this.#unmade.size === 0) this.#logDirEvents.settled();
  }
}

function newLog(topic: string, partition: number, topicId: Uuid): NewLog {
  return { topic, partition, topicId: topicId === ZERO_UUID ? undefined : topicId };
}
