import type { GroupMetadataValue, GroupMetadataValueInit } from '@ottla/protocol';
import { ClassicGroup } from './classic-group.ts';
import { ClassicMember } from './classic-member.ts';

const EMPTY = Buffer.alloc(0);

/** What is written of a group: `assignments` by member id, an absent one is empty. */
export function groupValue(group: ClassicGroup, assignments: ReadonlyMap<string, Buffer>): GroupMetadataValueInit {
  const protocol = group.protocolName ?? '';
  return {
    protocolType: group.protocolType ?? '',
    generation: group.generationId,
    protocol: group.protocolName ?? null,
    leader: group.leaderId ?? null,
    currentStateTimestamp: group.stateSinceMs ?? -1,
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.identity.clientId,
      clientHost: member.identity.clientHost,
      rebalanceTimeout: member.rebalanceTimeoutMs,
      sessionTimeout: member.sessionTimeoutMs,
      subscription: member.metadata(protocol),
      assignment: assignments.get(member.memberId) ?? EMPTY,
    })),
  };
}

/** A group as its record has it: Stable with members, Empty without. */
export function restoreGroup(groupId: string, value: GroupMetadataValue): ClassicGroup {
  const group = new ClassicGroup(groupId);
  group.generationId = value.generation;
  const since = Number(value.currentStateTimestamp);
  group.restoreState(value.members.length === 0 ? 'Empty' : 'Stable', since === -1 ? undefined : since);
  for (const stored of value.members) {
    const member = new ClassicMember(
      stored.memberId,
      { groupInstanceId: stored.groupInstanceId, clientId: stored.clientId, clientHost: stored.clientHost },
      value.protocolType,
      // Views into a chunk of the log would keep all of it alive.
      [{ name: value.protocol ?? '', metadata: Buffer.from(stored.subscription) }],
      // Version 0 has one timeout for both.
      stored.rebalanceTimeout === -1 ? stored.sessionTimeout : stored.rebalanceTimeout,
      stored.sessionTimeout,
    );
    member.assignment = Buffer.from(stored.assignment);
    group.add(member);
  }
  group.protocolType = value.protocolType === '' ? undefined : value.protocolType;
  group.protocolName = value.protocol ?? undefined;
  group.leaderId = value.leader ?? undefined;
  return group;
}
