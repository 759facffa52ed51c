import { INTERNAL_TOPICS, topicNameError } from '@ottla/common';
import type { Coordination } from '@ottla/coordination';
import type { BrokerRack } from '@ottla/coordination/cluster';
import type { Clock, Crypto, Logger, Random } from '@ottla/platform';
import { ErrorCode } from '@ottla/protocol';
import type { BrokerConfig } from '../config/broker-config.ts';
import type { ConfigAdmin } from '../config/config-admin.ts';
import type { MetadataCache } from '../metadata/metadata-cache.ts';
import type { MetadataWaiters } from '../metadata/metadata-waiters.ts';
import type { ApiError } from './api-error.ts';
import type { Controller } from './controller.task.ts';
import { createPartitions } from './create-partitions.task.ts';
import { createTopics } from './create-topics.task.ts';
import { deleteTopics } from './delete-topics.task.ts';
import { electLeaders } from './elect-leaders.task.ts';
import { internalTopic } from './internal-topics.ts';
import type { ElectionResult, RequestedElection } from './leader-elections.task.ts';
import type { NewTopic, PartitionGrowth } from './new-topics.ts';
import { UNSET } from './new-topics.ts';
import type { OngoingReassignment, ReassignmentRequest, ReassignmentResult } from './reassignments.task.ts';
import type { TopicPartition } from './topic-partition.ts';

/** What the owners of admin requests share. */
export interface AdminDeps {
  readonly coordination: Coordination;
  readonly controller: Controller;
  readonly metadata: MetadataCache;
  readonly waiters: MetadataWaiters;
  readonly configs: ConfigAdmin;
  readonly config: BrokerConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly crypto: Crypto;
  readonly logger: Logger;
}

export interface CreatedTopic extends ApiError {
  readonly name: string;
  readonly topicId: string;
  readonly numPartitions: number;
  readonly replicationFactor: number;
  /** Overrides as they were asked for; what DescribeConfigs would show follows from them. */
  readonly overrides: ReadonlyMap<string, string>;
}

/** Topics automatically created at a time; more are refused until some are done. */
const AUTO_CREATIONS_MAX = 1000;

/**
 * Creates, deletes and grows topics, moves leaders and replicas: what clients ask of the controller (ZkAdminManager and
 * the KafkaController's API events). Promises settle when the metadata cache shows the result, or at the timeout.
 */
export class TopicAdmin {
  readonly #deps: AdminDeps;
  readonly #creating = new Map<string, Promise<ErrorCode>>();

  constructor(deps: AdminDeps) {
    this.#deps = deps;
  }

  /** Most admin requests are answered by the controller only: others answer NOT_CONTROLLER. */
  get isController(): boolean {
    return this.#deps.controller.active !== undefined;
  }

  /** Answers in the order of `topics`. */
  createTopics(
    topics: readonly NewTopic[],
    options: { readonly timeoutMs: number; readonly validateOnly: boolean },
  ): Promise<CreatedTopic[]> {
    return createTopics(this.#deps, topics, options);
  }

  /** Answers in the order of `names`. */
  deleteTopics(names: readonly string[], timeoutMs: number): Promise<(ApiError & { readonly name: string })[]> {
    return deleteTopics(this.#deps, names, timeoutMs);
  }

  createPartitions(
    growth: readonly PartitionGrowth[],
    options: { readonly timeoutMs: number; readonly validateOnly: boolean },
  ): Promise<(ApiError & { readonly topic: string })[]> {
    return createPartitions(this.#deps, growth, options);
  }

  /** `partitions` null: all. NOT_CONTROLLER as the only answer's error when this broker is not the controller. */
  electLeaders(
    kind: RequestedElection,
    partitions: readonly TopicPartition[] | null,
    timeoutMs: number,
  ): Promise<ElectionResult[] | ErrorCode> {
    return electLeaders(this.#deps, kind, partitions, timeoutMs);
  }

  /** Undefined: not the controller. */
  alterReassignments(
    requests: readonly ReassignmentRequest[],
    allowReplicationFactorChange: boolean,
  ): Promise<ReassignmentResult[] | undefined> {
    return this.#deps.controller.withReign('ApiPartitionReassignment', ({ reassignments }) =>
      reassignments.alter(requests, allowReplicationFactorChange),
    );
  }

  /** As far as the controller here knows. */
  isBeingDeleted(topic: string): boolean {
    return this.#deps.controller.active?.reign.context.topics.get(topic)?.deleting === true;
  }

  /** Undefined: not the controller. */
  listReassignments(wanted: readonly TopicPartition[] | null): Promise<OngoingReassignment[] | undefined> {
    return this.#deps.controller.withReign('ListPartitionReassignments', ({ reassignments }) =>
      Promise.resolve(reassignments.list(wanted)),
    );
  }

  /** Makes an internal topic with Kafka's settings for it, if it is not there or under way. Nobody waits: clients ask again. */
  createInternalTopic(name: string): void {
    void this.autoCreate(name);
  }

  /**
   * Makes a topic that a client named (`auto.create.topics.enable` is the caller's to ask). Resolves to what Metadata
   * says of it meanwhile: LEADER_NOT_AVAILABLE, or why it cannot be.
   */
  autoCreate(name: string): Promise<ErrorCode> {
    const running = this.#creating.get(name);
    if (running !== undefined) return running;
    if (topicNameError(name) !== undefined) return Promise.resolve(ErrorCode.INVALID_TOPIC_EXCEPTION);
    if (this.#creating.size >= AUTO_CREATIONS_MAX) return Promise.resolve(ErrorCode.LEADER_NOT_AVAILABLE);
    const topic = this.#newTopic(name);
    const created = createTopics(this.#deps, [topic], { timeoutMs: 0, validateOnly: false })
      .then(([result]) => result?.error ?? ErrorCode.UNKNOWN_SERVER_ERROR)
      .catch((error: unknown) => {
        this.#deps.logger.error(`Topic ${name} can't be created automatically`, error);
        return ErrorCode.UNKNOWN_SERVER_ERROR;
      })
      .then((error) => {
        this.#creating.delete(name);
        const isUnderWay = error === ErrorCode.TOPIC_ALREADY_EXISTS || error === ErrorCode.REQUEST_TIMED_OUT;
        return isUnderWay || error === ErrorCode.NONE ? ErrorCode.LEADER_NOT_AVAILABLE : error;
      });
    this.#creating.set(name, created);
    return created;
  }

  #newTopic(name: string): NewTopic {
    const { config } = this.#deps;
    const configs = INTERNAL_TOPICS.has(name) ? internalTopic(name, config) : undefined;
    return {
      name,
      numPartitions: configs?.partitions ?? config.int('num.partitions'),
      replicationFactor: configs?.replicationFactor ?? config.int('default.replication.factor'),
      assignments: [],
      configs: configs?.configs ?? [],
    };
  }
}

/** Live brokers with their racks, by id. */
export function liveRacks(metadata: MetadataCache): BrokerRack[] {
  return [...metadata.liveBrokers()].map(({ id, rack }) => ({ id, rack }));
}

export { UNSET };
