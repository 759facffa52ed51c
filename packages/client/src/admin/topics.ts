import { ErrorCode, isUuid, type MetadataResponse, type Uuid, ZERO_UUID } from '@ottla/protocol';
import { KafkaError } from '../errors.ts';
import { METADATA } from '../network/apis.ts';
import { metadataRequest } from '../network/refresher.ts';
import { CREATE_PARTITIONS, CREATE_TOPICS, DELETE_TOPICS } from './apis.ts';
import { type Calls, type Outcomes, outcome, settled } from './calls.ts';

export interface NewTopic {
  readonly name: string;
  /** Default: the broker's `num.partitions` (Kafka 2.4 or newer). */
  readonly partitions?: number | undefined;
  /** Default: the broker's `default.replication.factor`. */
  readonly replication?: number | undefined;
  /** Brokers of each partition, the leader first, instead of those two. */
  readonly assignments?: readonly (readonly number[])[] | undefined;
  readonly configs?: Readonly<Record<string, string | number | boolean>> | undefined;
}

export interface CreatedTopic {
  readonly name: string;
  readonly id: Uuid;
  /** -1 from brokers before 2.4, or who may not see it. */
  readonly partitions: number;
  readonly replication: number;
}

export interface TopicListing {
  readonly name: string;
  readonly id: Uuid;
  readonly isInternal: boolean;
}

export interface TopicDescription extends TopicListing {
  readonly partitions: readonly {
    readonly partition: number;
    /** -1: none. */
    readonly leader: number;
    readonly leaderEpoch: number;
    readonly replicas: readonly number[];
    readonly isr: readonly number[];
    readonly offline: readonly number[];
    /** KIP-966; undefined from brokers that do not tell. */
    readonly eligibleLeaderReplicas?: readonly number[] | undefined;
    readonly lastKnownEligibleReplicas?: readonly number[] | undefined;
  }[];
}

export interface NewPartitions {
  /** In all. */
  readonly count: number;
  /** Brokers of the new ones. */
  readonly assignments?: readonly (readonly number[])[] | undefined;
}

export async function createTopics(
  calls: Calls,
  topics: readonly NewTopic[],
  validateOnly: boolean,
): Promise<Map<string, CreatedTopic>> {
  const request = {
    topics: topics.map(({ name, partitions = -1, replication = -1, assignments = [], configs = {} }) => ({
      name,
      numPartitions: assignments.length > 0 ? -1 : partitions,
      replicationFactor: assignments.length > 0 ? -1 : replication,
      assignments: assignments.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
      configs: Object.entries(configs).map(([config, value]) => ({ name: config, value: String(value) })),
    })),
    timeoutMs: timeoutOf(calls),
    validateOnly,
  };
  const answer = await calls.controller(CREATE_TOPICS, request, (res) => res.topics.map(({ errorCode }) => errorCode));
  const outcomes: Outcomes<CreatedTopic> = new Map();
  for (const { name, topicId, errorCode, errorMessage, numPartitions, replicationFactor } of answer.topics) {
    const created = { name, id: topicId, partitions: numPartitions, replication: replicationFactor };
    outcomes.set(
      name,
      outcome(errorCode, errorMessage, { topic: name }, () => created),
    );
  }
  return settled(outcomes);
}

/** By name, or by id where it looks like one and `byId` says so. */
export async function deleteTopics(calls: Calls, topics: readonly string[], byId: boolean): Promise<void> {
  const timeoutMs = timeoutOf(calls);
  const answer = await calls.ask(
    DELETE_TOPICS,
    'controller',
    (version) => {
      if (byId) return { topics: topics.map((topicId) => ({ name: null, topicId })), timeoutMs };
      return version >= 6
        ? { topics: topics.map((name) => ({ name, topicId: ZERO_UUID })), timeoutMs }
        : { topicNames: topics, timeoutMs };
    },
    (res) => {
      if (res.responses.some(({ errorCode }) => errorCode === ErrorCode.NOT_CONTROLLER))
        throw KafkaError.ofCode(ErrorCode.NOT_CONTROLLER, null);
    },
    byId ? 6 : 0,
  );
  const outcomes: Outcomes<true> = new Map();
  for (const { name, topicId, errorCode, errorMessage } of answer.responses) {
    const known = name ?? topicId;
    outcomes.set(
      known,
      outcome(errorCode, errorMessage, { topic: known }, () => true),
    );
  }
  settled(outcomes);
}

export async function createPartitions(
  calls: Calls,
  topics: Readonly<Record<string, number | NewPartitions>>,
  validateOnly: boolean,
): Promise<void> {
  const request = {
    topics: Object.entries(topics).map(([name, wanted]) => {
      const { count, assignments } = typeof wanted === 'number' ? { count: wanted } : wanted;
      return { name, count, assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null };
    }),
    timeoutMs: timeoutOf(calls),
    validateOnly,
  };
  const answer = await calls.controller(CREATE_PARTITIONS, request, (res) => res.results.map((each) => each.errorCode));
  const outcomes: Outcomes<true> = new Map();
  for (const { name, errorCode, errorMessage } of answer.results)
    outcomes.set(
      name,
      outcome(errorCode, errorMessage, { topic: name }, () => true),
    );
  settled(outcomes);
}

export async function listTopics(calls: Calls, includeInternal: boolean): Promise<TopicListing[]> {
  const answer = await calls.ask(METADATA, 'any', (version) => metadataRequest(version, null, false));
  return answer.topics
    .filter(({ errorCode, isInternal }) => errorCode === ErrorCode.NONE && (includeInternal || !isInternal))
    .map(({ name, topicId, isInternal }) => ({ name: name ?? '', id: topicId, isInternal }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Names, or ids of brokers from 2.8 on (`byId`). */
export async function describeTopics(
  calls: Calls,
  topics: readonly string[],
  byId: boolean,
): Promise<Map<string, TopicDescription>> {
  if (topics.length === 0) return new Map();
  if (byId && !topics.every(isUuid)) throw new KafkaError('INVALID_ARGUMENT', 'byId: topic ids are needed');
  const answer = await calls.ask(
    METADATA,
    'any',
    (version) =>
      byId
        ? { topics: topics.map((topicId) => ({ name: null, topicId })), allowAutoTopicCreation: false }
        : metadataRequest(version, topics, false),
    (res) => {
      // A topic that was just made may not be known everywhere.
      const busy = res.topics.find(({ errorCode }) => errorCode === ErrorCode.LEADER_NOT_AVAILABLE);
      if (busy !== undefined) throw KafkaError.ofCode(busy.errorCode, null, { topic: busy.name ?? busy.topicId });
    },
    byId ? 12 : 0,
  );
  const outcomes: Outcomes<TopicDescription> = new Map();
  for (const topic of answer.topics) {
    const key = byId ? topic.topicId : (topic.name ?? '');
    outcomes.set(
      key,
      outcome(topic.errorCode, null, { topic: key, retriable: false }, () => describe(topic)),
    );
  }
  return settled(outcomes);
}

function describe({ name, topicId, isInternal, partitions }: MetadataResponse['topics'][number]): TopicDescription {
  return {
    name: name ?? '',
    id: topicId,
    isInternal,
    partitions: partitions
      .map(({ partitionIndex, leaderId, leaderEpoch, replicaNodes, isrNodes, offlineReplicas }) => ({
        partition: partitionIndex,
        leader: leaderId,
        leaderEpoch,
        replicas: replicaNodes,
        isr: isrNodes,
        offline: offlineReplicas,
      }))
      .toSorted((a, b) => a.partition - b.partition),
  };
}

/** What the broker may take: what is left of ours, as its field can hold it. */
export function timeoutOf(calls: Calls): number {
  return Math.ceil(Math.max(1, Math.min(calls.op.remainingMs(), calls.cluster.options.requestTimeoutMs)));
}
