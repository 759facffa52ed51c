import type { TopicOffsets } from './producer-types.ts';

export interface GroupMember {
  committed(topics: readonly TopicOffsets[]): void;
}

/** Lets the consumers of a Kafka know what its producers' transactions have committed for their groups. */
export class GroupProgress {
  readonly #members = new Map<string, Set<GroupMember>>();

  /** Returns how to end it. */
  join(groupId: string, member: GroupMember): () => void {
    const members = this.#members.get(groupId) ?? new Set();
    this.#members.set(groupId, members.add(member));
    return () => {
      members.delete(member);
      if (members.size === 0) this.#members.delete(groupId);
    };
  }

  committed(groupId: string, topics: readonly TopicOffsets[]): void {
    for (const member of this.#members.get(groupId) ?? []) member.committed(topics);
  }
}
