/* What the leader of a generation does: run the assignor that all members share, over what all of them subscribed to. */
import type { JoinGroupResponse, SyncGroupRequestInit } from '@ottla/protocol';
import { KafkaError } from '../../errors.ts';
import type { Cluster } from '../../network/cluster.ts';
import type { AssignableTopic, Assignor, GroupMember, RawAssignor } from '../assignors/index.ts';
import { decodeSubscription, encodeAssignment } from '../consumer-protocol.ts';

export interface LeaderAssignment {
  readonly assignments: SyncGroupRequestInit['assignments'];
  /** What the assignment was made from; when it changes, the group has to join again. */
  readonly topics: ReadonlyMap<string, number>;
}

export async function assignAsLeader(
  cluster: Cluster,
  assignor: Assignor,
  joined: JoinGroupResponse,
  signal: AbortSignal,
): Promise<LeaderAssignment> {
  if (assignor.raw !== undefined) return assignRaw(cluster, assignor, assignor.raw, joined);
  const members = joined.members.map(memberOf);
  const names = [...new Set(members.flatMap(({ topics }) => topics))].toSorted();
  if (names.some((name) => cluster.metadata.topic(name) === undefined)) await cluster.refresh(names, { signal });
  const topics = names.flatMap((name) => assignable(cluster, name));
  const assignment = assignor.assign(topics, members);
  assertMembers(assignor, assignment.keys(), joined);
  return {
    assignments: members.map(({ memberId }) => ({
      memberId,
      assignment: encodeAssignment(assignment.get(memberId) ?? []),
    })),
    topics: partitionCounts(cluster, names),
  };
}

async function assignRaw(
  cluster: Cluster,
  assignor: Assignor,
  raw: RawAssignor,
  joined: JoinGroupResponse,
): Promise<LeaderAssignment> {
  const assigned = await raw.assign(joined.members);
  assertMembers(assignor, assigned.keys(), joined);
  const names = new Set(joined.members.flatMap(({ metadata }) => raw.topics(metadata)));
  return {
    assignments: joined.members.map(({ memberId }) => ({
      memberId,
      assignment: Buffer.from(assigned.get(memberId) ?? encodeAssignment([])),
    })),
    topics: partitionCounts(cluster, names),
  };
}

function assertMembers(assignor: Assignor, assigned: Iterable<string>, { members }: JoinGroupResponse): void {
  for (const memberId of assigned) {
    if (members.some((member) => member.memberId === memberId)) continue;
    throw new KafkaError(
      'INVALID_ARGUMENT',
      `Assignor ${assignor.name} assigned partitions to '${memberId}', no member`,
    );
  }
}

/** -1 for a topic that is not there. */
export function partitionCounts(cluster: Cluster, names: Iterable<string>): Map<string, number> {
  return new Map(Array.from(names, (name) => [name, cluster.metadata.topic(name)?.partitions.length ?? -1]));
}

function memberOf({ memberId, groupInstanceId, metadata }: JoinGroupResponse['members'][number]): GroupMember {
  const subscription = decodeSubscription(metadata);
  return { memberId, instanceId: groupInstanceId, ...subscription };
}

function assignable(cluster: Cluster, name: string): AssignableTopic[] {
  const { metadata } = cluster;
  const topic = metadata.topic(name);
  if (topic === undefined) return [];
  const racks = topic.partitions.map(({ replicas }) => replicas.flatMap((id) => metadata.brokers.get(id)?.rack ?? []));
  const partitions = topic.partitions.length;
  return [racks.some((own) => own.length > 0) ? { name, partitions, racks } : { name, partitions }];
}
