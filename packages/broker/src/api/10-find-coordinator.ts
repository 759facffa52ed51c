/**
 * FindCoordinator, versions 0-6. v0 knows groups only; v1 the key type (0 group, 1 transaction, 2 share from v6); v4 several keys
 * at once (KIP-699). A missing internal topic is created, and the client asks again: COORDINATOR_NOT_AVAILABLE.
 */
import {
  ApiKey,
  ErrorCode,
  errorMessage,
  FindCoordinatorRequest,
  FindCoordinatorResponse,
  type FindCoordinatorResponseCoordinatorInit,
  type FindCoordinatorResponseInit,
} from '@ottla/protocol';
import { OFFSETS_TOPIC } from '../coordinator/group/group-coordinator.ts';
import type { BrokerServices } from '../services.ts';
import type { ApiHandler, RequestContext } from './handler.ts';

const KEYS_SINCE = 4;
const GROUP = 0;

export const findCoordinator: ApiHandler<FindCoordinatorRequest, FindCoordinatorResponseInit> = {
  key: ApiKey.FindCoordinator,
  request: FindCoordinatorRequest,
  response: FindCoordinatorResponse,
  minVersion: 0,
  maxVersion: 6,
  handle(call, broker) {
    const { context, request } = call;
    if (context.apiVersion >= KEYS_SINCE) {
      call.respond({ coordinators: request.coordinatorKeys.map((key) => find(broker, context, request.keyType, key)) });
      return;
    }
    const { key: _, ...found } = find(broker, context, request.keyType, request.key);
    call.respond({ ...found, errorMessage: errorMessage(found.errorCode) });
  },
  onError(error, request, version) {
    if (version >= KEYS_SINCE) return { coordinators: request.coordinatorKeys.map((key) => failed(key, error)) };
    const { key: _, ...answer } = failed(request.key, error);
    return { ...answer, errorMessage: errorMessage(error) };
  },
};

function find(
  broker: BrokerServices,
  context: RequestContext,
  keyType: number,
  key: string,
): FindCoordinatorResponseCoordinatorInit {
  // Group coordinators are the only ones here.
  if (keyType !== GROUP)
    return failed(key, keyType === 1 ? ErrorCode.COORDINATOR_NOT_AVAILABLE : ErrorCode.INVALID_REQUEST);
  if (!broker.authorizer.authorize(context, 'Describe', 'Group', key))
    return failed(key, ErrorCode.GROUP_AUTHORIZATION_FAILED);
  if (broker.metadata.topic(OFFSETS_TOPIC) === undefined) {
    broker.admin.createInternalTopic(OFFSETS_TOPIC);
    return failed(key, ErrorCode.COORDINATOR_NOT_AVAILABLE);
  }
  const partition = broker.metadata.partition(OFFSETS_TOPIC, broker.groups.partitionFor(key));
  const node =
    partition === undefined || partition.leader < 0
      ? undefined
      : broker.metadata.broker(partition.leader, context.listener);
  if (node === undefined) return failed(key, ErrorCode.COORDINATOR_NOT_AVAILABLE);
  return { key, nodeId: node.id, host: node.host, port: node.port, errorCode: ErrorCode.NONE, errorMessage: '' };
}

function failed(key: string, errorCode: ErrorCode): FindCoordinatorResponseCoordinatorInit {
  return { key, nodeId: -1, host: '', port: -1, errorCode, errorMessage: '' };
}
