/* Java's RoundRobinAssignor: all partitions of all topics, dealt out one by one. */
import type { TopicPartition } from '../topic-partition.ts';
import {
  type AssignableTopic,
  type Assignor,
  compareMembers,
  compareText,
  emptyAssignment,
  type GroupMember,
} from './assignor.ts';

export function roundRobinAssignor(): Assignor {
  return { name: 'roundrobin', protocol: 'eager', assign: deal };
}

function deal(topics: readonly AssignableTopic[], members: readonly GroupMember[]): Map<string, TopicPartition[]> {
  const assignment = emptyAssignment(members);
  const sorted = members.toSorted(compareMembers);
  const wanted = topics
    .filter(({ name }) => members.some((member) => member.topics.includes(name)))
    .toSorted((a, b) => compareText(a.name, b.name));
  let turn = 0;
  for (const { name, partitions } of wanted) {
    for (let partition = 0; partition < partitions; partition++) {
      while (!sorted[turn % sorted.length].topics.includes(name)) turn++;
      assignment.get(sorted[turn % sorted.length].memberId)?.push({ topic: name, partition });
      turn++;
    }
  }
  return assignment;
}
