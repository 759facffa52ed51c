import type { ClassicGroup } from './classic-group.ts';

export interface GroupDescription {
  readonly state: string;
  readonly protocolType: string;
  readonly protocolName: string;
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly clientId: string;
    readonly clientHost: string;
    readonly metadata: Buffer;
    readonly assignment: Buffer;
  }[];
}

const EMPTY = Buffer.alloc(0);

export const DEAD_GROUP: GroupDescription = { state: 'Dead', protocolType: '', protocolName: '', members: [] };

/** What DescribeGroups tells: metadata and assignments only of a stable group, since they are in flux otherwise. */
export function describe(group: ClassicGroup): GroupDescription {
  const stable = group.is('Stable');
  const protocol = stable ? (group.protocolName ?? '') : '';
  return {
    state: group.state,
    protocolType: group.protocolType ?? '',
    protocolName: protocol,
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.identity.clientId,
      clientHost: member.identity.clientHost,
      metadata: stable ? member.metadata(protocol) : EMPTY,
      assignment: stable ? member.assignment : EMPTY,
    })),
  };
}
