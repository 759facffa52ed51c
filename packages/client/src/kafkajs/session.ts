/** One life of a kafkajs consumer in its group: from `run` to `stop` or a crash. */
import { deferred } from '@ottla/common';
import { ConsumerCore } from '../consumer/consumer-core.ts';
import { consumerSettings, type JoinedGroup } from '../consumer/options.ts';
import type { Cluster } from '../network/cluster.ts';
import { topic as untyped } from '../serdes/index.ts';
import { assignorOf, type PartitionAssigner } from './assigner.ts';
import { assign } from './assigner-protocol.ts';
import { ClusterView } from './cluster-view.ts';
import type {
  ConsumerConfig,
  ConsumerPayloads,
  ConsumerRunConfig,
  IMemberAssignment,
  TopicPartitions,
} from './consumer-types.ts';
import type { Events } from './events.ts';
import type { GroupProgress } from './group-progress.ts';
import { IdleFetches } from './idle-fetches.ts';
import type { Link } from './link.ts';
import type { Logger } from './logger.ts';
import { OffsetManager } from './offset-manager.ts';
import { Pauses, Seeks } from './placed-state.ts';
import type { Offsets } from './producer-types.ts';
import { BatchRunner } from './runner.ts';

export interface SessionOptions {
  readonly link: Link;
  readonly config: Required<Omit<ConsumerConfig, 'retry' | 'metadataMaxAge' | 'maxInFlightRequests'>>;
  readonly run: ConsumerRunConfig;
  /** Where each topic starts. */
  readonly topics: ReadonlyMap<string, { readonly fromBeginning: boolean }>;
  readonly assigners: readonly PartitionAssigner[];
  readonly events: Events<ConsumerPayloads>;
  readonly logger: Logger;
  readonly groups: GroupProgress;
}

/** For the request that leaves the group: who cannot be told finds out by himself. */
const CLOSE_TIMEOUT_MS = 5_000;

export class Session {
  readonly seeks = new Seeks();
  readonly #pauses = new Pauses();
  readonly #options: SessionOptions;
  #core: ConsumerCore | undefined;
  #offsets: OffsetManager | undefined;
  #runner: BatchRunner | undefined;
  #isStopped = false;
  #leaveProgress: () => void = () => {};
  #idle: IdleFetches | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Resolves when the group is joined, or nothing comes of it. `crashed`: told what ends the session. */
  async start(crashed: (error: unknown) => void): Promise<void> {
    const { link, events, logger } = this.#options;
    const joined = deferred();
    try {
      const { cluster } = await link.connect();
      events.emit('consumer.connect', null);
      if (this.#isStopped) return;
      const core = this.#open(cluster, joined.resolve);
      const runner = new BatchRunner({
        core,
        config: this.#options.run,
        offsets: this.#offsets ?? this.#offsetManager(core),
        seeks: this.seeks,
        pauses: this.#pauses,
        events,
        logger: logger.namespace('Runner'),
        retry: link.retry,
        pause: (topic, partition) => this.pause(topic, [partition]),
        resume: (topic, partition) => this.resume(topic, [partition]),
      });
      this.#runner = runner;
      void runner
        .run()
        .catch((error: unknown) => {
          if (!this.#isStopped) crashed(error);
        })
        .finally(() => joined.resolve());
      await joined.promise;
    } catch (error) {
      crashed(error);
    }
  }

  /** Ends the handlers, commits, leaves the group. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#leaveProgress();
    this.#idle?.stop();
    await this.#runner?.stop();
    await this.#core?.close(CLOSE_TIMEOUT_MS);
  }

  get isRunning(): boolean {
    return this.#runner?.isRunning === true;
  }

  async commit(offsets: Offsets): Promise<void> {
    await this.#offsets?.commit(offsets);
  }

  wake(): void {
    this.#core?.wake();
  }

  pause(topic: string, partitions?: readonly number[]): void {
    this.#pauses.pause(topic, partitions);
    this.#applyPauses();
  }

  resume(topic: string, partitions?: readonly number[]): void {
    const assigned = (this.#core?.state.list() ?? []).filter((place) => place.topic === topic);
    this.#pauses.resume(
      topic,
      partitions,
      assigned.map(({ partition }) => partition),
    );
    this.#applyPauses();
    this.#core?.wake();
  }

  paused(): TopicPartitions[] {
    const paused = (this.#core?.state.list() ?? []).filter(({ topic, partition }) =>
      this.#pauses.has(topic, partition),
    );
    return Object.entries(byTopic(paused)).map(([topic, partitions]) => ({ topic, partitions }));
  }

  #applyPauses(): void {
    for (const assigned of this.#core?.state.partitions.values() ?? [])
      assigned.isPaused = this.#pauses.has(assigned.topic.name, assigned.partition);
  }

  #open(cluster: Cluster, joined: () => void): ConsumerCore {
    const { config, topics, link, assigners, events, logger, groups, run } = this.#options;
    const { groupId } = config;
    const view = new ClusterView(link);
    const names = [...topics.keys()];
    const core = new ConsumerCore(
      cluster,
      consumerSettings({
        group: groupId,
        protocol: 'classic',
        assignors: assigners.map((make) =>
          assignorOf(
            make({ cluster: view, groupId, logger }),
            () => names,
            () => cluster.refresh(names, { allowAutoTopicCreation: config.allowAutoTopicCreation }),
          ),
        ),
        isolation: config.readUncommitted ? 'read_uncommitted' : 'read_committed',
        autoCommit: false,
        onReset: (topic) => (topics.get(topic)?.fromBeginning === true ? 'earliest' : 'latest'),
        onAssigned: () => this.#applyPauses(),
        onRevoked: () => this.#runner?.revoked(),
        onLost: () => {},
        sessionTimeoutMs: config.sessionTimeout,
        heartbeatIntervalMs: config.heartbeatInterval,
        maxPollIntervalMs: config.rebalanceTimeout,
        fetchMinBytes: config.minBytes,
        fetchMaxBytes: config.maxBytes,
        fetchMaxWaitMs: config.maxWaitTimeInMs,
        maxPartitionFetchBytes: config.maxBytesPerPartition,
        rack: config.rackId,
        allowAutoTopicCreation: config.allowAutoTopicCreation,
        observer: {
          rebalancing: () => events.emit('consumer.rebalancing', { groupId, memberId: core.member?.memberId ?? '' }),
          joined: (group) => {
            this.#joined(group);
            joined();
          },
          heartbeat: () => events.emit('consumer.heartbeat', this.#member(core)),
          fetching: (nodeId) => events.emit('consumer.fetch_start', { nodeId }),
          fetched: (nodeId, numberOfBatches, duration) =>
            events.emit('consumer.fetch', { nodeId, numberOfBatches, duration }),
          foreignTopics: (assignedTopics, foreign) => {
            const payload = {
              groupId,
              generationId: core.member?.generationId ?? -1,
              memberId: core.member?.memberId ?? '',
              assignedTopics: [...assignedTopics],
              topicsSubscribed: names,
              topicsNotSubscribed: [...foreign],
            };
            events.emit('consumer.received_unsubscribed_topics', payload);
            logger.warn('Consumer group received unsubscribed topics', payload);
          },
        },
      }),
    );
    this.#core = core;
    this.#offsets = this.#offsetManager(core, run);
    this.#leaveProgress = groups.join(groupId, this.#offsets);
    this.#idle = new IdleFetches(cluster.clock, events, config.maxWaitTimeInMs, () =>
      [...core.state.partitions.values()].every(({ isPaused }) => isPaused) ? [...cluster.metadata.brokers.keys()] : [],
    );
    core.state.setMode('topics');
    core.state.declare(names.map((name) => untyped(name)));
    core.topics.subscribed();
    return core;
  }

  #offsetManager(core: ConsumerCore, run: ConsumerRunConfig = this.#options.run): OffsetManager {
    return new OffsetManager({
      core,
      autoCommit: run.autoCommit ?? true,
      intervalMs: run.autoCommitInterval ?? null,
      threshold: run.autoCommitThreshold ?? null,
      committed: (topics) => this.#options.events.emit('consumer.commit_offsets', { ...this.#member(core), topics }),
    });
  }

  #joined({ memberId, leaderId, protocol, assignment, durationMs }: JoinedGroup): void {
    const { config, events, logger } = this.#options;
    this.#runner?.joined();
    this.#idle?.start();
    const payload = {
      groupId: config.groupId,
      memberId,
      leaderId,
      isLeader: memberId === leaderId,
      memberAssignment: byTopic(assignment),
      groupProtocol: protocol,
      duration: durationMs,
    };
    events.emit('consumer.group_join', payload);
    logger.namespace('ConsumerGroup').info('Consumer has joined the group', payload);
  }

  #member(core: ConsumerCore): ConsumerPayloads['consumer.heartbeat'] {
    return {
      groupId: this.#options.config.groupId,
      memberId: core.member?.memberId ?? '',
      groupGenerationId: core.member?.generationId ?? -1,
    };
  }
}

function byTopic(places: readonly { readonly topic: string; readonly partition: number }[]): IMemberAssignment {
  const topics: IMemberAssignment = {};
  for (const { topic, partition } of places) assign(topics, topic, partition);
  return topics;
}
