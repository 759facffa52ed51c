import type {
  LeaderAndIsrRequest,
  LeaderAndIsrResponse,
  StopReplicaRequest,
  StopReplicaResponse,
  UpdateMetadataRequest,
  UpdateMetadataResponse,
} from '@ottla/protocol';
import { ErrorCode } from '@ottla/protocol';
import type { MetadataCache } from '../metadata/metadata-cache.ts';
import type { ControllerMessageReceiver } from './broker-channel.ts';

/** What the messages are for; `ReplicaManager` is it. */
export interface ReplicaOwner {
  becomeLeaderOrFollower(request: LeaderAndIsrRequest): Promise<LeaderAndIsrResponse> | LeaderAndIsrResponse;
  stopReplicas(request: StopReplicaRequest): Promise<StopReplicaResponse> | StopReplicaResponse;
}

/** Whose properties must be known before the first log of a topic is made; `ConfigAdmin` is it. */
export interface TopicConfigOwner {
  ensureLoaded(topics: Iterable<string>): Promise<void>;
  forget(topic: string): void;
}

/**
 * The broker's side of LeaderAndIsr, StopReplica and UpdateMetadata: refuses a controller older than the last one heard
 * (STALE_CONTROLLER_EPOCH) and messages meant for an earlier life of this broker (STALE_BROKER_EPOCH), passes on the rest.
 */
export class ControllerMessages implements ControllerMessageReceiver {
  readonly #replicas: ReplicaOwner;
  readonly #metadata: MetadataCache;
  readonly #configs: TopicConfigOwner;
  readonly #brokerEpoch: () => number;
  #controllerEpoch = 0;

  /** `brokerEpoch` is -1 until the broker is registered. */
  constructor(replicas: ReplicaOwner, metadata: MetadataCache, configs: TopicConfigOwner, brokerEpoch: () => number) {
    this.#replicas = replicas;
    this.#metadata = metadata;
    this.#configs = configs;
    this.#brokerEpoch = brokerEpoch;
  }

  async leaderAndIsr(request: LeaderAndIsrRequest): Promise<LeaderAndIsrResponse> {
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return { errorCode: refusal, partitionErrors: [], topics: [] };
    await this.#configs.ensureLoaded(request.topicStates.map(({ topicName }) => topicName));
    return await this.#replicas.becomeLeaderOrFollower(request);
  }

  async stopReplica(request: StopReplicaRequest): Promise<StopReplicaResponse> {
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return { errorCode: refusal, partitionErrors: [] };
    return await this.#replicas.stopReplicas(request);
  }

  updateMetadata(request: UpdateMetadataRequest): Promise<UpdateMetadataResponse> {
    const refusal = this.#refusal(request);
    if (refusal === undefined) {
      const { removed } = this.#metadata.update(request);
      for (const { topic } of removed) if (this.#metadata.topic(topic) === undefined) this.#configs.forget(topic);
    }
    return Promise.resolve({ errorCode: refusal ?? ErrorCode.NONE });
  }

  /** -1 as broker epoch skips that check; a larger one than ours is from after our registration's answer was sent. */
  #refusal(request: { controllerEpoch: number; brokerEpoch: number | bigint }): ErrorCode | undefined {
    const epoch = Number(request.brokerEpoch);
    if (epoch !== -1 && epoch < this.#brokerEpoch()) return ErrorCode.STALE_BROKER_EPOCH;
    if (request.controllerEpoch < this.#controllerEpoch) return ErrorCode.STALE_CONTROLLER_EPOCH;
    this.#controllerEpoch = request.controllerEpoch;
    return undefined;
  }
}
