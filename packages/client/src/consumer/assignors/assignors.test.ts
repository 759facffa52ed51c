import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { TopicPartition } from '../topic-partition.ts';
import type { AssignableTopic, Assignor, GroupMember } from './assignor.ts';
import { rangeAssignor } from './range.ts';
import { roundRobinAssignor } from './round-robin.ts';
import { cooperativeStickyAssignor, stickyAssignor } from './sticky.ts';
import { decodeCooperativeData, decodeStickyData, encodeCooperativeData, encodeStickyData } from './sticky-member.ts';

interface JavaGroup {
  readonly assignor: string;
  readonly topics: readonly AssignableTopic[];
  readonly members: readonly (Omit<GroupMember, 'userData' | 'ownedPartitions'> & {
    readonly userData: string | null;
    readonly owned: readonly string[];
  })[];
  readonly result: Readonly<Record<string, readonly string[]>>;
}

const makers: Readonly<Record<string, () => Assignor>> = {
  range: rangeAssignor,
  roundrobin: roundRobinAssignor,
  sticky: stickyAssignor,
  'cooperative-sticky': cooperativeStickyAssignor,
};

/** What Kafka 4.3.1 answered; test-support/JavaAssignments.java wrote it. */
const groups = readFileSync(new URL('test-support/java-assignments.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as JavaGroup);

function partitionOf(text: string): TopicPartition {
  const colon = text.lastIndexOf(':');
  return { topic: text.slice(0, colon), partition: Number(text.slice(colon + 1)) };
}

function memberOf({ userData, owned, ...member }: JavaGroup['members'][number]): GroupMember {
  return {
    ...member,
    userData: userData === null ? null : Buffer.from(userData, 'hex'),
    ownedPartitions: owned.map(partitionOf),
  };
}

for (const name of Object.keys(makers)) {
  test(`${name} assigns as Java does`, () => {
    const own = groups.filter(({ assignor }) => assignor === name);
    expect(own.length).toBeGreaterThan(5);
    for (const group of own) {
      const assignment = makers[name]().assign(group.topics, group.members.map(memberOf));
      const got = Object.fromEntries(
        group.members.map(({ memberId }) => [
          memberId,
          (assignment.get(memberId) ?? [])
            .toSorted((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
            .map(({ topic, partition }) => `${topic}:${partition}`),
        ]),
      );
      expect({ group, result: got }).toEqual({ group, result: group.result });
    }
  });
}

test('user data is byte for byte what Java writes', () => {
  let seen = 0;
  for (const { assignor, members } of groups) {
    for (const { userData } of members) {
      if (userData === null) continue;
      seen++;
      const bytes = Buffer.from(userData, 'hex');
      if (assignor === 'sticky') {
        const { partitions, generation } = decodeStickyData(bytes);
        expect(encodeStickyData(partitions, generation ?? -1).toString('hex')).toBe(userData);
      } else {
        expect(encodeCooperativeData(decodeCooperativeData(bytes) ?? -2).toString('hex')).toBe(userData);
      }
    }
  }
  expect(seen).toBeGreaterThan(20);
});

test('user data of version 0 has no generation; what is garbage counts as none', () => {
  const v1 = encodeStickyData([{ topic: 'a', partition: 3 }], 7);
  expect(decodeStickyData(v1.subarray(0, v1.length - 4))).toEqual({
    partitions: [{ topic: 'a', partition: 3 }],
    generation: undefined,
  });
  expect(decodeStickyData(Buffer.from([1, 2, 3]))).toEqual({ partitions: [], generation: undefined });
});
