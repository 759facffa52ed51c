/**
 * AlterPartitionReassignments, versions 0-1 (KIP-455). Null replicas cancel. v1: whether a change of the replication
 * factor is meant.
 */
import {
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse,
  type AlterPartitionReassignmentsResponseInit,
  ApiKey,
  ErrorCode,
  errorMessage,
} from '@ottla/protocol';
import type { ReassignmentRequest } from '../controller/reassignments.task.ts';
import { CLUSTER_NAME } from '../security/authorizer.ts';
import { byTopic } from './by-topic.ts';
import type { ApiHandler } from './handler.ts';
import { respondLater } from './respond-later.ts';

export const alterPartitionReassignments: ApiHandler<
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponseInit
> = {
  key: ApiKey.AlterPartitionReassignments,
  request: AlterPartitionReassignmentsRequest,
  response: AlterPartitionReassignmentsResponse,
  minVersion: 0,
  maxVersion: 1,
  handle(call, broker) {
    const { context, request } = call;
    if (!broker.authorizer.authorize(context, 'Alter', 'Cluster', CLUSTER_NAME)) {
      call.respond(failed(ErrorCode.CLUSTER_AUTHORIZATION_FAILED));
      return;
    }
    const { allowReplicationFactorChange } = request;
    const moves = request.topics.flatMap(({ name, partitions }) =>
      partitions.map(
        ({ partitionIndex, replicas }): ReassignmentRequest => ({ topic: name, partition: partitionIndex, replicas }),
      ),
    );
    respondLater(
      alterPartitionReassignments,
      call,
      broker,
      broker.admin.alterReassignments(moves, allowReplicationFactorChange).then((results) => {
        if (results === undefined) return failed(ErrorCode.NOT_CONTROLLER);
        return {
          throttleTimeMs: broker.quotas.record(context, 'controller-mutation', 0),
          allowReplicationFactorChange,
          errorCode: ErrorCode.NONE,
          errorMessage: '',
          responses: byTopic(results).map(([name, items]) => ({
            name,
            partitions: items.map(({ partition, error, message }) => ({
              partitionIndex: partition,
              errorCode: error,
              errorMessage: message ?? (error === ErrorCode.NONE ? null : errorMessage(error)),
            })),
          })),
        };
      }),
    );
  },
  onError: failed,
};

function failed(error: ErrorCode): AlterPartitionReassignmentsResponseInit {
  return { throttleTimeMs: 0, errorCode: error, errorMessage: errorMessage(error), responses: [] };
}
