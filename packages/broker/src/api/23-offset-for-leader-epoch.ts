/**
 * OffsetForLeaderEpoch, versions 0-4 (KIP-101, KIP-279): where the asked epoch ends in this log, or the largest epoch
 * before it. v2: the asker's current leader epoch fences (KIP-320). v3: the replica id.
 */
import {
  ApiKey,
  ErrorCode,
  OffsetForLeaderEpochRequest,
  OffsetForLeaderEpochResponse,
  type OffsetForLeaderEpochResponseEpochEndOffsetInit,
  type OffsetForLeaderEpochResponseInit,
} from '@ottla/protocol';
import { CLUSTER_NAME } from '../security/authorizer.ts';
import type { BrokerServices } from '../services.ts';
import type { ApiHandler } from './handler.ts';

export const offsetForLeaderEpoch: ApiHandler<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponseInit> = {
  key: ApiKey.OffsetForLeaderEpoch,
  request: OffsetForLeaderEpochRequest,
  response: OffsetForLeaderEpochResponse,
  minVersion: 0,
  maxVersion: 4,
  handle(call, broker) {
    const { context, request } = call;
    const { authorizer } = broker;
    const isBroker = authorizer.authorize(context, 'ClusterAction', 'Cluster', CLUSTER_NAME);
    const topics = request.topics.map(({ topic, partitions }) => {
      const isAllowed = isBroker || authorizer.authorize(context, 'Describe', 'Topic', topic);
      return {
        topic,
        partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) =>
          isAllowed
            ? endOffset(broker, topic, partition, currentLeaderEpoch, leaderEpoch)
            : failed(partition, ErrorCode.TOPIC_AUTHORIZATION_FAILED),
        ),
      };
    });
    call.respond({ throttleTimeMs: broker.quotas.record(context, 'request', 0), topics });
  },
  onError: (error, request) => ({
    topics: request.topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => failed(partition, error)),
    })),
  }),
};

function endOffset(
  broker: BrokerServices,
  topic: string,
  partition: number,
  currentLeaderEpoch: number,
  leaderEpoch: number,
): OffsetForLeaderEpochResponseEpochEndOffsetInit {
  const held = broker.replicas.partition(topic, partition);
  if (typeof held === 'number') return failed(partition, held);
  const error = held.checkLocal(currentLeaderEpoch, true);
  if (error !== ErrorCode.NONE) return failed(partition, error);
  const { epoch, endOffset: offset } = held.log.endOffsetForEpoch(leaderEpoch);
  return { errorCode: ErrorCode.NONE, partition, leaderEpoch: epoch, endOffset: offset };
}

function failed(partition: number, errorCode: ErrorCode): OffsetForLeaderEpochResponseEpochEndOffsetInit {
  return { errorCode, partition, leaderEpoch: -1, endOffset: -1 };
}
