/** KRaft (KIP-595, KIP-853): who keeps the cluster's metadata. Only brokers with KRaft answer. */
import { clampToNumber, type DescribeQuorumResponse, ErrorCode, type Uuid } from '@ottla/protocol';
import { checkCode, KafkaError } from '../errors.ts';
import { ADD_RAFT_VOTER, DESCRIBE_QUORUM, REMOVE_RAFT_VOTER, UNREGISTER_BROKER } from './apis.ts';
import type { Calls } from './calls.ts';
import { timeoutOf } from './topics.ts';

const METADATA_TOPIC = '__cluster_metadata';

export interface QuorumReplica {
  readonly id: number;
  /** Undefined before Kafka 3.9. */
  readonly directoryId: Uuid | undefined;
  readonly logEndOffset: number;
  /** Milliseconds since 1970; undefined when the leader can't say. */
  readonly lastFetchMs: number | undefined;
  readonly lastCaughtUpMs: number | undefined;
}

export interface RaftEndpoint {
  /** The listener's. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

export interface MetadataQuorum {
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly highWatermark: number;
  readonly voters: readonly QuorumReplica[];
  readonly observers: readonly QuorumReplica[];
  /** Where voters are, by id; empty before Kafka 3.9. */
  readonly nodes: ReadonlyMap<number, readonly RaftEndpoint[]>;
}

export async function describeMetadataQuorum(calls: Calls): Promise<MetadataQuorum> {
  const request = { topics: [{ topicName: METADATA_TOPIC, partitions: [{ partitionIndex: 0 }] }] };
  const answer = await calls.ask(DESCRIBE_QUORUM, 'any', request, (res) => {
    checkCode(res.errorCode, res.errorMessage);
    const { errorCode = ErrorCode.UNKNOWN_SERVER_ERROR, errorMessage = null } = onlyPartition(res) ?? {};
    checkCode(errorCode, errorMessage);
  });
  const partition = onlyPartition(answer);
  if (partition === undefined) throw new KafkaError('MALFORMED_RESPONSE', `The answer lacks ${METADATA_TOPIC}`);
  const knowsDirectories = answer.nodes.length > 0;
  const replica = (each: QuorumReplicaState): QuorumReplica => ({
    id: each.replicaId,
    directoryId: knowsDirectories ? each.replicaDirectoryId : undefined,
    logEndOffset: clampToNumber(each.logEndOffset),
    lastFetchMs: knownTime(each.lastFetchTimestamp),
    lastCaughtUpMs: knownTime(each.lastCaughtUpTimestamp),
  });
  return {
    leader: partition.leaderId,
    leaderEpoch: partition.leaderEpoch,
    highWatermark: clampToNumber(partition.highWatermark),
    voters: partition.currentVoters.map(replica),
    observers: partition.observers.map(replica),
    nodes: new Map(answer.nodes.map(({ nodeId, listeners }) => [nodeId, listeners])),
  };
}

type QuorumPartition = DescribeQuorumResponse['topics'][number]['partitions'][number];
type QuorumReplicaState = QuorumPartition['currentVoters'][number];

function onlyPartition(answer: DescribeQuorumResponse): QuorumPartition | undefined {
  return answer.topics[0]?.partitions[0];
}

function knownTime(time: number | bigint): number | undefined {
  return time < 0 ? undefined : clampToNumber(time);
}

export interface RaftVoter {
  readonly id: number;
  /** Of its metadata log, from its meta.properties. */
  readonly directoryId: Uuid;
}

export async function addRaftVoter(
  calls: Calls,
  { id, directoryId }: RaftVoter,
  listeners: readonly RaftEndpoint[],
  clusterId: string | null,
): Promise<void> {
  const request = { clusterId, timeoutMs: timeoutOf(calls), voterId: id, voterDirectoryId: directoryId, listeners };
  await calls.ask(ADD_RAFT_VOTER, 'any', request, (res) => checkCode(res.errorCode, res.errorMessage));
}

export async function removeRaftVoter(
  calls: Calls,
  { id, directoryId }: RaftVoter,
  clusterId: string | null,
): Promise<void> {
  const request = { clusterId, voterId: id, voterDirectoryId: directoryId };
  await calls.ask(REMOVE_RAFT_VOTER, 'any', request, (res) => checkCode(res.errorCode, res.errorMessage));
}

/** Takes a broker that is gone for good out of the cluster. */
export async function unregisterBroker(calls: Calls, brokerId: number): Promise<void> {
  await calls.ask(UNREGISTER_BROKER, 'any', { brokerId }, (res) => checkCode(res.errorCode, res.errorMessage));
}
