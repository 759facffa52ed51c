/*
 * The common part of Java's AbstractStickyAssignor: who owned what, and whose claim counts when two claim the same.
 * Partitions are interned here: two that are equal are the same object.
 */

import { javaHashOrder } from '@ottla/protocol/records';
import type { TopicPartition } from '../topic-partition.ts';
import { type AssignableTopic, compareText, type GroupMember } from './assignor.ts';
import { NO_GENERATION, type PreviousAssignment } from './sticky-member.ts';

export interface StickyProblem {
  readonly members: readonly GroupMember[];
  /** By name, all partitions in order. */
  readonly partitions: ReadonlyMap<string, readonly TopicPartition[]>;
  readonly memberData: ReadonlyMap<string, PreviousAssignment>;
  readonly maxGeneration: number;
  /** What each member has and may keep. */
  readonly owned: ReadonlyMap<string, readonly TopicPartition[]>;
  /** Claimed by several members of one generation: nobody keeps them. */
  readonly doublyClaimed: ReadonlySet<TopicPartition>;
  /** All members subscribed to the same topics. */
  readonly subscriptionsAreEqual: boolean;
}

export function stickyProblem(
  topics: readonly AssignableTopic[],
  members: readonly GroupMember[],
  previous: (member: GroupMember) => PreviousAssignment,
): StickyProblem {
  const wanted = new Set(members.flatMap((member) => member.topics));
  const partitions = new Map(
    topics
      .filter(({ name }) => wanted.has(name))
      .map(({ name, partitions: count }) => [
        name,
        Array.from({ length: count }, (_, partition): TopicPartition => ({ topic: name, partition })),
      ]),
  );
  const ordered = javaHashOrder(members, ({ memberId }) => memberId);
  const memberData = new Map<string, PreviousAssignment>();
  const owned = new Map<string, TopicPartition[]>();
  const owner = new Map<TopicPartition, { member: string; generation: number }>();
  const doublyClaimed = new Set<TopicPartition>();
  let maxGeneration = NO_GENERATION;
  for (const member of ordered) {
    const data = previous(member);
    memberData.set(member.memberId, data);
    const generation = data.generation ?? NO_GENERATION;
    maxGeneration = Math.max(maxGeneration, generation);
    const own: TopicPartition[] = [];
    owned.set(member.memberId, own);
    for (const claim of data.partitions) {
      const partition = partitions.get(claim.topic)?.[claim.partition];
      if (partition === undefined) continue;
      const other = owner.get(partition);
      if (other !== undefined && other.generation > generation) continue;
      if (other !== undefined && other.generation === generation) doublyClaimed.add(partition);
      if (other !== undefined) removeFrom(owned.get(other.member), partition);
      own.push(partition);
      // The rival's claim is judged, as Java does, by the generation in its subscription, not by that in its user data.
      owner.set(partition, { member: member.memberId, generation: member.generationId });
    }
  }
  return {
    members: ordered,
    partitions,
    memberData,
    maxGeneration,
    owned,
    doublyClaimed,
    subscriptionsAreEqual: areEqual(ordered),
  };
}

export function removeFrom<T>(list: T[] | undefined, item: T): void {
  const index = list?.indexOf(item) ?? -1;
  if (index >= 0) list?.splice(index, 1);
}

/** In the order of the topics' names. */
export function allPartitions(partitions: ReadonlyMap<string, readonly TopicPartition[]>): TopicPartition[] {
  return Array.from(partitions.keys())
    .toSorted(compareText)
    .flatMap((topic) => partitions.get(topic) ?? []);
}

function areEqual(members: readonly GroupMember[]): boolean {
  const first = new Set(members[0]?.topics);
  return members.every(({ topics }) => topics.length === first.size && topics.every((topic) => first.has(topic)));
}
