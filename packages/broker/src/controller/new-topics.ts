/** What Kafka checks of a topic before it is created or grows, in its order and words (ZkAdminManager, AdminZkClient). */

import { topicNameError } from '@ottla/common';
import type { BrokerRack, ReplicaAssignment } from '@ottla/coordination/cluster';
import { assignment, placeReplicas } from '@ottla/coordination/cluster';
import type { Random } from '@ottla/platform';
import { ErrorCode } from '@ottla/protocol';
import type { ApiError } from './api-error.ts';
import { apiError } from './api-error.ts';

/** Field value for "take the default" (CreateTopicsRequest.NO_NUM_PARTITIONS, NO_REPLICATION_FACTOR). */
export const UNSET = -1;

export interface NewTopic {
  readonly name: string;
  /** -1: `num.partitions`. */
  readonly numPartitions: number;
  /** -1: `default.replication.factor`. */
  readonly replicationFactor: number;
  /** Empty unless replicas are placed by hand. */
  readonly assignments: readonly { readonly partitionIndex: number; readonly brokerIds: readonly number[] }[];
  readonly configs: readonly { readonly name: string; readonly value: string | null }[];
}

export interface PartitionGrowth {
  readonly topic: string;
  /** New total. */
  readonly count: number;
  /** Replicas of the added partitions in order; null places them. */
  readonly assignments: readonly (readonly number[])[] | null;
}

export type Planned = Map<number, ReplicaAssignment>;

export function isRefusal(outcome: Planned | ApiError): outcome is ApiError {
  return !(outcome instanceof Map);
}

/** Where the partitions of a new topic go. */
export function planTopic(
  topic: NewTopic,
  defaults: { readonly partitions: number; readonly replicationFactor: number },
  brokers: readonly BrokerRack[],
  random: Random,
): Planned | ApiError {
  if (topic.assignments.length > 0) {
    if (topic.numPartitions !== UNSET || topic.replicationFactor !== UNSET) {
      return apiError(
        ErrorCode.INVALID_REQUEST,
        'Both numPartitions or replicationFactor and replicasAssignments were set. Both cannot be used at the same time.',
      );
    }
    return new Map(topic.assignments.map(({ partitionIndex, brokerIds }) => [partitionIndex, assignment(brokerIds)]));
  }
  const placed = placeReplicas(
    {
      brokers,
      partitions: topic.numPartitions === UNSET ? defaults.partitions : topic.numPartitions,
      replicationFactor: topic.replicationFactor === UNSET ? defaults.replicationFactor : topic.replicationFactor,
    },
    random,
  );
  if (!placed.ok) return placementError(placed.error, placed.message);
  return new Map([...placed.assignment].map(([partition, replicas]) => [partition, assignment(replicas)]));
}

/** What is wrong with the name, beside what exists already. */
export function nameProblem(name: string): ApiError | undefined {
  const problem = topicNameError(name);
  return problem === undefined ? undefined : apiError(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
}

/** What is wrong with the replicas of a new topic, however they were found. */
export function assignmentProblem(planned: Planned): ApiError | undefined {
  const problem = (message: string): ApiError => apiError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message);
  const factors = new Set([...planned.values()].map(({ replicas }) => replicas.length));
  if (factors.size !== 1) return problem('All partitions should have the same number of replicas');
  for (const { replicas } of planned.values()) {
    if (new Set(replicas).size !== replicas.length) {
      return problem(`Duplicate replica assignment found: ${printAssignment(planned)}`);
    }
  }
  let sum = 0;
  for (const partition of planned.keys()) if (partition >= 0) sum += partition;
  if (sum !== (planned.size * (planned.size - 1)) / 2) {
    return problem('partitions should be a consecutive 0-based integer sequence');
  }
  return undefined;
}

/** Where the partitions go that a topic grows by. */
export function planGrowth(
  growth: PartitionGrowth,
  existing: ReadonlyMap<number, ReplicaAssignment>,
  brokers: readonly BrokerRack[],
  random: Random,
): Planned | ApiError {
  for (const { adding, removing } of existing.values()) {
    if (adding.length > 0 || removing.length > 0) {
      return apiError(
        ErrorCode.REASSIGNMENT_IN_PROGRESS,
        `A partition reassignment is in progress for the topic '${growth.topic}'.`,
      );
    }
  }
  const increment = growth.count - existing.size;
  if (increment < 0) {
    return apiError(
      ErrorCode.INVALID_PARTITIONS,
      `Topic currently has ${existing.size} partitions, which is higher than the requested ${growth.count}.`,
    );
  }
  if (increment === 0) {
    return apiError(ErrorCode.INVALID_PARTITIONS, `Topic already has ${existing.size} partitions.`);
  }
  const first = existing.get(0);
  if (first === undefined) return apiError(ErrorCode.UNKNOWN_SERVER_ERROR);
  if (growth.assignments !== null) return manualGrowth(growth.assignments, increment, existing.size, first, brokers);
  const startIndex = Math.max(
    0,
    brokers.findIndex(({ id }) => id >= (first.replicas[0] ?? 0)),
  );
  const placed = placeReplicas(
    {
      brokers,
      partitions: increment,
      replicationFactor: first.replicas.length,
      startIndex,
      firstPartition: existing.size,
    },
    random,
  );
  if (!placed.ok) return placementError(placed.error, placed.message);
  return new Map([...placed.assignment].map(([partition, replicas]) => [partition, assignment(replicas)]));
}

function manualGrowth(
  assignments: readonly (readonly number[])[],
  increment: number,
  firstPartition: number,
  pattern: ReplicaAssignment,
  brokers: readonly BrokerRack[],
): Planned | ApiError {
  const problem = (message: string): ApiError => apiError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message);
  const ids = new Set(brokers.map(({ id }) => id));
  const unknown = [...new Set(assignments.flat())].filter((id) => !ids.has(id));
  if (unknown.length > 0) return problem(`Unknown broker(s) in replica assignment: ${unknown.join(', ')}.`);
  if (assignments.length !== increment) {
    return problem(
      `Increasing the number of partitions by ${increment} but ${assignments.length} assignments provided.`,
    );
  }
  const planned: Planned = new Map();
  const odd: { partition: number; factor: number }[] = [];
  for (const [index, replicas] of assignments.entries()) {
    const partition = firstPartition + index;
    if (replicas.length === 0) return problem(`Cannot have replication factor of 0 for partition id ${partition}.`);
    if (new Set(replicas).size !== replicas.length) {
      return problem(
        `Duplicate brokers not allowed in replica assignment: ${replicas.join(', ')} for partition id ${partition}.`,
      );
    }
    if (replicas.length !== pattern.replicas.length) odd.push({ partition, factor: replicas.length });
    planned.set(partition, assignment(replicas));
  }
  if (odd.length > 0) {
    const partitions = odd.map(({ partition }) => partition).join(', ');
    const factors = odd.map(({ factor }) => factor).join(', ');
    return problem(
      `Inconsistent replication factor between partitions, partition 0 has ${pattern.replicas.length} while partitions [${partitions}] have replication factors [${factors}], respectively.`,
    );
  }
  return planned;
}

function placementError(error: string, message: string): ApiError {
  if (error === 'InvalidPartitions') return apiError(ErrorCode.INVALID_PARTITIONS, message);
  if (error === 'InvalidReplicationFactor') return apiError(ErrorCode.INVALID_REPLICATION_FACTOR, message);
  return apiError(ErrorCode.UNKNOWN_SERVER_ERROR);
}

/** As Scala prints a map of lists: `HashMap(0 -> ArrayBuffer(1, 1))`. */
function printAssignment(planned: Planned): string {
  const entries = [...planned].map(
    ([partition, { replicas }]) => `${partition} -> ArrayBuffer(${replicas.join(', ')})`,
  );
  return `HashMap(${entries.join(', ')})`;
}
