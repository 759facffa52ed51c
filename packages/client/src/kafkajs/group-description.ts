/** DescribeGroups as kafkajs answers it: with the bytes that members wrote. */
import { DescribeGroupsRequest, DescribeGroupsResponse } from '@ottla/protocol';
import { checkCode } from '../errors.ts';
import type { Link } from './link.ts';

export type ConsumerGroupState =
  | 'Unknown'
  | 'PreparingRebalance'
  | 'CompletingRebalance'
  | 'Stable'
  | 'Dead'
  | 'Empty'
  | (string & {});

export interface MemberDescription {
  clientHost: string;
  clientId: string;
  memberId: string;
  memberAssignment: Buffer;
  memberMetadata: Buffer;
}

export interface DescribedGroup {
  groupId: string;
  errorCode: number;
  members: MemberDescription[];
  protocol: string;
  protocolType: string;
  state: ConsumerGroupState;
}

const DESCRIBE_GROUPS = { request: DescribeGroupsRequest, response: DescribeGroupsResponse };
/** From version 6 on a group that is not there is an error. */
const DESCRIBE_GROUPS_MAX = 5;

export async function describeGroup(link: Link, groupId: string): Promise<DescribedGroup> {
  return link.retrying(async () => {
    const cluster = await link.cluster();
    const answer = await cluster.request(
      DESCRIBE_GROUPS,
      await cluster.coordinator('group', groupId),
      { groups: [groupId] },
      { maxVersion: DESCRIBE_GROUPS_MAX },
    );
    const [group] = answer.groups;
    if (group === undefined) throw new RangeError(`The answer lacks group ${groupId}`);
    if (group.errorCode !== 0) cluster.forgetCoordinator('group', groupId);
    checkCode(group.errorCode, null);
    return {
      errorCode: group.errorCode,
      groupId: group.groupId,
      state: group.groupState,
      protocolType: group.protocolType,
      protocol: group.protocolData,
      members: group.members.map(({ memberId, clientId, clientHost, memberMetadata, memberAssignment }) => ({
        memberId,
        clientId,
        clientHost,
        memberMetadata: Buffer.from(memberMetadata),
        memberAssignment: Buffer.from(memberAssignment),
      })),
    };
  });
}
