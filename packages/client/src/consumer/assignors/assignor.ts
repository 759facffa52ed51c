/*
 * Client-side assignment (classic groups): the leader of a generation runs the assignor that all members share. What an
 * assignor answers is what Java's answers for the same group, so that members of both can be in one group.
 */
import type { TopicPartition } from '../topic-partition.ts';

/** `eager`: everything is revoked before a rejoin. `cooperative`: only what moves (KIP-429). */
export type RebalanceProtocol = 'eager' | 'cooperative';

/** A topic that somebody of the group subscribed to and that exists. */
export interface AssignableTopic {
  readonly name: string;
  readonly partitions: number;
  /** Racks that have a replica, by partition; undefined where they are not known. */
  readonly racks?: readonly (readonly string[])[];
}

/** One member, as the leader sees it. */
export interface GroupMember {
  readonly memberId: string;
  /** `group.instance.id` of a static member. */
  readonly instanceId: string | null;
  readonly topics: readonly string[];
  /** What the member's own assignor wrote. */
  readonly userData: Buffer | null;
  /** What it has now (Subscription v1 and later). */
  readonly ownedPartitions: readonly TopicPartition[];
  /** The generation it has them from; -1 when it is not known (Subscription v2 and later). */
  readonly generationId: number;
  readonly rackId: string | null;
}

/** Java's ConsumerPartitionAssignor. Bring your own: any object of this shape. */
export interface Assignor {
  /** What members announce; all members must have one in common. */
  readonly name: string;
  /** Default: eager. */
  readonly protocol?: RebalanceProtocol;
  /** Goes into this member's subscription; default: nothing. */
  userData?(topics: readonly string[]): Uint8Array | null;
  /** Run by the leader. Members that are left out get nothing. */
  assign(topics: readonly AssignableTopic[], members: readonly GroupMember[]): Map<string, TopicPartition[]>;
  /** Instead of `userData` and `assign`: bytes of its own in place of Java's ConsumerProtocol messages. */
  readonly raw?: RawAssignor;
  /** Told what this member got. */
  onAssignment?(partitions: readonly TopicPartition[], generationId: number): void;
}

/** An assignor that writes what members tell each other by itself; assignments are read as Java's ConsumerProtocol. */
export interface RawAssignor {
  metadata(topics: readonly string[]): Uint8Array;
  /** What a member subscribed to, by its own bytes. */
  topics(metadata: Buffer): readonly string[];
  assign(members: readonly RawMember[]): Promise<ReadonlyMap<string, Uint8Array>>;
}

export interface RawMember {
  readonly memberId: string;
  readonly metadata: Buffer;
}

/** Members in the order of Java's MemberInfo: static ones first, by instance id; the others by member id. */
export function compareMembers(a: GroupMember, b: GroupMember): number {
  if (a.instanceId !== null && b.instanceId !== null) return compareText(a.instanceId, b.instanceId);
  if (a.instanceId !== null) return -1;
  if (b.instanceId !== null) return 1;
  return compareText(a.memberId, b.memberId);
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** An empty list for every member. */
export function emptyAssignment(members: readonly GroupMember[]): Map<string, TopicPartition[]> {
  return new Map(members.map(({ memberId }) => [memberId, []]));
}
