/** Heartbeat, versions 0-4. v3: static members. */
import { ApiKey, ErrorCode, HeartbeatRequest, HeartbeatResponse, type HeartbeatResponseInit } from '@ottla/protocol';
import type { ApiHandler } from './handler.ts';

export const heartbeat: ApiHandler<HeartbeatRequest, HeartbeatResponseInit> = {
  key: ApiKey.Heartbeat,
  request: HeartbeatRequest,
  response: HeartbeatResponse,
  minVersion: 0,
  maxVersion: 4,
  handle(call, broker) {
    const { groupId, memberId, groupInstanceId, generationId } = call.request;
    if (!broker.authorizer.authorize(call.context, 'Read', 'Group', groupId)) {
      call.respond({ errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED });
      return;
    }
    broker.groups.heartbeat(groupId, memberId, groupInstanceId, generationId, (errorCode) =>
      call.respond({ errorCode }),
    );
  },
  onError: (errorCode) => ({ errorCode }),
};
