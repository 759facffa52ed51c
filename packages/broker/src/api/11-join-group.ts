/**
 * JoinGroup, versions 0-9 (classic protocol). v0 has no rebalance timeout: the session timeout serves. v4: a dynamic member is
 * given its id first (KIP-394). v5: static members. v7: protocol type and name are nullable. v9: skipAssignment (KIP-814).
 */
import { ApiKey, ErrorCode, JoinGroupRequest, JoinGroupResponse, type JoinGroupResponseInit } from '@ottla/protocol';
import { hostText } from '../coordinator/group/host-text.ts';
import { type JoinResult, joinError } from '../coordinator/group/results.ts';
import type { ApiHandler } from './handler.ts';

export const joinGroup: ApiHandler<JoinGroupRequest, JoinGroupResponseInit> = {
  key: ApiKey.JoinGroup,
  request: JoinGroupRequest,
  response: JoinGroupResponse,
  minVersion: 0,
  maxVersion: 9,
  handle(call, broker) {
    const { context, request } = call;
    const version = context.apiVersion;
    if (!broker.authorizer.authorize(context, 'Read', 'Group', request.groupId)) {
      call.respond(encode(joinError(request.memberId, ErrorCode.GROUP_AUTHORIZATION_FAILED), version));
      return;
    }
    broker.groups.joinGroup(
      {
        groupId: request.groupId,
        memberId: request.memberId,
        groupInstanceId: request.groupInstanceId,
        clientId: context.clientId,
        clientHost: hostText(context.clientAddress),
        protocolType: request.protocolType,
        // The group keeps them longer than the frame lives.
        protocols: request.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
        rebalanceTimeoutMs: version === 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs,
        sessionTimeoutMs: request.sessionTimeoutMs,
        requireKnownMemberId: version >= 4 && request.groupInstanceId === null,
        supportsSkippingAssignment: version >= 9,
        reason: request.reason ?? 'not provided',
      },
      (result) => call.respond(encode(result, version)),
    );
  },
  onError: (error, request, version) => encode(joinError(request.memberId, error), version),
};

function encode(result: JoinResult, version: number): JoinGroupResponseInit {
  return {
    errorCode: result.error,
    generationId: result.generationId,
    protocolType: result.protocolType,
    protocolName: result.protocolName ?? (version < 7 ? '' : null),
    leader: result.leaderId,
    skipAssignment: result.skipAssignment,
    memberId: result.memberId,
    members: result.members.map(({ memberId, groupInstanceId, metadata }) => ({ memberId, groupInstanceId, metadata })),
  };
}
