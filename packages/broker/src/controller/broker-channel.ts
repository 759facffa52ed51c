import type {
  LeaderAndIsrRequest,
  LeaderAndIsrResponse,
  StopReplicaRequest,
  StopReplicaResponse,
  UpdateMetadataRequest,
  UpdateMetadataResponse,
} from '@ottla/protocol';

/**
 * The controller's way to one broker: ordered, one message at a time, tried again until the broker leaves the cluster.
 * In process for the controller's own id, a connection for the others.
 */
export interface BrokerChannel {
  leaderAndIsr(request: LeaderAndIsrRequest): Promise<LeaderAndIsrResponse>;
  stopReplica(request: StopReplicaRequest): Promise<StopReplicaResponse>;
  updateMetadata(request: UpdateMetadataRequest): Promise<UpdateMetadataResponse>;
  /** The broker left: what is queued is dropped. */
  close(): void;
}

/** Opens the channel to a broker when it joins. */
export type ChannelFactory = (brokerId: number) => BrokerChannel;

/** What a channel delivers to, on the broker's side; `ControllerMessages` is it. */
export interface ControllerMessageReceiver {
  leaderAndIsr(request: LeaderAndIsrRequest): Promise<LeaderAndIsrResponse>;
  stopReplica(request: StopReplicaRequest): Promise<StopReplicaResponse>;
  updateMetadata(request: UpdateMetadataRequest): Promise<UpdateMetadataResponse>;
}
