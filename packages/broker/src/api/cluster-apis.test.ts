import {
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse,
  DescribeClusterRequest,
  DescribeClusterResponse,
  ElectLeadersRequest,
  ElectLeadersResponse,
  ErrorCode,
  ListPartitionReassignmentsRequest,
  ListPartitionReassignmentsResponse,
} from '@ottla/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BrokerServices } from '../services.ts';
import { callApi, planeServices } from '../test-support/api-call.ts';
import type { TestPlane } from '../test-support/control-plane.ts';
import { startControlPlane } from '../test-support/control-plane.ts';
import { electLeaders } from './43-elect-leaders.ts';
import { alterPartitionReassignments } from './45-alter-partition-reassignments.ts';
import { listPartitionReassignments } from './46-list-partition-reassignments.ts';
import { describeCluster } from './60-describe-cluster.ts';

let plane: TestPlane;
let services: BrokerServices;

beforeAll(async () => {
  plane = await startControlPlane();
  services = planeServices(plane);
  const topic = { name: 'a', numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] };
  await plane.plane.admin.createTopics([topic], { timeoutMs: 5000, validateOnly: false });
});
afterAll(() => plane.close());

describe('ElectLeaders', () => {
  const codecs = { request: ElectLeadersRequest, response: ElectLeadersResponse };

  for (let version = 0; version <= 2; version++) {
    test(`version ${version}: what is led already, what is not there, and all`, async () => {
      const topicPartitions = [{ topic: 'a', partitions: [0, 1, 0, 9] }];
      const named = await callApi(electLeaders, codecs, version, { topicPartitions, timeoutMs: 1000 }, services);
      const results = named.replicaElectionResults.flatMap(({ partitionResult }) => partitionResult);
      expect(results).toHaveLength(3);
      expect(results.find(({ partitionId }) => partitionId === 0)).toMatchObject({
        errorCode: ErrorCode.ELECTION_NOT_NEEDED,
        errorMessage: 'Leader election not needed for topic partition.',
      });
      expect(results.find(({ partitionId }) => partitionId === 9)).toMatchObject({
        errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        errorMessage: 'The partition does not exist.',
      });
      const all = await callApi(electLeaders, codecs, version, { topicPartitions: null, timeoutMs: 1000 }, services);
      expect(all.replicaElectionResults).toEqual([]);
    });
  }
});

describe('reassignments on one broker', () => {
  const alter = async (
    replicas: number[] | null,
    partitionIndex = 0,
    extra: { version?: number; allowReplicationFactorChange?: boolean } = {},
  ): Promise<readonly [number, string | null]> => {
    const { version = 0, ...fields } = extra;
    const codecs = { request: AlterPartitionReassignmentsRequest, response: AlterPartitionReassignmentsResponse };
    const request = { topics: [{ name: 'a', partitions: [{ partitionIndex, replicas }] }], ...fields };
    const answer = await callApi(alterPartitionReassignments, codecs, version, request, services);
    const partition = answer.responses[0]?.partitions[0];
    return [partition?.errorCode ?? answer.errorCode, partition?.errorMessage ?? null];
  };

  // The answers of Apache Kafka 3.9.2.
  test('the only one that can be is done at once, the others are refused', async () => {
    expect(await alter([0])).toEqual([0, null]);
    expect(await alter([])).toEqual([
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      'Empty replica list specified in partition reassignment.',
    ]);
    expect(await alter([0, 0])).toEqual([
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      'Duplicate replica ids in partition reassignment replica list: ArrayBuffer(0, 0)',
    ]);
    expect(await alter([-1])).toEqual([
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      'Invalid broker id in replica list: ArrayBuffer(-1)',
    ]);
    expect(await alter([0, 7])).toEqual([
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      'Replica assignment has brokers that are not alive. Replica list: ArrayBuffer(7), live broker list: Set(0)',
    ]);
    expect(await alter(null)).toEqual([
      ErrorCode.NO_REASSIGNMENT_IN_PROGRESS,
      'No partition reassignment is in progress.',
    ]);
    expect(await alter([0], 99)).toEqual([ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'The partition does not exist.']);
  });

  test('version 1 says whether the replication factor may change', async () => {
    expect(await alter([0], 0, { version: 1, allowReplicationFactorChange: false })).toEqual([0, null]);
  });

  test('none runs', async () => {
    const codecs = { request: ListPartitionReassignmentsRequest, response: ListPartitionReassignmentsResponse };
    for (const topics of [null, [{ name: 'a', partitionIndexes: [0] }]]) {
      const answer = await callApi(listPartitionReassignments, codecs, 0, { topics }, services);
      expect(answer).toMatchObject({ errorCode: 0, errorMessage: '', topics: [] });
    }
  });
});

describe('DescribeCluster', () => {
  const codecs = { request: DescribeClusterRequest, response: DescribeClusterResponse };

  for (let version = 0; version <= 2; version++) {
    test(`version ${version}`, async () => {
      const request = { includeClusterAuthorizedOperations: true };
      const answer = await callApi(describeCluster, codecs, version, request, services);
      expect(answer).toMatchObject({
        errorCode: 0,
        clusterId: plane.plane.clusterId,
        controllerId: 0,
        brokers: [{ brokerId: 0, host: 'localhost', port: 9092 }],
      });
      expect(answer.clusterAuthorizedOperations).toBeGreaterThan(0);
    });
  }

  test('controllers are asked for elsewhere', async () => {
    const ask = (endpointType: number): Promise<DescribeClusterResponse> =>
      callApi(describeCluster, codecs, 1, { includeClusterAuthorizedOperations: false, endpointType }, services);
    expect(await ask(2)).toMatchObject({ errorCode: ErrorCode.MISMATCHED_ENDPOINT_TYPE, brokers: [] });
    expect(await ask(3)).toMatchObject({ errorMessage: 'Unsupported endpoint type 3' });
  });
});
