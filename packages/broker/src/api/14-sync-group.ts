/** SyncGroup, versions 0-5. v3: static members. v5: protocol type and name are mandatory and checked (KIP-559). */
import { ApiKey, ErrorCode, SyncGroupRequest, SyncGroupResponse, type SyncGroupResponseInit } from '@ottla/protocol';
import { syncError } from '../coordinator/group/results.ts';
import type { ApiHandler } from './handler.ts';

const PROTOCOL_MANDATORY_SINCE = 5;

export const syncGroup: ApiHandler<SyncGroupRequest, SyncGroupResponseInit> = {
  key: ApiKey.SyncGroup,
  request: SyncGroupRequest,
  response: SyncGroupResponse,
  minVersion: 0,
  maxVersion: 5,
  handle(call, broker) {
    const { context, request } = call;
    if (
      context.apiVersion >= PROTOCOL_MANDATORY_SINCE &&
      (request.protocolType === null || request.protocolName === null)
    ) {
      call.respond(refuse(ErrorCode.INCONSISTENT_GROUP_PROTOCOL));
      return;
    }
    if (!broker.authorizer.authorize(context, 'Read', 'Group', request.groupId)) {
      call.respond(refuse(ErrorCode.GROUP_AUTHORIZATION_FAILED));
      return;
    }
    broker.groups.syncGroup(
      {
        groupId: request.groupId,
        generationId: request.generationId,
        memberId: request.memberId,
        groupInstanceId: request.groupInstanceId,
        protocolType: request.protocolType,
        protocolName: request.protocolName,
        // The group keeps them longer than the frame lives.
        assignments: new Map(
          request.assignments.map(({ memberId, assignment }) => [memberId, Buffer.from(assignment)]),
        ),
      },
      ({ error, protocolType, protocolName, assignment }) =>
        call.respond({ errorCode: error, protocolType, protocolName, assignment }),
    );
  },
  onError: (error) => refuse(error),
};

function refuse(error: ErrorCode): SyncGroupResponseInit {
  return { errorCode: error, assignment: syncError(error).assignment };
}
