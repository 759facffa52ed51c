import {
  ErrorCode,
  type LeaderAndIsrRequest,
  type LeaderAndIsrResponse,
  type StopReplicaRequest,
  type StopReplicaResponse,
  type Uuid,
  ZERO_UUID,
} from '@ottla/protocol';
import type { Log } from '@ottla/storage';
import type { ReplicaOwner } from '../controller/controller-messages.task.ts';
import type { LogDirEvents } from '../controller/log-dir-events.task.ts';
import type { ReplicaManager } from './replica-manager.ts';

/** Leader epoch in StopReplica: the topic is being deleted, whatever the epoch. */
const EPOCH_DURING_DELETE = -2;
const NO_EPOCH = -1;
/** Logs that are made side by side. */
const LOGS_AT_ONCE = 16;

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
    const topics: LeaderAndIsrResponse['topics'][number][] = [];
    for (const { topicName, topicId, partitionStates } of request.topicStates) {
      const partitionErrors: LeaderAndIsrResponse['partitionErrors'][number][] = [];
      for (const state of partitionStates) {
        const errorCode = await this.#apply(topicName, topicId, state);
        partitionErrors.push({ topicName, partitionIndex: state.partitionIndex, errorCode });
      }
      topics.push({ topicId, partitionErrors });
    }
    if (this.#unmade.size > 0) this.#logDirEvents.askAgain();
    return { errorCode: ErrorCode.NONE, partitionErrors: [], topics };
  }

  async stopReplicas(request: StopReplicaRequest): Promise<StopReplicaResponse> {
    const partitionErrors: StopReplicaResponse['partitionErrors'][number][] = [];
    for (const { topicName, partitionStates } of request.topicStates) {
      for (const { partitionIndex, leaderEpoch, deletePartition } of partitionStates) {
        const errorCode = await this.#stop(topicName, partitionIndex, leaderEpoch, deletePartition);
        partitionErrors.push({ topicName, partitionIndex, errorCode });
      }
    }
    return { errorCode: ErrorCode.NONE, partitionErrors };
  }

  /** Side by side, a few at a time: a topic may have thousands. Who fails here is tried again, and told, in its turn. */
  async #makeLogs({ topicStates }: LeaderAndIsrRequest): Promise<void> {
    const { logs, brokerId } = this.#replicas;
    const missing = topicStates.flatMap(({ topicName, topicId, partitionStates }) =>
      partitionStates
        .filter(({ partitionIndex, replicas }) => replicas.includes(brokerId) && !logs.get(topicName, partitionIndex))
        .map(({ partitionIndex, isNew }) => ({ topicName, topicId, partitionIndex, isNew })),
    );
    // Each goes to the directory that has the fewest: with several, what is being made must be counted first.
    const atOnce = logs.liveDirectories.length > 1 ? 1 : LOGS_AT_ONCE;
    for (let at = 0; at < missing.length; at += atOnce) {
      const batch = missing.slice(at, at + atOnce);
      await Promise.all(
        batch.map(({ topicName, topicId, partitionIndex, isNew }) =>
          this.#logFor(topicName, partitionIndex, topicId, isNew),
        ),
      );
    }
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
    if (!isNew && logs.offlineDirectories.length > 0) {
      // It may lie in one of them: an empty one in its place would lose its records, and stand beside it later.
      this.#replicas.log.error(
        `Can not create log for ${topic}-${index} because log directories ${logs.offlineDirectories.join(', ')} are offline`,
      );
      return undefined;
    }
    const made = await logs.create(topic, index, { topicId: topicId === ZERO_UUID ? undefined : topicId });
    return 'error' in made ? undefined : made;
  }

  async #stop(topic: string, index: number, leaderEpoch: number, isDeletion: boolean): Promise<ErrorCode> {
    const known = this.#replicas.knownEpoch(topic, index) ?? NO_EPOCH;
    if (leaderEpoch !== EPOCH_DURING_DELETE && leaderEpoch !== NO_EPOCH && leaderEpoch < known) {
      return ErrorCode.FENCED_LEADER_EPOCH;
    }
    // Its log is in a directory that failed: clients are told so, and the controller tries again when the broker is back with it.
    if (this.#replicas.isOffline(topic, index)) return ErrorCode.KAFKA_STORAGE_ERROR;
    this.#replicas.drop(topic, index);
    if (!isDeletion) return ErrorCode.NONE;
    this.#made(topic, index);
    const { logs } = this.#replicas;
    const log = logs.get(topic, index);
    if (log === undefined) return ErrorCode.NONE;
    if (log.isOffline) return ErrorCode.KAFKA_STORAGE_ERROR;
    await logs.delete(topic, index);
    return ErrorCode.NONE;
  }

  /** The partition has its log, or needs none any more. */
  #made(topic: string, index: number): void {
    if (this.#unmade.delete(`${topic}-${index}`) && this.#unmade.size === 0) this.#logDirEvents.settled();
  }
}
