/** LeaveGroup, versions 0-5. v0-2: one member, its error at the top. v3: a list, an error for each (KIP-345). v5: a reason. */
import { ApiKey, ErrorCode, LeaveGroupRequest, LeaveGroupResponse, type LeaveGroupResponseInit } from '@ottla/protocol';
import type { ApiHandler } from './handler.ts';

const LIST_SINCE = 3;

export const leaveGroup: ApiHandler<LeaveGroupRequest, LeaveGroupResponseInit> = {
  key: ApiKey.LeaveGroup,
  request: LeaveGroupRequest,
  response: LeaveGroupResponse,
  minVersion: 0,
  maxVersion: 5,
  handle(call, broker) {
    const { context, request } = call;
    if (!broker.authorizer.authorize(context, 'Read', 'Group', request.groupId)) {
      call.respond({ errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED });
      return;
    }
    const single = context.apiVersion < LIST_SINCE;
    const leaving = single
      ? [{ memberId: request.memberId, groupInstanceId: null, reason: null }]
      : request.members.map(({ memberId, groupInstanceId, reason }) => ({ memberId, groupInstanceId, reason }));
    broker.groups.leaveGroup(request.groupId, leaving, (error, errors) => {
      if (error !== ErrorCode.NONE) call.respond({ errorCode: error });
      else if (single) call.respond({ errorCode: errors[0] ?? ErrorCode.NONE });
      else {
        const members = leaving.map(({ memberId, groupInstanceId }, index) => ({
          memberId,
          groupInstanceId,
          errorCode: errors[index] ?? ErrorCode.NONE,
        }));
        call.respond({ errorCode: ErrorCode.NONE, members });
      }
    });
  },
  onError: (errorCode) => ({ errorCode }),
};
