import type { Coordination } from '@ottla/coordination';
import type { BrokerEndpoint } from '@ottla/coordination/cluster';
import type { Platform } from '@ottla/platform';
import { Logger } from '@ottla/platform';
import type { BrokerConfig } from '../config/broker-config.ts';
import { ConfigAdmin } from '../config/config-admin.ts';
import { ZnodeOffsets } from '../coordinator/group/znode-offsets.task.ts';
import { MetadataCache } from '../metadata/metadata-cache.ts';
import { MetadataWaiters } from '../metadata/metadata-waiters.ts';
import type { BrokerChannel, ChannelFactory } from './broker-channel.ts';
import { createPersistentPaths, getOrCreateClusterId, registerBroker } from './broker-registration.task.ts';
import { Controller } from './controller.task.ts';
import type { ReplicaOwner } from './controller-messages.task.ts';
import { ControllerMessages } from './controller-messages.task.ts';
import { LocalChannel } from './local-channel.task.ts';
import { LogDirEvents } from './log-dir-events.task.ts';
import { ProducerIdManager } from './producer-id-manager.ts';
import { TopicAdmin } from './topic-admin.ts';

export interface ControlPlaneOptions {
  readonly platform: Platform;
  readonly coordination: Coordination;
  readonly config: BrokerConfig;
  readonly brokerId: number;
  /** From meta.properties; the cluster's own id wins, and the caller refuses a folder of another cluster. */
  readonly clusterId?: string;
  /** The way to other brokers; without it this broker is alone. */
  readonly channelTo?: ChannelFactory;
}

export interface JoinOptions {
  readonly replicas: ReplicaOwner;
  /** As bound and advertised: real ports. */
  readonly endpoints: readonly BrokerEndpoint[];
  readonly interBrokerListener: string;
  /** The last run left no clean-shutdown mark. */
  readonly uncleanStart: boolean;
}

/**
 * This broker's part in the cluster: what it knows (metadata, properties), what it asks of the controller, and the
 * controller itself while it is elected. `open` before logs are loaded, `join` when the listeners are bound.
 */
export class ControlPlane {
  readonly clusterId: string;
  readonly metadata: MetadataCache;
  readonly configs: ConfigAdmin;
  readonly admin: TopicAdmin;
  readonly producerIds: ProducerIdManager;
  readonly znodeOffsets: ZnodeOffsets;
  readonly controller: Controller;
  readonly logDirEvents: LogDirEvents;
  readonly #options: ControlPlaneOptions;
  readonly #waiters: MetadataWaiters;
  #messages: ControllerMessages | undefined;
  #channel: LocalChannel | undefined;
  #interBrokerListener = '';
  #brokerEpoch = -1;
  #uncleanStart = false;

  private constructor(options: ControlPlaneOptions, clusterId: string) {
    const { platform, coordination, config, brokerId } = options;
    const { clock, crypto, random, log } = platform;
    this.#options = options;
    this.clusterId = clusterId;
    this.metadata = new MetadataCache(clusterId);
    this.#waiters = new MetadataWaiters(this.metadata, clock);
    this.configs = new ConfigAdmin({
      brokerId,
      coordination,
      config,
      metadata: this.metadata,
      clock,
      logger: new Logger(log, 'kafka.server.ZkConfigManager'),
    });
    this.producerIds = new ProducerIdManager(brokerId, coordination);
    this.znodeOffsets = new ZnodeOffsets(coordination);
    this.logDirEvents = new LogDirEvents(coordination, brokerId, platform);
    this.controller = new Controller({
      settings: this.#settings(),
      coordination,
      clock,
      crypto,
      logger: new Logger(log, 'kafka.controller.KafkaController', `[Controller id=${brokerId}] `),
      openChannel: (id) => this.#openChannel(id),
      isUncleanStart: () => this.#uncleanStart,
      onTopicDeletion: () => this.#waiters.wake(),
    });
    this.admin = new TopicAdmin({
      coordination,
      controller: this.controller,
      metadata: this.metadata,
      waiters: this.#waiters,
      configs: this.configs,
      config,
      clock,
      random,
      crypto,
      logger: new Logger(log, 'kafka.zk.AdminZkClient'),
    });
  }

  /** Makes Kafka's folders, finds or makes the cluster id, and loads the properties of brokers and topics. */
  static async open(options: ControlPlaneOptions): Promise<ControlPlane> {
    const { coordination, platform } = options;
    const made = createPersistentPaths(coordination);
    const clusterId = await getOrCreateClusterId(coordination, platform.crypto, options.clusterId);
    await made;
    const plane = new ControlPlane(options, clusterId);
    await plane.configs.start();
    return plane;
  }

  /** -1 until `join`. */
  get brokerEpoch(): number {
    return this.#brokerEpoch;
  }

  /** What the controller's messages are given to: in process, and from the network in a cluster of several. */
  get messages(): ControllerMessages | undefined {
    return this.#messages;
  }

  /** Registers the broker and takes part in elections. Resolves when a reign that began here has told its brokers. */
  async join(options: JoinOptions): Promise<void> {
    const { coordination, platform, brokerId, config } = this.#options;
    this.#interBrokerListener = options.interBrokerListener;
    this.#uncleanStart = options.uncleanStart;
    this.#messages = new ControllerMessages(options.replicas, this.metadata, this.configs, () => this.#brokerEpoch);
    this.#brokerEpoch = await registerBroker(coordination, platform.clock, brokerId, {
      endpoints: options.endpoints,
      rack: config.nullableString('broker.rack'),
      features: new Map(),
    });
    await this.controller.start();
    await this.#channel?.idle();
    await this.#waiters.wait(() => this.metadata.isAlive(brokerId), FIRST_METADATA_MS_MAX);
  }

  /** Leaves the cluster: controllership, then the registration with the session. */
  async leave(): Promise<void> {
    this.logDirEvents.close();
    await this.controller.stop();
    await this.#options.coordination.close();
    this.#waiters.close();
    this.configs.stop();
  }

  #settings(): Controller['settings'] {
    const { brokerId, config } = this.#options;
    const listener = (): string => this.#interBrokerListener;
    return {
      brokerId,
      get interBrokerListener() {
        return listener();
      },
      deleteTopicEnable: () => config.boolean('delete.topic.enable'),
      uncleanLeaderElectionEnable: () => config.boolean('unclean.leader.election.enable'),
      autoLeaderRebalanceEnable: () => config.boolean('auto.leader.rebalance.enable'),
      leaderImbalanceCheckIntervalSeconds: () => Number(config.long('leader.imbalance.check.interval.seconds')),
      leaderImbalancePerBrokerPercentage: () => config.int('leader.imbalance.per.broker.percentage'),
    };
  }

  #openChannel(id: number): BrokerChannel {
    const { brokerId, channelTo } = this.#options;
    if (id !== brokerId && channelTo !== undefined) return channelTo(id);
    if (id !== brokerId || this.#messages === undefined) {
      throw new Error(`there is no way to broker ${id} from broker ${brokerId}`);
    }
    this.#channel = new LocalChannel(this.#messages);
    return this.#channel;
  }
}

/** How long a broker waits for the controller's first word before it goes on without, ms. */
const FIRST_METADATA_MS_MAX = 5000;
