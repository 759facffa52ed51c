/*
 * Java's RangeAssignor: each topic's partitions in consecutive ranges, so that topics with as many partitions are
 * assigned alike. With racks on both sides (KIP-881), partitions go first to members in a rack that has a replica.
 */
import { comparePartitions, type TopicPartition } from '../topic-partition.ts';
import { type AssignableTopic, type Assignor, compareMembers, emptyAssignment, type GroupMember } from './assignor.ts';

export function rangeAssignor(): Assignor {
  return { name: 'range', protocol: 'eager', assign: assignRanges };
}

function assignRanges(
  topics: readonly AssignableTopic[],
  members: readonly GroupMember[],
): Map<string, TopicPartition[]> {
  const assignment = emptyAssignment(members);
  const sorted = members.toSorted(compareMembers);
  const ranges: TopicRange[] = [];
  for (const topic of topics) {
    const subscribed = sorted.filter((member) => member.topics.includes(topic.name));
    if (subscribed.length > 0 && topic.partitions > 0) ranges.push(new TopicRange(topic, subscribed, assignment));
  }
  const rackAware = ranges.some((range) => range.needsRacks);
  if (rackAware) assignByRack(ranges);
  for (const range of ranges) range.assignRest(() => true);
  if (rackAware) for (const partitions of assignment.values()) partitions.sort(comparePartitions);
  return assignment;
}

/** Topics that the same members share and that have as many partitions stay aligned also by rack. */
function assignByRack(ranges: readonly TopicRange[]): void {
  const alike = new Map<string, TopicRange[]>();
  for (const range of ranges) {
    const key = JSON.stringify([range.topic.partitions, ...range.members.map(({ memberId }) => memberId)]);
    alike.set(key, [...(alike.get(key) ?? []), range]);
  }
  for (const group of alike.values()) {
    if (group.length > 1) assignAligned(group);
    else if (group[0].needsRacks) group[0].assignRest((member, partition) => group[0].isNear(member, partition));
  }
}

function assignAligned(ranges: readonly TopicRange[]): void {
  const [{ topic, members }] = ranges;
  const remaining = new Set(members);
  for (let partition = 0; partition < topic.partitions; partition++) {
    for (const member of remaining) {
      if (!ranges.every((range) => range.isNear(member, partition) && range.room(member) > 0)) continue;
      for (const range of ranges) range.assign(member, [partition]);
      if (ranges.every((range) => range.room(member) === 0)) remaining.delete(member);
      break;
    }
  }
}

class TopicRange {
  readonly topic: AssignableTopic;
  readonly members: readonly GroupMember[];
  readonly needsRacks: boolean;
  readonly #assignment: Map<string, TopicPartition[]>;
  readonly #unassigned: Set<number>;
  readonly #counts = new Map<GroupMember, number>();
  readonly #each: number;
  /** Members that may still get one more than `#each`. */
  #extra: number;

  constructor(topic: AssignableTopic, members: readonly GroupMember[], assignment: Map<string, TopicPartition[]>) {
    this.topic = topic;
    this.members = members;
    this.#assignment = assignment;
    this.#unassigned = new Set(Array.from({ length: topic.partitions }, (_, partition) => partition));
    this.#each = Math.floor(topic.partitions / members.length);
    this.#extra = topic.partitions % members.length;
    this.needsRacks = racksMatter(topic, members);
  }

  room(member: GroupMember): number {
    return Math.max(0, this.#each + (this.#extra > 0 ? 1 : 0) - (this.#counts.get(member) ?? 0));
  }

  isNear({ rackId }: GroupMember, partition: number): boolean {
    return rackId === null || (this.topic.racks?.[partition] ?? []).includes(rackId);
  }

  assign(member: GroupMember, partitions: readonly number[]): void {
    const list = this.#assignment.get(member.memberId) ?? [];
    for (const partition of partitions) {
      list.push({ topic: this.topic.name, partition });
      this.#unassigned.delete(partition);
    }
    const count = (this.#counts.get(member) ?? 0) + partitions.length;
    this.#counts.set(member, count);
    if (count > this.#each) this.#extra--;
  }

  /** A range for each member, as far as `may` allows and there is room. */
  assignRest(may: (member: GroupMember, partition: number) => boolean): void {
    for (const member of this.members) {
      const partitions = Array.from(this.#unassigned)
        .filter((partition) => may(member, partition))
        .slice(0, this.room(member));
      if (partitions.length > 0) this.assign(member, partitions);
    }
  }
}

/** Only if some partition lacks a replica in some rack, and some member sits in a rack that has replicas. */
function racksMatter(topic: AssignableTopic, members: readonly GroupMember[]): boolean {
  const racks = topic.racks ?? [];
  const all = new Set(racks.flat());
  if (!members.some(({ rackId }) => rackId !== null && all.has(rackId))) return false;
  return racks.some((own) => new Set(own).size !== all.size);
}
