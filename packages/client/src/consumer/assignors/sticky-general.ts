/*
 * Members want different topics: keep what is valid, hand out the rest to whoever has least, then move partitions as
 * long as that balances (KIP-54). What can't move (one candidate only) is set aside first; a result that is no better
 * than what was there is thrown away.
 */
import type { TopicPartition } from '../topic-partition.ts';
import { compareText } from './assignor.ts';
import { PartitionMovements } from './partition-movements.ts';
import { NO_GENERATION } from './sticky-member.ts';
import { removeFrom, type StickyProblem } from './sticky-problem.ts';

export function assignGeneral(problem: StickyProblem): Map<string, TopicPartition[]> {
  return new GeneralAssignment(problem).build();
}

class GeneralAssignment {
  readonly #problem: StickyProblem;
  /** Members that want a topic. */
  readonly #candidates = new Map<string, string[]>();
  /** Topics that a member wants and that exist. */
  readonly #topics = new Map<string, ReadonlySet<string>>();
  readonly #previous = new Map<TopicPartition, { member: string; generation: number }>();
  readonly #movements = new PartitionMovements();
  readonly #sortedPartitions: TopicPartition[];
  #current = new Map<string, TopicPartition[]>();
  #owner = new Map<TopicPartition, string>();
  /** Members that take part in the balancing, the least loaded first. */
  #sorted: string[] = [];

  constructor(problem: StickyProblem) {
    this.#problem = problem;
    for (const topic of problem.partitions.keys()) this.#candidates.set(topic, []);
    for (const { memberId, topics } of problem.members) {
      const existing = topics.filter((topic) => problem.partitions.has(topic));
      this.#topics.set(memberId, new Set(existing));
      for (const topic of existing) this.#candidates.get(topic)?.push(memberId);
      this.#current.set(memberId, [...(problem.owned.get(memberId) ?? [])]);
    }
    for (const [memberId, partitions] of this.#current)
      for (const partition of partitions) this.#owner.set(partition, memberId);
    this.#sortedPartitions = Array.from(this.#candidates)
      .toSorted(([a, x], [b, y]) => x.length - y.length || compareText(a, b))
      .flatMap(([topic]) => problem.partitions.get(topic) ?? []);
    this.#rememberPrevious();
  }

  build(): Map<string, TopicPartition[]> {
    const revocationRequired = this.#dropInvalid();
    const assigned = new Set(Array.from(this.#current.values()).flat());
    let unassigned = this.#sortedPartitions.filter((partition) => !assigned.has(partition));
    this.#sorted = Array.from(this.#current.keys());
    this.#sort();
    const initializing = this.#size(this.#sorted[this.#sorted.length - 1]) === 0;
    for (const partition of unassigned) this.#assignToLeastLoaded(partition);

    const movable = (partition: TopicPartition): boolean => this.#canMove(partition.topic);
    unassigned = unassigned.filter(movable);
    const fixed = new Map<string, TopicPartition[]>();
    for (const memberId of this.#topics.keys()) {
      if (this.#canTakePart(memberId)) continue;
      removeFrom(this.#sorted, memberId);
      fixed.set(memberId, this.#current.get(memberId) ?? []);
      this.#current.delete(memberId);
    }
    const before = new Map(Array.from(this.#current, ([memberId, partitions]) => [memberId, [...partitions]]));
    if (!revocationRequired) this.#reassign(unassigned);
    const changed = this.#reassign(this.#sortedPartitions.filter(movable));
    if (!initializing && changed && imbalance(this.#current) >= imbalance(before)) this.#current = before;
    for (const [memberId, partitions] of fixed) this.#current.set(memberId, partitions);
    return this.#current;
  }

  /** Claims of older generations: where a partition may return to if that balances. */
  #rememberPrevious(): void {
    const { memberData, maxGeneration } = this.#problem;
    for (const [member, data] of memberData) {
      const generation = data.generation ?? NO_GENERATION;
      if (generation >= maxGeneration) continue;
      for (const claim of data.partitions) {
        const partition = this.#problem.partitions.get(claim.topic)?.[claim.partition];
        if (partition === undefined) continue;
        const known = this.#previous.get(partition);
        if (known === undefined || generation > known.generation) this.#previous.set(partition, { member, generation });
      }
    }
  }

  /** Whether somebody lost a partition because he does not want its topic any more. */
  #dropInvalid(): boolean {
    let revoked = false;
    for (const [memberId, partitions] of this.#current) {
      const valid = partitions.filter(({ topic }) => this.#topics.get(memberId)?.has(topic) === true);
      if (valid.length === partitions.length) continue;
      revoked = true;
      this.#current.set(memberId, valid);
    }
    return revoked;
  }

  #assignToLeastLoaded(partition: TopicPartition): void {
    const memberId = this.#sorted.find((candidate) => this.#topics.get(candidate)?.has(partition.topic) === true);
    if (memberId === undefined) return;
    this.#current.get(memberId)?.push(partition);
    this.#owner.set(partition, memberId);
    this.#sort();
  }

  #canMove(topic: string): boolean {
    return (this.#candidates.get(topic)?.length ?? 0) >= 2;
  }

  #canTakePart(memberId: string): boolean {
    const partitions = this.#current.get(memberId) ?? [];
    return partitions.length < this.#most(memberId) || partitions.some(({ topic }) => this.#canMove(topic));
  }

  /** All partitions of all topics the member wants. */
  #most(memberId: string): number {
    let sum = 0;
    for (const topic of this.#topics.get(memberId) ?? []) sum += this.#problem.partitions.get(topic)?.length ?? 0;
    return sum;
  }

  #reassign(partitions: readonly TopicPartition[]): boolean {
    let performed = false;
    for (let modified = true; modified; ) {
      modified = false;
      for (const partition of partitions) {
        if (this.#isBalanced()) break;
        const target = this.#betterOwner(partition);
        if (target === undefined) continue;
        this.#move(partition, target);
        performed = true;
        modified = true;
      }
    }
    return performed;
  }

  #betterOwner(partition: TopicPartition): string | undefined {
    const size = this.#size(this.#owner.get(partition));
    const previous = this.#previous.get(partition)?.member;
    if (previous !== undefined && size > this.#size(previous) + 1) return previous;
    const candidates = this.#candidates.get(partition.topic) ?? [];
    if (!candidates.some((candidate) => size > this.#size(candidate) + 1)) return undefined;
    return this.#sorted.find((candidate) => this.#topics.get(candidate)?.has(partition.topic) === true);
  }

  #move(partition: TopicPartition, to: string): void {
    const from = this.#owner.get(partition) ?? to;
    const actual = this.#movements.actual(partition, from, to);
    const owner = this.#owner.get(actual) ?? from;
    this.#movements.moved(actual, owner, to);
    removeFrom(this.#current.get(owner), actual);
    this.#current.get(to)?.push(actual);
    this.#owner.set(actual, to);
    this.#sort();
  }

  #isBalanced(): boolean {
    if (this.#sorted.length === 0) return true;
    const least = this.#size(this.#sorted[0]);
    const most = this.#size(this.#sorted[this.#sorted.length - 1]);
    if (least >= most - 1) return true;
    for (const memberId of this.#sorted) {
      const own = this.#current.get(memberId) ?? [];
      if (own.length === this.#most(memberId)) continue;
      for (const topic of this.#topics.get(memberId) ?? []) {
        for (const partition of this.#problem.partitions.get(topic) ?? []) {
          if (this.#owner.get(partition) === memberId) continue;
          if (own.length < this.#size(this.#owner.get(partition))) return false;
        }
      }
    }
    return true;
  }

  #size(memberId: string | undefined): number {
    return memberId === undefined ? 0 : (this.#current.get(memberId)?.length ?? 0);
  }

  #sort(): void {
    this.#sorted.sort((a, b) => this.#size(a) - this.#size(b) || compareText(a, b));
  }
}

/** Sum of the differences between all pairs of members; 0 is perfect. */
function imbalance(assignment: ReadonlyMap<string, readonly unknown[]>): number {
  const sizes = Array.from(assignment.values(), ({ length }) => length);
  let sum = 0;
  for (const [index, size] of sizes.entries())
    for (let other = index + 1; other < sizes.length; other++) sum += Math.abs(size - sizes[other]);
  return sum;
}
