/* What the answers to ShareFetch and ShareAcknowledge say of each partition, error codes included. */
import { ErrorCode, type ShareAcknowledgeResponse, type ShareFetchResponse, type Uuid } from '@ottla/protocol';
import { KafkaError } from '../errors.ts';
import type { Cluster } from '../network/cluster.ts';
import { keyOf, type SharePartition } from './share-session.ts';

type Data = ShareFetchResponse['responses'][number]['partitions'][number];

export interface FetchedShare {
  readonly lockMs: number;
  /** With acquired records. */
  readonly partitions: readonly { readonly place: SharePartition; readonly data: Data }[];
}

export interface ShareAnswer extends FetchedShare {
  /** Acknowledgements that were refused, by key of the partition. */
  readonly refused: ReadonlyMap<string, KafkaError>;
  /** Partitions that can't be fetched: leaders that moved, and what the application is to know. */
  readonly failures: readonly KafkaError[];
}

/** Another broker, or the same one a little later, will do. */
const PASSING: ReadonlySet<string> = new Set([
  'NOT_LEADER_OR_FOLLOWER',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_TOPIC_ID',
  'INCONSISTENT_TOPIC_ID',
  'KAFKA_STORAGE_ERROR',
  'REPLICA_NOT_AVAILABLE',
  'OFFSET_NOT_AVAILABLE',
  'UNKNOWN_SERVER_ERROR',
]);

export function isPassing(error: KafkaError): boolean {
  return error.retriable || PASSING.has(error.code);
}

export function fetchAnswer(cluster: Cluster, node: number, answer: ShareFetchResponse): ShareAnswer {
  const refused = new Map<string, KafkaError>();
  const failures: KafkaError[] = [];
  const partitions: { place: SharePartition; data: Data }[] = [];
  for (const { topicId, partitions: list } of answer.responses)
    for (const data of list) {
      const place = placeOf(cluster, topicId, data.partitionIndex);
      if (data.acknowledgeErrorCode !== ErrorCode.NONE)
        refused.set(keyOf(place), errorAt(place, node, data.acknowledgeErrorCode, data.acknowledgeErrorMessage));
      if (data.errorCode !== ErrorCode.NONE) {
        failures.push(errorAt(place, node, data.errorCode, data.errorMessage));
        hint(cluster, place, data, answer);
      }
      if (data.acquiredRecords.length > 0) partitions.push({ place, data });
    }
  return { lockMs: answer.acquisitionLockTimeoutMs, partitions, refused, failures };
}

export function acknowledgeAnswer(cluster: Cluster, node: number, answer: ShareAcknowledgeResponse): ShareAnswer {
  const refused = new Map<string, KafkaError>();
  for (const { topicId, partitions } of answer.responses)
    for (const data of partitions) {
      if (data.errorCode === ErrorCode.NONE) continue;
      const place = placeOf(cluster, topicId, data.partitionIndex);
      refused.set(keyOf(place), errorAt(place, node, data.errorCode, data.errorMessage));
      hint(cluster, place, data, answer);
    }
  return { lockMs: answer.acquisitionLockTimeoutMs, partitions: [], refused, failures: [] };
}

function placeOf(cluster: Cluster, topicId: Uuid, partition: number): SharePartition {
  return { topic: cluster.metadata.topicName(topicId) ?? topicId, topicId, partition };
}

function errorAt({ topic, partition }: SharePartition, broker: number, code: number, text: string | null): KafkaError {
  return KafkaError.ofCode(code, text, { topic, partition, broker });
}

/** News of the leader, if the answer has some (KIP-951). */
function hint(
  cluster: Cluster,
  { topic, partition }: SharePartition,
  { currentLeader }: Pick<Data, 'currentLeader'>,
  { nodeEndpoints }: Pick<ShareFetchResponse, 'nodeEndpoints'>,
): void {
  const { leaderId, leaderEpoch } = currentLeader;
  if (leaderId < 0) return;
  const endpoint = nodeEndpoints.find(({ nodeId }) => nodeId === leaderId);
  cluster.leaderHint({ topic, partition, leaderId, leaderEpoch, endpoint });
}
