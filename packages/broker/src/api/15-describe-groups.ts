/**
 * DescribeGroups, versions 0-6. v3: authorized operations on request. v4: static members. v6: an unknown group is
 * GROUP_ID_NOT_FOUND with a message (KIP-1043), before that it is `Dead` without an error.
 */
import {
  ApiKey,
  DescribeGroupsRequest,
  DescribeGroupsResponse,
  type DescribeGroupsResponseDescribedGroupInit,
  type DescribeGroupsResponseInit,
  ErrorCode,
} from '@ottla/protocol';
import type { BrokerServices } from '../services.ts';
import type { ApiHandler, RequestContext } from './handler.ts';

const NOT_ASKED = -2147483648;
const NOT_FOUND_SINCE = 6;

export const describeGroups: ApiHandler<DescribeGroupsRequest, DescribeGroupsResponseInit> = {
  key: ApiKey.DescribeGroups,
  request: DescribeGroupsRequest,
  response: DescribeGroupsResponse,
  minVersion: 0,
  maxVersion: 6,
  handle(call, broker) {
    const { context, request } = call;
    const groups: DescribeGroupsResponseDescribedGroupInit[] = [];
    let waiting = request.groups.length;
    if (waiting === 0) call.respond({ groups: [] });
    request.groups.forEach((groupId, index) => {
      describe(broker, context, groupId, request.includeAuthorizedOperations, (group) => {
        groups[index] = group;
        if (--waiting === 0) call.respond({ groups });
      });
    });
  },
  onError: (error, request) => ({ groups: request.groups.map((groupId) => failed(groupId, error, null)) }),
};

function describe(
  broker: BrokerServices,
  context: RequestContext,
  groupId: string,
  withOperations: boolean,
  answer: (group: DescribeGroupsResponseDescribedGroupInit) => void,
): void {
  if (!broker.authorizer.authorize(context, 'Describe', 'Group', groupId))
    return answer(failed(groupId, ErrorCode.GROUP_AUTHORIZATION_FAILED, null));
  broker.groups.describeGroup(groupId, (outcome) => {
    if (!('response' in outcome)) return answer(failed(groupId, outcome.error, outcome.message));
    const { found, state, protocolType, protocolName, members } = outcome.response;
    const missing = !found && context.apiVersion >= NOT_FOUND_SINCE;
    answer({
      errorCode: missing ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.NONE,
      errorMessage: missing ? `Group ${groupId} not found.` : null,
      groupId,
      groupState: state,
      protocolType,
      protocolData: protocolName,
      members: members.map(({ metadata, assignment, ...member }) => ({
        ...member,
        memberMetadata: metadata,
        memberAssignment: assignment,
      })),
      authorizedOperations:
        withOperations && found ? broker.authorizer.authorizedOperations(context, 'Group', groupId) : NOT_ASKED,
    });
  });
}

function failed(
  groupId: string,
  errorCode: ErrorCode,
  errorMessage: string | null,
): DescribeGroupsResponseDescribedGroupInit {
  return { errorCode, errorMessage, groupId, groupState: '', protocolType: '', protocolData: '', members: [] };
}
