/*
 * Java's StickyAssignor (eager: what a member had travels in its user data) and CooperativeStickyAssignor (KIP-429: it
 * travels as owned partitions, and a partition that moves stays with nobody for one generation).
 */
import type { TopicPartition } from '../topic-partition.ts';
import type { AssignableTopic, Assignor, GroupMember } from './assignor.ts';
import { assignConstrained } from './sticky-constrained.ts';
import { assignGeneral } from './sticky-general.ts';
import {
  decodeCooperativeData,
  decodeStickyData,
  encodeCooperativeData,
  encodeStickyData,
  NO_GENERATION,
  type PreviousAssignment,
} from './sticky-member.ts';
import { removeFrom, type StickyProblem, stickyProblem } from './sticky-problem.ts';

export function stickyAssignor(): Assignor {
  let previous: { partitions: readonly TopicPartition[]; generation: number } | undefined;
  return {
    name: 'sticky',
    protocol: 'eager',
    userData: () => (previous === undefined ? null : encodeStickyData(previous.partitions, previous.generation)),
    onAssignment: (partitions, generation) => {
      previous = { partitions: [...partitions], generation };
    },
    assign: (topics, members) =>
      solve(stickyProblem(topics, members, ({ userData }) => decodeStickyData(userData))).assignment,
  };
}

export function cooperativeStickyAssignor(): Assignor {
  let generation = NO_GENERATION;
  return {
    name: 'cooperative-sticky',
    protocol: 'cooperative',
    userData: () => encodeCooperativeData(generation),
    onAssignment: (_, current) => {
      generation = current;
    },
    assign: assignCooperatively,
  };
}

function assignCooperatively(
  topics: readonly AssignableTopic[],
  members: readonly GroupMember[],
): Map<string, TopicPartition[]> {
  const problem = stickyProblem(topics, members, ownedSince);
  const { assignment, transferring } = solve(problem);
  for (const [partition, memberId] of transferring ?? transfers(problem, members, assignment))
    removeFrom(assignment.get(memberId), partition);
  return assignment;
}

function ownedSince(member: GroupMember): PreviousAssignment {
  const generation = member.generationId >= 0 ? member.generationId : decodeCooperativeData(member.userData);
  return { partitions: member.ownedPartitions, generation };
}

interface Solution {
  readonly assignment: Map<string, TopicPartition[]>;
  readonly transferring: Map<TopicPartition, string> | undefined;
}

function solve(problem: StickyProblem): Solution {
  if (problem.members.length === 0) return { assignment: new Map(), transferring: new Map() };
  if (problem.subscriptionsAreEqual) return assignConstrained(problem);
  return { assignment: assignGeneral(problem), transferring: undefined };
}

/** Partitions that one member gets and another has to give up. */
function transfers(
  problem: StickyProblem,
  members: readonly GroupMember[],
  assignment: ReadonlyMap<string, readonly TopicPartition[]>,
): Map<TopicPartition, string> {
  const added = new Map<TopicPartition, string>();
  const revoked = new Set<TopicPartition>();
  for (const { memberId, ownedPartitions } of members) {
    const owned = new Set(
      ownedPartitions.map(({ topic, partition }) => problem.partitions.get(topic)?.[partition] ?? { topic, partition }),
    );
    const got = new Set(assignment.get(memberId));
    for (const partition of got) if (!owned.has(partition)) added.set(partition, memberId);
    for (const partition of owned) if (!got.has(partition)) revoked.add(partition);
  }
  return new Map(Array.from(added).filter(([partition]) => revoked.has(partition)));
}
