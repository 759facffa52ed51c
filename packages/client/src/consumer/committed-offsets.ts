/* OffsetCommit and OffsetFetch, at the group's coordinator. */
import { ErrorCode, type OffsetFetchResponse } from '@ottla/protocol';
import { KafkaError } from '../errors.ts';
import type { Cluster, Purpose } from '../network/cluster.ts';
import type { Operation } from '../network/operation.ts';
import { OFFSET_COMMIT, OFFSET_FETCH } from './apis.ts';
import type { CommitOffset } from './options.ts';
import { partitionName, type TopicPartition } from './topic-partition.ts';

/** Who commits. Outside of a group's membership (manual assignment): generation -1, no member. */
export interface GroupMetadata {
  readonly groupId: string;
  /** Generation, or the member epoch of a KIP-848 group. */
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | undefined;
}

/** From these versions on partitions are named by topic id, which a topic that was made anew does not share. */
const NAMES_UP_TO = 9;
const GROUPS_FROM = 8;
const REQUIRE_STABLE_FROM = 7;
const LEADER_EPOCH_FROM = 6;

/** Rejects with the first partition's error; what the group's state makes impossible is not tried again. */
export async function commitOffsets(
  cluster: Cluster,
  purpose: Purpose,
  member: () => GroupMetadata,
  offsets: readonly CommitOffset[],
  operation: Operation,
): Promise<void> {
  if (offsets.length === 0) return;
  await atCoordinator(cluster, member().groupId, operation, async (node) => {
    const { groupId, generationId, memberId, groupInstanceId } = member();
    const answer = await cluster.request(
      OFFSET_COMMIT,
      node,
      (version) => ({
        groupId,
        generationIdOrMemberEpoch: generationId,
        memberId,
        ...(groupInstanceId === undefined ? {} : { groupInstanceId }),
        topics: topicsOf(offsets).map(([name, list]) => ({
          name,
          partitions: list.map(({ partition, offset, leaderEpoch, metadata }) => ({
            partitionIndex: partition,
            committedOffset: offset,
            committedMetadata: metadata ?? '',
            ...(version >= LEADER_EPOCH_FROM ? { committedLeaderEpoch: leaderEpoch ?? -1 } : {}),
          })),
        })),
      }),
      { signal: operation.signal, purpose, minVersion: 1, maxVersion: NAMES_UP_TO },
    );
    for (const { name: topic, partitions } of answer.topics) {
      for (const { partitionIndex: partition, errorCode } of partitions) {
        if (errorCode === ErrorCode.NONE) continue;
        const place = { group: groupId, topic, partition, broker: node };
        // The next heartbeat brings the epoch that fits.
        const isStale = errorCode === ErrorCode.STALE_MEMBER_EPOCH && member().generationId > 0;
        throw KafkaError.ofCode(errorCode, null, isStale ? { ...place, retriable: true } : place);
      }
    }
  });
}

/** By `topic-partition`; null: nothing committed. */
export async function fetchCommitted(
  cluster: Cluster,
  purpose: Purpose,
  groupId: string,
  partitions: readonly TopicPartition[],
  requireStable: boolean,
  operation: Operation,
): Promise<Map<string, CommitOffset | null>> {
  const committed = new Map<string, CommitOffset | null>();
  if (partitions.length === 0) return committed;
  await atCoordinator(cluster, groupId, operation, async (node) => {
    const topics = topicsOf(partitions).map(([name, list]) => ({
      name,
      partitionIndexes: list.map(({ partition }) => partition),
    }));
    const answer = await cluster.request(
      OFFSET_FETCH,
      node,
      (version) => {
        const stable = version >= REQUIRE_STABLE_FROM ? { requireStable } : {};
        if (version < GROUPS_FROM) return { groupId, topics, ...stable };
        return { groups: [{ groupId, topics }], ...stable };
      },
      { signal: operation.signal, purpose, maxVersion: NAMES_UP_TO },
    );
    const { errorCode, topics: found } = groupIn(answer);
    if (errorCode !== ErrorCode.NONE) throw KafkaError.ofCode(errorCode, null, { group: groupId, broker: node });
    for (const { name: topic, partitions: list } of found) {
      for (const each of list) {
        const partition = each.partitionIndex;
        if (each.errorCode !== ErrorCode.NONE)
          throw KafkaError.ofCode(each.errorCode, null, { group: groupId, topic, partition, broker: node });
        const offset = Number(each.committedOffset);
        const value: CommitOffset = {
          topic,
          partition,
          offset,
          leaderEpoch: each.committedLeaderEpoch,
          metadata: each.metadata ?? '',
        };
        committed.set(partitionName(topic, partition), offset < 0 ? null : value);
      }
    }
  });
  return committed;
}

function groupIn(answer: OffsetFetchResponse): Pick<OffsetFetchResponse['groups'][number], 'errorCode' | 'topics'> {
  const [group] = answer.groups;
  if (group !== undefined) return group;
  return { errorCode: answer.errorCode, topics: answer.topics.map((topic) => ({ ...topic, topicId: '' })) };
}

/** Asks the coordinator again, and a new one when that is what failed. */
export function atCoordinator<T>(
  cluster: Cluster,
  groupId: string,
  operation: Operation,
  ask: (node: number) => Promise<T>,
): Promise<T> {
  return operation.retry(
    async () => ask(await cluster.coordinator('group', groupId, operation.signal)),
    (error) => {
      if (coordinatorIsGone(error)) cluster.forgetCoordinator('group', groupId);
    },
  );
}

export function coordinatorIsGone({ code }: KafkaError): boolean {
  return (
    code === 'NOT_COORDINATOR' ||
    code === 'COORDINATOR_NOT_AVAILABLE' ||
    code === 'CONNECTION_FAILED' ||
    code === 'NETWORK_EXCEPTION' ||
    code === 'REQUEST_TIMED_OUT' ||
    code === 'BROKER_NOT_AVAILABLE'
  );
}

function topicsOf<Place extends TopicPartition>(places: readonly Place[]): [string, Place[]][] {
  const topics = new Map<string, Place[]>();
  for (const place of places) topics.set(place.topic, [...(topics.get(place.topic) ?? []), place]);
  return [...topics];
}
