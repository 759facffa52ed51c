/** ElectLeaders, versions 0-2 (KIP-460). v0 knows preferred elections only. Null partitions: all that need one. */
import {
  ApiKey,
  ElectLeadersRequest,
  ElectLeadersResponse,
  type ElectLeadersResponseInit,
  ErrorCode,
  errorMessage,
} from '@ottla/protocol';
import type { ElectionResult } from '../controller/leader-elections.task.ts';
import type { TopicPartition } from '../controller/topic-partition.ts';
import { CLUSTER_NAME } from '../security/authorizer.ts';
import { byTopic } from './by-topic.ts';
import type { ApiHandler } from './handler.ts';
import { respondLater } from './respond-later.ts';

const PREFERRED = 0;
const UNCLEAN = 1;

export const electLeaders: ApiHandler<ElectLeadersRequest, ElectLeadersResponseInit> = {
  key: ApiKey.ElectLeaders,
  request: ElectLeadersRequest,
  response: ElectLeadersResponse,
  minVersion: 0,
  maxVersion: 2,
  handle(call, broker) {
    const { context, request } = call;
    if (!broker.authorizer.authorize(context, 'Alter', 'Cluster', CLUSTER_NAME)) {
      call.respond(failed(ErrorCode.CLUSTER_AUTHORIZATION_FAILED, request));
      return;
    }
    if (request.electionType !== PREFERRED && request.electionType !== UNCLEAN) {
      call.respond(failed(ErrorCode.INVALID_REQUEST, request));
      return;
    }
    const kind = request.electionType === UNCLEAN ? 'unclean' : 'preferred';
    respondLater(
      electLeaders,
      call,
      broker,
      broker.admin.electLeaders(kind, requested(request), request.timeoutMs).then((outcome) => {
        const results = typeof outcome === 'number' ? partitionErrors(outcome, request) : outcome;
        return answer(ErrorCode.NONE, results, broker.quotas.record(context, 'controller-mutation', 0));
      }),
    );
  },
  onError: failed,
};

function requested({ topicPartitions }: ElectLeadersRequest): TopicPartition[] | null {
  if (topicPartitions === null) return null;
  const distinct = new Map<string, TopicPartition>();
  for (const { topic, partitions } of topicPartitions) {
    for (const partition of partitions) distinct.set(`${topic}-${partition}`, { topic, partition });
  }
  return [...distinct.values()];
}

function partitionErrors(error: ErrorCode, request: ElectLeadersRequest): ElectionResult[] {
  return (requested(request) ?? []).map((item) => ({ ...item, error, message: null }));
}

function answer(
  errorCode: ErrorCode,
  results: readonly ElectionResult[],
  throttleTimeMs: number,
): ElectLeadersResponseInit {
  return {
    throttleTimeMs,
    errorCode,
    replicaElectionResults: byTopic(results).map(([topic, items]) => ({
      topic,
      partitionResult: items.map(({ partition, error, message }) => ({
        partitionId: partition,
        errorCode: error,
        errorMessage: message ?? (error === ErrorCode.NONE ? null : errorMessage(error)),
      })),
    })),
  };
}

function failed(error: ErrorCode, request: ElectLeadersRequest): ElectLeadersResponseInit {
  return answer(error, partitionErrors(error, request), 0);
}
