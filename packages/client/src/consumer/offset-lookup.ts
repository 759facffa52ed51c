/*
 * ListOffsets, at the leader of each partition (Java's OffsetFetcher): earliest, latest (the last stable offset for
 * read_committed), or the first record at or after a time.
 */
import { ErrorCode, type Int64 } from '@ottla/protocol';
import { KafkaError } from '../errors.ts';
import type { Cluster, Purpose } from '../network/cluster.ts';
import type { Operation } from '../network/operation.ts';
import { LIST_OFFSETS } from './apis.ts';
import { groupByTopic, partitionName, type TopicPartition } from './topic-partition.ts';

export const LATEST = -1;
export const EARLIEST = -2;

export interface TimestampOf extends TopicPartition {
  /** Milliseconds, or `LATEST`, `EARLIEST`. */
  readonly timestamp: Int64;
}

export interface FoundOffset extends TopicPartition {
  /** -1: no record at or after that time. */
  readonly offset: number;
  readonly timestamp: number;
  readonly leaderEpoch: number;
}

/** Isolation came with version 2, before Kafka 0.11. */
const ISOLATION_FROM = 2;
const TIMEOUT_FROM = 10;

/** Tries until each partition has answered. Rejects with the first error that does not pass. */
export async function lookUpOffsets(
  cluster: Cluster,
  wanted: readonly TimestampOf[],
  isolation: 'read_uncommitted' | 'read_committed',
  operation: Operation,
): Promise<FoundOffset[]> {
  const found: FoundOffset[] = [];
  let left = [...wanted];
  await operation.retry(
    async () => {
      const results = await askLeaders(cluster, left, isolation, operation.signal);
      found.push(...results.found);
      left = results.left;
      if (results.error !== undefined) throw results.error;
    },
    async () => {
      await cluster.refresh([...new Set(left.map(({ topic }) => topic))], { signal: operation.signal }).catch(() => {});
    },
  );
  return found;
}

export interface LookUpAnswers {
  readonly found: FoundOffset[];
  readonly left: TimestampOf[];
  readonly error: KafkaError | undefined;
}

/** One try. */
export async function askLeaders(
  cluster: Cluster,
  wanted: readonly TimestampOf[],
  isolation: 'read_uncommitted' | 'read_committed',
  signal: AbortSignal,
): Promise<LookUpAnswers> {
  const found: FoundOffset[] = [];
  const left: TimestampOf[] = [];
  let error: KafkaError | undefined;
  const byLeader = byLeaderOf(cluster, wanted, (place, failure) => {
    left.push(place);
    error = failure;
  });
  await Promise.all(
    Array.from(byLeader, async ([node, places]) => {
      try {
        const answers = await askOne(cluster, node, places, isolation, signal);
        for (const place of places) {
          const answer = answers.get(partitionName(place.topic, place.partition));
          if (answer !== undefined && !(answer instanceof KafkaError)) found.push(answer);
          else left.push(place);
          if (answer instanceof KafkaError && (error === undefined || error.retriable)) error = answer;
        }
      } catch (failure) {
        left.push(...places);
        error ??= KafkaError.from(failure);
      }
    }),
  );
  if (left.length > 0)
    error ??= new KafkaError('MALFORMED_RESPONSE', 'ListOffsets left partitions out', { retriable: true });
  return { found, left, error };
}

/** Groups places by the leader of their partition; those without one go to `missing`. */
export function byLeaderOf<Place extends TopicPartition>(
  cluster: Cluster,
  places: readonly Place[],
  missing: (place: Place, error: KafkaError) => void,
): Map<number, Place[]> {
  const byLeader = new Map<number, Place[]>();
  for (const place of places) {
    const leader = cluster.metadata.partition(place.topic, place.partition)?.leader ?? -1;
    if (leader >= 0) byLeader.set(leader, [...(byLeader.get(leader) ?? []), place]);
    else {
      const known = cluster.metadata.topicError(place.topic);
      const code = known === undefined ? ErrorCode.LEADER_NOT_AVAILABLE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
      const { topic, partition } = place;
      missing(
        place,
        known !== undefined && !known.retriable ? known : KafkaError.ofCode(code, null, { topic, partition }),
      );
    }
  }
  return byLeader;
}

async function askOne(
  cluster: Cluster,
  node: number,
  places: readonly TimestampOf[],
  isolation: 'read_uncommitted' | 'read_committed',
  signal: AbortSignal,
): Promise<Map<string, FoundOffset | KafkaError>> {
  const times = new Map(places.map((place) => [partitionName(place.topic, place.partition), place.timestamp]));
  const purpose: Purpose = 'default';
  const answer = await cluster.request(
    LIST_OFFSETS,
    node,
    (version) => ({
      replicaId: -1,
      ...(version >= ISOLATION_FROM ? { isolationLevel: isolation === 'read_committed' ? 1 : 0 } : {}),
      ...(version >= TIMEOUT_FROM ? { timeoutMs: cluster.options.requestTimeoutMs } : {}),
      topics: groupByTopic(places).map(({ topic, partitions }) => ({
        name: topic,
        partitions: partitions.map((partition) => ({
          partitionIndex: partition,
          timestamp: times.get(partitionName(topic, partition)) ?? LATEST,
          ...(version >= 4
            ? { currentLeaderEpoch: cluster.metadata.partition(topic, partition)?.leaderEpoch ?? -1 }
            : {}),
        })),
      })),
    }),
    { signal, purpose, minVersion: 1 },
  );
  const found = new Map<string, FoundOffset | KafkaError>();
  for (const { name, partitions } of answer.topics) {
    for (const { partitionIndex: partition, errorCode, offset, timestamp, leaderEpoch } of partitions) {
      const result =
        errorCode === ErrorCode.NONE
          ? { topic: name, partition, offset: Number(offset), timestamp: Number(timestamp), leaderEpoch }
          : KafkaError.ofCode(errorCode, null, { topic: name, partition, broker: node });
      found.set(partitionName(name, partition), result);
    }
  }
  return found;
}
