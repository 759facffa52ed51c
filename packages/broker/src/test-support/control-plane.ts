import { BrokerConfig, DynamicBrokerConfig } from '@ottla/common';
import type { Coordination } from '@ottla/coordination';
import { encodeBroker, paths } from '@ottla/coordination/cluster';
import type { EmbeddedStore } from '@ottla/coordination/embedded';
import { memoryStore } from '@ottla/coordination/embedded';
import type { MemoryPlatform } from '@ottla/platform/node';
import { createMemoryPlatform } from '@ottla/platform/node';
import type {
  LeaderAndIsrRequest,
  LeaderAndIsrResponse,
  StopReplicaRequest,
  StopReplicaResponse,
} from '@ottla/protocol';
import { ErrorCode } from '@ottla/protocol';
import type { BrokerChannel } from '../controller/broker-channel.ts';
import { ControlPlane } from '../controller/control-plane.task.ts';
import type { ReplicaOwner } from '../controller/controller-messages.task.ts';

/** Keeps what it was told, and says yes; `errors` makes it say no. */
export class RecordedReplicas implements ReplicaOwner {
  readonly leaderAndIsr: LeaderAndIsrRequest[] = [];
  readonly stopped: StopReplicaRequest[] = [];
  /** By `topic-partition`. */
  readonly errors = new Map<string, number>();

  /** The last state told of a partition. */
  state(topic: string, partition: number): StateOf | undefined {
    for (const request of [...this.leaderAndIsr].reverse()) {
      const found = request.topicStates
        .find(({ topicName }) => topicName === topic)
        ?.partitionStates.find(({ partitionIndex }) => partitionIndex === partition);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  becomeLeaderOrFollower(request: LeaderAndIsrRequest): LeaderAndIsrResponse {
    this.leaderAndIsr.push(request);
    return {
      errorCode: ErrorCode.NONE,
      partitionErrors: [],
      topics: request.topicStates.map(({ topicName, topicId, partitionStates }) => ({
        topicId,
        partitionErrors: partitionStates.map(({ partitionIndex }) => ({
          topicName,
          partitionIndex,
          errorCode: this.errors.get(`${topicName}-${partitionIndex}`) ?? ErrorCode.NONE,
        })),
      })),
    };
  }

  stopReplicas(request: StopReplicaRequest): StopReplicaResponse {
    this.stopped.push(request);
    return {
      errorCode: ErrorCode.NONE,
      partitionErrors: request.topicStates.flatMap(({ topicName, partitionStates }) =>
        partitionStates.map(({ partitionIndex }) => ({
          topicName,
          partitionIndex,
          errorCode: this.errors.get(`${topicName}-${partitionIndex}`) ?? ErrorCode.NONE,
        })),
      ),
    };
  }
}

type StateOf = LeaderAndIsrRequest['topicStates'][number]['partitionStates'][number];

/** To brokers that are not there. */
const SILENT_CHANNEL: BrokerChannel = {
  leaderAndIsr: () => new Promise(() => {}),
  stopReplica: () => new Promise(() => {}),
  updateMetadata: () => new Promise(() => {}),
  close: () => {},
};

export interface TestPlane {
  readonly platform: MemoryPlatform;
  readonly store: EmbeddedStore;
  /** The broker's own session. */
  readonly coordination: Coordination;
  /** Another session on the same tree: to look, and to meddle. */
  readonly other: Coordination;
  readonly config: DynamicBrokerConfig;
  readonly plane: ControlPlane;
  readonly replicas: RecordedReplicas;
  close(): Promise<void>;
}

export interface TestPlaneOptions {
  readonly properties?: Readonly<Record<string, string>>;
  readonly store?: EmbeddedStore;
  readonly uncleanStart?: boolean;
  readonly join?: boolean;
  /** As meta.properties would say. */
  readonly clusterId?: string;
}

/** A broker's control plane on a tree in memory, without logs or listeners. */
export async function startControlPlane(options: TestPlaneOptions = {}): Promise<TestPlane> {
  const platform = createMemoryPlatform({ log: { console: 'none' } });
  const store = options.store ?? memoryStore(platform.clock);
  const coordination = store.connect();
  const properties = new Map([['broker.id', '0'], ...Object.entries(options.properties ?? {})]);
  const config = new DynamicBrokerConfig(new BrokerConfig(properties));
  const known = options.clusterId === undefined ? {} : { clusterId: options.clusterId };
  const channelTo = (): BrokerChannel => SILENT_CHANNEL;
  const plane = await ControlPlane.open({ platform, coordination, config, brokerId: 0, channelTo, ...known });
  const replicas = new RecordedReplicas();
  if (options.join !== false) {
    await plane.join({
      replicas,
      endpoints: [{ listener: 'PLAINTEXT', securityProtocol: 'PLAINTEXT', host: 'localhost', port: 9092 }],
      interBrokerListener: 'PLAINTEXT',
      uncleanStart: options.uncleanStart ?? false,
    });
  }
  return {
    platform,
    store,
    coordination,
    other: store.connect(),
    config,
    plane,
    replicas,
    close: async () => {
      await plane.leave();
      await platform.close();
    },
  };
}

/** Registers another broker, of which nothing is heard. Close the session to let it go. */
export async function joinFakeBroker({ store }: TestPlane, id: number): Promise<Coordination> {
  const session = store.connect();
  const data = encodeBroker(
    {
      endpoints: [{ listener: 'PLAINTEXT', securityProtocol: 'PLAINTEXT', host: `host${id}`, port: 9092 }],
      rack: null,
      features: new Map(),
    },
    1,
  );
  await session.create(paths.brokerPath(id), data, { ephemeral: true });
  return session;
}

/** Lets the controller finish what a change of the store has set off. */
export async function settled({ plane, other }: TestPlane): Promise<void> {
  for (let round = 0; round < 5; round++) {
    await other.sync('/');
    await plane.controller.idle();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
