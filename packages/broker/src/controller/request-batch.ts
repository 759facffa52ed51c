import { EPOCH_DURING_DELETE, LEADER_DURING_DELETE } from '@ottla/coordination/cluster';
import type {
  LeaderAndIsrRequest,
  LeaderAndIsrRequestLeaderAndIsrLiveLeader,
  LeaderAndIsrRequestLeaderAndIsrPartitionState,
  StopReplicaRequest,
  UpdateMetadataRequest,
  UpdateMetadataRequestUpdateMetadataBroker,
  UpdateMetadataRequestUpdateMetadataPartitionState,
} from '@ottla/protocol';
import { ZERO_UUID } from '@ottla/protocol';
import { securityProtocolId } from '../config/security-protocol.ts';
import type { ControllerContext, LiveBrokerEntry, PartitionEntry } from './controller-context.ts';

export type OutgoingMessage =
  | { readonly kind: 'leader-and-isr'; readonly broker: number; readonly request: LeaderAndIsrRequest }
  | { readonly kind: 'update-metadata'; readonly broker: number; readonly request: UpdateMetadataRequest }
  | { readonly kind: 'stop-replica'; readonly broker: number; readonly request: StopReplicaRequest };

/** Collects what one step of the controller has to tell the brokers: one message of a kind for each (ControllerBrokerRequestBatch). */
export class RequestBatch {
  readonly #controllerId: number;
  readonly #interBrokerListener: string;
  readonly #context: ControllerContext;
  readonly #leaderAndIsr = new Map<number, Map<PartitionEntry, boolean>>();
  readonly #stopReplica = new Map<number, Map<PartitionEntry, boolean>>();
  readonly #updateBrokers = new Set<number>();
  readonly #updatePartitions = new Set<PartitionEntry>();

  constructor(controllerId: number, interBrokerListener: string, context: ControllerContext) {
    this.#controllerId = controllerId;
    this.#interBrokerListener = interBrokerListener;
    this.#context = context;
  }

  /** Also tells every broker of the partition. `isNew`: the broker may make the log. */
  addLeaderAndIsr(brokers: readonly number[], entry: PartitionEntry, isNew: boolean): void {
    for (const broker of brokers) {
      const states = entriesOf(this.#leaderAndIsr, broker);
      states.set(entry, isNew || states.get(entry) === true);
    }
    this.addUpdateMetadata(this.#context.brokers.keys(), [entry]);
  }

  addStopReplica(brokers: readonly number[], entry: PartitionEntry, deletePartition: boolean): void {
    for (const broker of brokers) {
      const states = entriesOf(this.#stopReplica, broker);
      states.set(entry, deletePartition || states.get(entry) === true);
    }
  }

  /** No partitions: just the list of live brokers. */
  addUpdateMetadata(brokers: Iterable<number>, entries: Iterable<PartitionEntry>): void {
    for (const broker of brokers) this.#updateBrokers.add(broker);
    for (const entry of entries) this.#updatePartitions.add(entry);
  }

  /** The messages in the order in which each broker must get them; the batch is empty afterwards. */
  take(): OutgoingMessage[] {
    const messages: OutgoingMessage[] = [];
    for (const [broker, states] of this.#leaderAndIsr) {
      const live = this.#context.brokers.get(broker);
      if (live === undefined) continue;
      messages.push({ kind: 'leader-and-isr', broker, request: this.#leaderAndIsrRequest(live, states) });
    }
    messages.push(...this.#updateMetadataMessages());
    for (const [broker, states] of this.#stopReplica) {
      const live = this.#context.brokers.get(broker);
      if (live === undefined) continue;
      messages.push({ kind: 'stop-replica', broker, request: this.#stopReplicaRequest(live, states) });
    }
    this.#leaderAndIsr.clear();
    this.#stopReplica.clear();
    this.#updateBrokers.clear();
    this.#updatePartitions.clear();
    return messages;
  }

  #leaderAndIsrRequest(broker: LiveBrokerEntry, states: ReadonlyMap<PartitionEntry, boolean>): LeaderAndIsrRequest {
    const topics = new Map<string, LeaderAndIsrRequestLeaderAndIsrPartitionState[]>();
    const leaders = new Set<number>();
    for (const [entry, isNew] of states) {
      const state = this.#leaderAndIsrState(entry, isNew);
      if (state === undefined) continue;
      leaders.add(state.leader);
      entriesOfTopic(topics, entry.topic).push(state);
    }
    return {
      controllerId: this.#controllerId,
      isKRaftController: false,
      controllerEpoch: this.#context.epoch,
      brokerEpoch: broker.epoch,
      type: 0,
      ungroupedPartitionStates: [],
      topicStates: [...topics].map(([topicName, partitionStates]) => ({
        topicName,
        topicId: this.#context.topics.get(topicName)?.id ?? ZERO_UUID,
        partitionStates,
      })),
      liveLeaders: this.#liveLeaders(leaders),
    };
  }

  #leaderAndIsrState(entry: PartitionEntry, isNew: boolean): LeaderAndIsrRequestLeaderAndIsrPartitionState | undefined {
    const { leadership, assignment } = entry;
    if (leadership === undefined) return undefined;
    const { state } = leadership;
    return {
      topicName: entry.topic,
      partitionIndex: entry.partition,
      controllerEpoch: state.controllerEpoch,
      leader: state.leader,
      leaderEpoch: state.leaderEpoch,
      isr: state.isr,
      partitionEpoch: leadership.partitionEpoch,
      replicas: assignment.replicas,
      addingReplicas: assignment.adding,
      removingReplicas: assignment.removing,
      isNew,
      leaderRecoveryState: state.recoveryState === 'recovering' ? 1 : 0,
    };
  }

  #liveLeaders(leaders: ReadonlySet<number>): LeaderAndIsrRequestLeaderAndIsrLiveLeader[] {
    const nodes: LeaderAndIsrRequestLeaderAndIsrLiveLeader[] = [];
    for (const brokerId of leaders) {
      const endpoints = this.#context.brokers.get(brokerId)?.znode.endpoints;
      const endpoint = endpoints?.find(({ listener }) => listener === this.#interBrokerListener);
      if (endpoint !== undefined) nodes.push({ brokerId, hostName: endpoint.host, port: endpoint.port });
    }
    return nodes;
  }

  #updateMetadataMessages(): OutgoingMessage[] {
    if (this.#updateBrokers.size === 0) return [];
    const topics = new Map<string, UpdateMetadataRequestUpdateMetadataPartitionState[]>();
    for (const entry of this.#updatePartitions) {
      const state = this.#updateMetadataState(entry);
      if (state !== undefined) entriesOfTopic(topics, entry.topic).push(state);
    }
    const topicStates = [...topics].map(([topicName, partitionStates]) => ({
      topicName,
      topicId: this.#context.topics.get(topicName)?.id ?? ZERO_UUID,
      partitionStates,
    }));
    const liveBrokers = [...this.#context.brokers.values()].map(liveBroker);
    const messages: OutgoingMessage[] = [];
    for (const broker of this.#updateBrokers) {
      const live = this.#context.brokers.get(broker);
      if (live === undefined) continue;
      const request: UpdateMetadataRequest = {
        controllerId: this.#controllerId,
        isKRaftController: false,
        type: 0,
        controllerEpoch: this.#context.epoch,
        brokerEpoch: live.epoch,
        ungroupedPartitionStates: [],
        topicStates,
        liveBrokers,
      };
      messages.push({ kind: 'update-metadata', broker, request });
    }
    return messages;
  }

  #updateMetadataState(entry: PartitionEntry): UpdateMetadataRequestUpdateMetadataPartitionState | undefined {
    const { leadership, assignment } = entry;
    if (leadership === undefined) return undefined;
    const { state } = leadership;
    const isDeleted = this.#context.topics.get(entry.topic)?.deleting === true;
    return {
      topicName: entry.topic,
      partitionIndex: entry.partition,
      controllerEpoch: state.controllerEpoch,
      leader: isDeleted ? LEADER_DURING_DELETE : state.leader,
      leaderEpoch: state.leaderEpoch,
      isr: state.isr,
      zkVersion: leadership.partitionEpoch,
      replicas: assignment.replicas,
      offlineReplicas: assignment.replicas.filter((broker) => !this.#context.isReplicaOnline(broker, entry)),
    };
  }

  #stopReplicaRequest(broker: LiveBrokerEntry, states: ReadonlyMap<PartitionEntry, boolean>): StopReplicaRequest {
    const topics = new Map<string, { partitionIndex: number; leaderEpoch: number; deletePartition: boolean }[]>();
    for (const [entry, deletePartition] of states) {
      const isDeleted = this.#context.topics.get(entry.topic)?.deleting === true;
      const leaderEpoch = isDeleted ? EPOCH_DURING_DELETE : (entry.leadership?.state.leaderEpoch ?? -1);
      entriesOfTopic(topics, entry.topic).push({ partitionIndex: entry.partition, leaderEpoch, deletePartition });
    }
    return {
      controllerId: this.#controllerId,
      isKRaftController: false,
      controllerEpoch: this.#context.epoch,
      brokerEpoch: broker.epoch,
      deletePartitions: false,
      ungroupedPartitions: [],
      topics: [],
      topicStates: [...topics].map(([topicName, partitionStates]) => ({ topicName, partitionStates })),
    };
  }
}

function liveBroker({ id, znode }: LiveBrokerEntry): UpdateMetadataRequestUpdateMetadataBroker {
  return {
    id,
    v0Host: '',
    v0Port: 0,
    endpoints: znode.endpoints.map(({ listener, securityProtocol, host, port }) => ({
      port,
      host,
      listener,
      securityProtocol: securityProtocolId(securityProtocol),
    })),
    rack: znode.rack,
  };
}

function entriesOf(byBroker: Map<number, Map<PartitionEntry, boolean>>, broker: number): Map<PartitionEntry, boolean> {
  let states = byBroker.get(broker);
  if (states === undefined) {
    states = new Map();
    byBroker.set(broker, states);
  }
  return states;
}

function entriesOfTopic<T>(byTopic: Map<string, T[]>, topic: string): T[] {
  let states = byTopic.get(topic);
  if (states === undefined) {
    states = [];
    byTopic.set(topic, states);
  }
  return states;
}
