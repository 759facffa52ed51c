import { clampToNumber, ErrorCode } from '@ottla/protocol';
import { groupByTopic, partitionName } from '../consumer/topic-partition.ts';
import { checkCode, KafkaError } from '../errors.ts';
import { API_VERSIONS, METADATA } from '../network/apis.ts';
import type { TopicPartition } from '../records.ts';
import {
  ALTER_PARTITION_REASSIGNMENTS,
  ALTER_REPLICA_LOG_DIRS,
  DESCRIBE_CLUSTER,
  DESCRIBE_LOG_DIRS,
  ELECT_LEADERS,
  LIST_PARTITION_REASSIGNMENTS,
  UPDATE_FEATURES,
} from './apis.ts';
import { type Calls, type Outcomes, outcome, settled } from './calls.ts';
import { timeoutOf } from './topics.ts';

export interface ClusterDescription {
  readonly clusterId: string | null;
  /** -1: none. */
  readonly controller: number;
  readonly brokers: readonly {
    readonly id: number;
    readonly host: string;
    readonly port: number;
    readonly rack: string | null;
  }[];
}

export async function describeCluster(calls: Calls): Promise<ClusterDescription> {
  const versions = await calls.op.retry(() => calls.cluster.versions('any', { signal: calls.op.signal }));
  if (versions.pick(DESCRIBE_CLUSTER) === undefined) {
    // Before Kafka 2.8 the metadata says the same.
    const old = await calls.ask(METADATA, 'any', { topics: [] });
    const brokers = old.brokers.map(({ nodeId: id, host, port, rack }) => ({ id, host, port, rack }));
    return { clusterId: old.clusterId, controller: old.controllerId, brokers };
  }
  const answer = await calls.ask(DESCRIBE_CLUSTER, 'any', { includeClusterAuthorizedOperations: false }, (res) =>
    checkCode(res.errorCode, res.errorMessage),
  );
  const brokers = answer.brokers.map(({ brokerId: id, host, port, rack }) => ({ id, host, port, rack }));
  return {
    clusterId: answer.clusterId,
    controller: answer.controllerId,
    brokers: brokers.toSorted((a, b) => a.id - b.id),
  };
}

export interface LogDirDescription {
  readonly path: string;
  readonly error: KafkaError | undefined;
  /** Of the disk; undefined before Kafka 3.3. */
  readonly totalBytes: number | undefined;
  readonly usableBytes: number | undefined;
  readonly replicas: readonly (TopicPartition & {
    readonly sizeBytes: number;
    readonly offsetLag: number;
    /** It will replace the one in another directory. */
    readonly isFuture: boolean;
  })[];
}

/** By broker. Default: all partitions of all brokers. */
export async function describeLogDirs(
  calls: Calls,
  brokers: readonly number[] | undefined,
  partitions: readonly TopicPartition[] | undefined,
): Promise<Map<number, LogDirDescription[]>> {
  const nodes = brokers ?? (await calls.brokers());
  const topics = partitions === undefined ? null : groupByTopic(partitions);
  const described = await Promise.all(
    nodes.map(async (node): Promise<[number, LogDirDescription[]]> => {
      const answer = await calls.ask(DESCRIBE_LOG_DIRS, node, { topics }, (res) =>
        checkCode(res.errorCode, null, { broker: node }),
      );
      return [node, answer.results.map((each) => logDir(each, node))];
    }),
  );
  return new Map(described);
}

function logDir(
  each: {
    readonly errorCode: number;
    readonly logDir: string;
    readonly totalBytes: number | bigint;
    readonly usableBytes: number | bigint;
    readonly topics: readonly {
      readonly name: string;
      readonly partitions: readonly {
        readonly partitionIndex: number;
        readonly partitionSize: number | bigint;
        readonly offsetLag: number | bigint;
        readonly isFutureKey: boolean;
      }[];
    }[];
  },
  node: number,
): LogDirDescription {
  return {
    path: each.logDir,
    error: each.errorCode === ErrorCode.NONE ? undefined : KafkaError.ofCode(each.errorCode, null, { broker: node }),
    totalBytes: each.totalBytes < 0 ? undefined : clampToNumber(each.totalBytes),
    usableBytes: each.usableBytes < 0 ? undefined : clampToNumber(each.usableBytes),
    replicas: each.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, partitionSize, offsetLag, isFutureKey }) => ({
        topic: name,
        partition: partitionIndex,
        sizeBytes: clampToNumber(partitionSize),
        offsetLag: clampToNumber(offsetLag),
        isFuture: isFutureKey,
      })),
    ),
  };
}

/** Moves replicas between the directories of their broker. */
export async function alterReplicaLogDirs(
  calls: Calls,
  moves: readonly (TopicPartition & { readonly broker: number; readonly path: string })[],
): Promise<void> {
  const outcomes: Outcomes<true> = new Map();
  for (const node of new Set(moves.map(({ broker }) => broker))) {
    const own = moves.filter(({ broker }) => broker === node);
    const dirs = [...new Set(own.map(({ path }) => path))].map((path) => ({
      path,
      topics: groupByTopic(own.filter((move) => move.path === path)).map(({ topic, partitions }) => ({
        name: topic,
        partitions,
      })),
    }));
    const answer = await calls.ask(ALTER_REPLICA_LOG_DIRS, node, { dirs });
    for (const { topicName: topic, partitions } of answer.results)
      for (const { partitionIndex: partition, errorCode } of partitions)
        outcomes.set(
          `${partitionName(topic, partition)} on ${node}`,
          outcome(errorCode, null, { topic, partition, broker: node }, () => true),
        );
  }
  settled(outcomes);
}

/** `unclean` may elect a replica that lacks acknowledged records. Default: all partitions that need it. */
export async function electLeaders(
  calls: Calls,
  type: 'preferred' | 'unclean',
  partitions: readonly TopicPartition[] | undefined,
): Promise<TopicPartition[]> {
  const request = {
    topicPartitions: partitions === undefined ? null : groupByTopic(partitions),
    timeoutMs: timeoutOf(calls),
  };
  const answer = await calls.ask(
    ELECT_LEADERS,
    'controller',
    (version) => (version >= 1 ? { ...request, electionType: type === 'preferred' ? 0 : 1 } : request),
    (res) => checkCode(res.errorCode),
    type === 'unclean' ? 1 : 0,
  );
  const elected: TopicPartition[] = [];
  const outcomes: Outcomes<true> = new Map();
  for (const { topic, partitionResult } of answer.replicaElectionResults)
    for (const { partitionId: partition, errorCode, errorMessage } of partitionResult) {
      if (errorCode === ErrorCode.NONE) elected.push({ topic, partition });
      else if (errorCode !== ErrorCode.ELECTION_NOT_NEEDED)
        outcomes.set(
          partitionName(topic, partition),
          outcome(errorCode, errorMessage, { topic, partition }, () => true),
        );
    }
  settled(outcomes);
  return elected;
}

/** `replicas` null: cancels the reassignment. */
export async function alterPartitionReassignments(
  calls: Calls,
  reassignments: readonly (TopicPartition & { readonly replicas: readonly number[] | null })[],
): Promise<void> {
  const replicas = new Map(reassignments.map((each) => [partitionName(each.topic, each.partition), each.replicas]));
  const request = {
    timeoutMs: timeoutOf(calls),
    topics: groupByTopic(reassignments).map(({ topic, partitions }) => ({
      name: topic,
      partitions: partitions.map((partitionIndex) => ({
        partitionIndex,
        replicas: replicas.get(partitionName(topic, partitionIndex)) ?? null,
      })),
    })),
  };
  const answer = await calls.ask(ALTER_PARTITION_REASSIGNMENTS, 'controller', request, (res) =>
    checkCode(res.errorCode, res.errorMessage),
  );
  const outcomes: Outcomes<true> = new Map();
  for (const { name: topic, partitions } of answer.responses)
    for (const { partitionIndex: partition, errorCode, errorMessage } of partitions)
      outcomes.set(
        partitionName(topic, partition),
        outcome(errorCode, errorMessage, { topic, partition }, () => true),
      );
  settled(outcomes);
}

export interface Reassignment extends TopicPartition {
  readonly replicas: readonly number[];
  readonly adding: readonly number[];
  readonly removing: readonly number[];
}

/** Those under way: of these partitions, or all. */
export async function listPartitionReassignments(
  calls: Calls,
  partitions: readonly TopicPartition[] | undefined,
): Promise<Reassignment[]> {
  const topics =
    partitions === undefined
      ? null
      : groupByTopic(partitions).map(({ topic, partitions: list }) => ({ name: topic, partitionIndexes: list }));
  const request = { timeoutMs: timeoutOf(calls), topics };
  const answer = await calls.ask(LIST_PARTITION_REASSIGNMENTS, 'controller', request, (res) =>
    checkCode(res.errorCode, res.errorMessage),
  );
  return answer.topics.flatMap(({ name: topic, partitions: list }) =>
    list.map(({ partitionIndex: partition, replicas, addingReplicas: adding, removingReplicas: removing }) => ({
      topic,
      partition,
      replicas,
      adding,
      removing,
    })),
  );
}

export interface FeatureDescription {
  readonly finalized: Readonly<Record<string, { readonly min: number; readonly max: number }>>;
  /** Undefined: nothing was ever finalized. */
  readonly finalizedEpoch: number | undefined;
  /** Of the broker that was asked. */
  readonly supported: Readonly<Record<string, { readonly min: number; readonly max: number }>>;
}

export async function describeFeatures(calls: Calls): Promise<FeatureDescription> {
  const software = { clientSoftwareName: 'ottla', clientSoftwareVersion: '0.1.0' };
  const answer = await calls.ask(
    API_VERSIONS,
    'any',
    (version) => (version >= 3 ? software : {}),
    (res) => checkCode(res.errorCode),
  );
  const epoch = clampToNumber(answer.finalizedFeaturesEpoch);
  return {
    finalized: Object.fromEntries(
      answer.finalizedFeatures.map(({ name, minVersionLevel: min, maxVersionLevel: max }) => [name, { min, max }]),
    ),
    finalizedEpoch: epoch < 0 ? undefined : epoch,
    supported: Object.fromEntries(
      answer.supportedFeatures.map(({ name, minVersion: min, maxVersion: max }) => [name, { min, max }]),
    ),
  };
}

const UPGRADE_TYPES = { upgrade: 1, 'safe-downgrade': 2, 'unsafe-downgrade': 3 } as const;

/** Level 0 takes a feature away. */
export async function updateFeatures(
  calls: Calls,
  updates: Readonly<Record<string, { readonly level: number; readonly type?: keyof typeof UPGRADE_TYPES | undefined }>>,
  validateOnly: boolean,
): Promise<void> {
  const answer = await calls.ask(
    UPDATE_FEATURES,
    'controller',
    (version) => ({
      timeoutMs: timeoutOf(calls),
      featureUpdates: Object.entries(updates).map(([feature, { level: maxVersionLevel, type = 'upgrade' }]) =>
        version >= 1
          ? { feature, maxVersionLevel, upgradeType: UPGRADE_TYPES[type] }
          : { feature, maxVersionLevel, allowDowngrade: type !== 'upgrade' },
      ),
      ...(version >= 1 ? { validateOnly } : {}),
    }),
    (res) => checkCode(res.errorCode, res.errorMessage),
    validateOnly ? 1 : 0,
  );
  const outcomes: Outcomes<true> = new Map();
  for (const { feature, errorCode, errorMessage } of answer.results)
    outcomes.set(
      feature,
      outcome(errorCode, errorMessage, {}, () => true),
    );
  settled(outcomes);
}
