/** DeleteGroups, versions 0-2. */
import {
  ApiKey,
  DeleteGroupsRequest,
  DeleteGroupsResponse,
  type DeleteGroupsResponseInit,
  ErrorCode,
} from '@ottla/protocol';
import type { ApiHandler } from './handler.ts';

export const deleteGroups: ApiHandler<DeleteGroupsRequest, DeleteGroupsResponseInit> = {
  key: ApiKey.DeleteGroups,
  request: DeleteGroupsRequest,
  response: DeleteGroupsResponse,
  minVersion: 0,
  maxVersion: 2,
  handle(call, broker) {
    const groups = [...new Set(call.request.groupsNames)];
    const results = groups.map((groupId) => ({ groupId, errorCode: ErrorCode.NONE as number }));
    let waiting = groups.length;
    const settle = (index: number, errorCode: number): void => {
      const result = results[index];
      if (result !== undefined) result.errorCode = errorCode;
      if (--waiting === 0) call.respond({ throttleTimeMs: 0, results });
    };
    if (waiting === 0) call.respond({ throttleTimeMs: 0, results });
    groups.forEach((groupId, index) => {
      if (!broker.authorizer.authorize(call.context, 'Delete', 'Group', groupId))
        settle(index, ErrorCode.GROUP_AUTHORIZATION_FAILED);
      else broker.groups.deleteGroup(groupId, (error) => settle(index, error));
    });
  },
  onError: (errorCode, request) => ({
    throttleTimeMs: 0,
    results: request.groupsNames.map((groupId) => ({ groupId, errorCode })),
  }),
};
