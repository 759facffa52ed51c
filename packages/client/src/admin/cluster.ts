import { ErrorCode } from '@ottla/protocol';
import { groupByTopic, partitionName } from '../consumer/topic-partition.ts';
import { checkCode } from '../errors.ts';
import { METADATA } from '../network/apis.ts';
import type { TopicPartition } from '../records.ts';
import {
  ALTER_PARTITION_REASSIGNMENTS,
  DESCRIBE_CLUSTER,
  ELECT_LEADERS,
  LIST_PARTITION_REASSIGNMENTS,
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
