import type { ApiName } from './api-types.ts';

/** Releases of Apache Kafka that a test broker can pretend to be. */
export const KAFKA_RELEASES = ['0.10.2', '0.11', '1.1', '2.0', '2.8', '3.9', '4.3'] as const;

export type KafkaRelease = (typeof KAFKA_RELEASES)[number];

/**
 * The versions of each API that those releases serve on a client's listener, one column a release; `-`: it has none.
 * Source: `oldestVersion` and `latestVersion` (unstable ones left out) of `ApiKeys` in kafka-clients 0.10.2.2, 0.11.0.3,
 * 1.1.1, 2.0.1, 2.8.2, 3.9.2 and 4.3.1, which is what their brokers answer ApiVersions with; checked against
 * `kafka-broker-api-versions` of a 4.3.1 broker. 2.8 as with ZooKeeper, 3.9 as with either kind of controller.
 */
// biome-ignore format: a table
export const API_VERSIONS: readonly (readonly [api: ApiName, ...versions: string[]])[] = [
  ['Produce', '0-2', '0-3', '0-5', '0-6', '0-9', '0-11', '3-13'],
  ['Fetch', '0-3', '0-5', '0-7', '0-8', '0-12', '0-17', '4-18'],
  ['ListOffsets', '0-1', '0-2', '0-2', '0-3', '0-6', '0-9', '1-11'],
  ['Metadata', '0-2', '0-4', '0-5', '0-6', '0-11', '0-12', '0-13'],
  ['OffsetCommit', '0-2', '0-3', '0-3', '0-4', '0-8', '0-9', '2-10'],
  ['OffsetFetch', '0-2', '0-3', '0-3', '0-4', '0-7', '0-9', '1-10'],
  ['FindCoordinator', '0', '0-1', '0-1', '0-2', '0-3', '0-6', '0-6'],
  ['JoinGroup', '0-1', '0-2', '0-2', '0-3', '0-7', '0-9', '0-9'],
  ['Heartbeat', '0', '0-1', '0-1', '0-2', '0-4', '0-4', '0-4'],
  ['LeaveGroup', '0', '0-1', '0-1', '0-2', '0-4', '0-5', '0-5'],
  ['SyncGroup', '0', '0-1', '0-1', '0-2', '0-5', '0-5', '0-5'],
  ['DescribeGroups', '0', '0-1', '0-1', '0-2', '0-5', '0-5', '0-6'],
  ['ListGroups', '0', '0-1', '0-1', '0-2', '0-4', '0-5', '0-5'],
  ['SaslHandshake', '0', '0', '0-1', '0-1', '0-1', '0-1', '0-1'],
  ['ApiVersions', '0', '0-1', '0-1', '0-2', '0-3', '0-4', '0-4'],
  ['CreateTopics', '0-1', '0-2', '0-2', '0-3', '0-7', '0-7', '2-7'],
  ['DeleteTopics', '0', '0-1', '0-1', '0-2', '0-6', '0-6', '1-6'],
  ['DeleteRecords', '-', '0', '0', '0-1', '0-2', '0-2', '0-2'],
  ['InitProducerId', '-', '0', '0', '0-1', '0-4', '0-5', '0-5'],
  ['OffsetForLeaderEpoch', '-', '0', '0', '0-1', '0-4', '0-4', '2-4'],
  ['AddPartitionsToTxn', '-', '0', '0', '0-1', '0-3', '0-5', '0-5'],
  ['AddOffsetsToTxn', '-', '0', '0', '0-1', '0-3', '0-4', '0-4'],
  ['EndTxn', '-', '0', '0', '0-1', '0-3', '0-4', '0-5'],
  ['WriteTxnMarkers', '-', '0', '0', '0', '0-1', '0-1', '1-2'],
  ['TxnOffsetCommit', '-', '0', '0', '0-1', '0-3', '0-4', '0-5'],
  ['DescribeAcls', '-', '0', '0', '0-1', '0-2', '0-3', '1-3'],
  ['CreateAcls', '-', '0', '0', '0-1', '0-2', '0-3', '1-3'],
  ['DeleteAcls', '-', '0', '0', '0-1', '0-2', '0-3', '1-3'],
  ['DescribeConfigs', '-', '0', '0-1', '0-2', '0-4', '0-4', '1-4'],
  ['AlterConfigs', '-', '0', '0', '0-1', '0-2', '0-2', '0-2'],
  ['AlterReplicaLogDirs', '-', '-', '0', '0-1', '0-2', '0-2', '1-2'],
  ['DescribeLogDirs', '-', '-', '0', '0-1', '0-2', '0-4', '1-5'],
  ['SaslAuthenticate', '-', '-', '0', '0', '0-2', '0-2', '0-2'],
  ['CreatePartitions', '-', '-', '0', '0-1', '0-3', '0-3', '0-3'],
  ['CreateDelegationToken', '-', '-', '0', '0-1', '0-2', '0-3', '1-3'],
  ['RenewDelegationToken', '-', '-', '0', '0-1', '0-2', '0-2', '1-2'],
  ['ExpireDelegationToken', '-', '-', '0', '0-1', '0-2', '0-2', '1-2'],
  ['DescribeDelegationToken', '-', '-', '0', '0-1', '0-2', '0-3', '1-3'],
  ['DeleteGroups', '-', '-', '0', '0-1', '0-2', '0-2', '0-2'],
  ['ElectLeaders', '-', '-', '-', '-', '0-2', '0-2', '0-2'],
  ['IncrementalAlterConfigs', '-', '-', '-', '-', '0-1', '0-1', '0-1'],
  ['AlterPartitionReassignments', '-', '-', '-', '-', '0', '0', '0-1'],
  ['ListPartitionReassignments', '-', '-', '-', '-', '0', '0', '0'],
  ['OffsetDelete', '-', '-', '-', '-', '0', '0', '0'],
  ['DescribeClientQuotas', '-', '-', '-', '-', '0-1', '0-1', '0-1'],
  ['AlterClientQuotas', '-', '-', '-', '-', '0-1', '0-1', '0-1'],
  ['DescribeUserScramCredentials', '-', '-', '-', '-', '0', '0', '0'],
  ['AlterUserScramCredentials', '-', '-', '-', '-', '0', '0', '0'],
  ['UpdateFeatures', '-', '-', '-', '-', '0', '0-1', '0-2'],
  ['DescribeCluster', '-', '-', '-', '-', '0', '0-1', '0-2'],
  ['DescribeProducers', '-', '-', '-', '-', '0', '0', '0'],
  ['DescribeTransactions', '-', '-', '-', '-', '-', '0', '0'],
  ['ListTransactions', '-', '-', '-', '-', '-', '0-1', '0-2'],
  ['ConsumerGroupHeartbeat', '-', '-', '-', '-', '-', '0', '0-1'],
  ['ConsumerGroupDescribe', '-', '-', '-', '-', '-', '0', '0-1'],
  ['GetTelemetrySubscriptions', '-', '-', '-', '-', '-', '0', '0'],
  ['PushTelemetry', '-', '-', '-', '-', '-', '0', '0'],
  ['ListConfigResources', '-', '-', '-', '-', '-', '0', '0-1'],
  ['DescribeTopicPartitions', '-', '-', '-', '-', '-', '0', '0'],
  ['ShareGroupHeartbeat', '-', '-', '-', '-', '-', '-', '1'],
  ['ShareGroupDescribe', '-', '-', '-', '-', '-', '-', '1'],
  ['ShareFetch', '-', '-', '-', '-', '-', '-', '1-2'],
  ['ShareAcknowledge', '-', '-', '-', '-', '-', '-', '1-2'],
  ['InitializeShareGroupState', '-', '-', '-', '-', '-', '-', '0'],
  ['ReadShareGroupState', '-', '-', '-', '-', '-', '-', '0'],
  ['WriteShareGroupState', '-', '-', '-', '-', '-', '-', '0-1'],
  ['DeleteShareGroupState', '-', '-', '-', '-', '-', '-', '0'],
  ['ReadShareGroupStateSummary', '-', '-', '-', '-', '-', '-', '0-1'],
  ['StreamsGroupHeartbeat', '-', '-', '-', '-', '-', '-', '0'],
  ['StreamsGroupDescribe', '-', '-', '-', '-', '-', '-', '0'],
  ['DescribeShareGroupOffsets', '-', '-', '-', '-', '-', '-', '0-1'],
  ['AlterShareGroupOffsets', '-', '-', '-', '-', '-', '-', '0'],
  ['DeleteShareGroupOffsets', '-', '-', '-', '-', '-', '-', '0'],
];

/**
 * Kafka 4 lists Produce from version 0 on, since old librdkafka takes what it can do from that, but serves it from
 * version 3 on (KIP-896, KAFKA-18659).
 */
export const LISTED_FROM_ZERO: ReadonlyMap<KafkaRelease, readonly string[]> = new Map([['4.3', ['Produce']]]);
