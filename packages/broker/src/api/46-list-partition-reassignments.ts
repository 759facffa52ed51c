/** ListPartitionReassignments, version 0 (KIP-455): those that run. Null topics: all. */
import {
  ApiKey,
  ErrorCode,
  errorMessage,
  ListPartitionReassignmentsRequest,
  ListPartitionReassignmentsResponse,
  type ListPartitionReassignmentsResponseInit,
} from '@ottla/protocol';
import { CLUSTER_NAME } from '../security/authorizer.ts';
import { byTopic } from './by-topic.ts';
import type { ApiHandler } from './handler.ts';
import { respondLater } from './respond-later.ts';

export const listPartitionReassignments: ApiHandler<
  ListPartitionReassignmentsRequest,
  ListPartitionReassignmentsResponseInit
> = {
  key: ApiKey.ListPartitionReassignments,
  request: ListPartitionReassignmentsRequest,
  response: ListPartitionReassignmentsResponse,
  minVersion: 0,
  maxVersion: 0,
  handle(call, broker) {
    const { context, request } = call;
    if (!broker.authorizer.authorize(context, 'Describe', 'Cluster', CLUSTER_NAME)) {
      call.respond(failed(ErrorCode.CLUSTER_AUTHORIZATION_FAILED));
      return;
    }
    const wanted =
      request.topics === null
        ? null
        : request.topics.flatMap(({ name, partitionIndexes }) =>
            partitionIndexes.map((partition) => ({ topic: name, partition })),
          );
    respondLater(
      listPartitionReassignments,
      call,
      broker,
      broker.admin.listReassignments(wanted).then((ongoing) => {
        if (ongoing === undefined) return failed(ErrorCode.NOT_CONTROLLER);
        return {
          throttleTimeMs: broker.quotas.record(context, 'request', 0),
          errorCode: ErrorCode.NONE,
          errorMessage: '',
          topics: byTopic(ongoing).map(([name, items]) => ({
            name,
            partitions: items.map(({ partition, replicas, adding, removing }) => ({
              partitionIndex: partition,
              replicas,
              addingReplicas: adding,
              removingReplicas: removing,
            })),
          })),
        };
      }),
    );
  },
  onError: failed,
};

function failed(error: ErrorCode): ListPartitionReassignmentsResponseInit {
  return { throttleTimeMs: 0, errorCode: error, errorMessage: errorMessage(error), topics: [] };
}
