/*
 * All members want the same topics: members keep what they own up to their quota (KIP-54, KAFKA-9987). A quota is
 * floor or ceil of partitions by members, and only (partitions mod members) of them get the larger one.
 */
import type { TopicPartition } from '../topic-partition.ts';
import { compareText } from './assignor.ts';
import { allPartitions, type StickyProblem } from './sticky-problem.ts';

export interface ConstrainedResult {
  readonly assignment: Map<string, TopicPartition[]>;
  /** Partitions that move from a member that has to give them up first, with their new owner. */
  readonly transferring: Map<TopicPartition, string>;
}

export function assignConstrained(problem: StickyProblem): ConstrainedResult {
  const assignment = new Map<string, TopicPartition[]>(problem.members.map(({ memberId }) => [memberId, []]));
  const everything = allPartitions(problem.partitions);
  const minQuota = Math.floor(everything.length / problem.members.length);
  const maxQuota = Math.ceil(everything.length / problem.members.length);
  const overMinExpected = everything.length % problem.members.length;
  let overMin = 0;
  let belowMin: string[] = [];
  const atMin: string[] = [];
  const kept = new Set<TopicPartition>();
  const revoked = new Set<TopicPartition>();
  for (const { memberId } of problem.members) {
    const owned = (problem.owned.get(memberId) ?? [])
      .filter((partition) => !problem.doublyClaimed.has(partition))
      .toSorted((a, b) => a.partition - b.partition || compareText(a.topic, b.topic));
    let quota = minQuota;
    if (owned.length < minQuota) {
      belowMin.push(memberId);
    } else if (owned.length >= maxQuota && overMin < overMinExpected) {
      quota = maxQuota;
      overMin++;
      if (overMin === overMinExpected) atMin.length = 0;
    } else if (overMin < overMinExpected) {
      atMin.push(memberId);
    }
    for (const [index, partition] of owned.entries()) {
      if (index < quota) {
        assignment.get(memberId)?.push(partition);
        kept.add(partition);
      } else {
        revoked.add(partition);
      }
    }
  }
  belowMin.sort(compareText);
  atMin.sort(compareText);
  const transferring = new Map<TopicPartition, string>();
  let turn = 0;
  for (const partition of everything) {
    if (kept.has(partition)) continue;
    if (turn >= belowMin.length) {
      belowMin = belowMin.filter((memberId) => sizeOf(assignment, memberId) < minQuota);
      turn = 0;
    }
    const memberId = belowMin.length > 0 ? belowMin[turn++] : atMin.shift();
    if (memberId === undefined) throw new RangeError('sticky assignment: more partitions than the quotas allow');
    const list = assignment.get(memberId) ?? [];
    list.push(partition);
    if (revoked.has(partition)) transferring.set(partition, memberId);
    if (list.length === minQuota) atMin.push(memberId);
  }
  return { assignment, transferring };
}

function sizeOf(assignment: ReadonlyMap<string, readonly unknown[]>, memberId: string): number {
  return assignment.get(memberId)?.length ?? 0;
}
