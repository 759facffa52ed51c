/**
 * DescribeTopicPartitions, version 0 (KIP-966): partitions in pages, topics by name; the cursor says where the next page
 * begins. There are no eligible leader replicas yet.
 */
import { INTERNAL_TOPICS, topicNameError } from '@ottla/common';
import {
  ApiKey,
  DescribeTopicPartitionsRequest,
  DescribeTopicPartitionsResponse,
  type DescribeTopicPartitionsResponseDescribeTopicPartitionsResponsePartitionInit,
  type DescribeTopicPartitionsResponseDescribeTopicPartitionsResponseTopicInit,
  type DescribeTopicPartitionsResponseInit,
  ErrorCode,
  ZERO_UUID,
} from '@ottla/protocol';
import type { PartitionMetadata, TopicMetadata } from '../metadata/metadata-cache.ts';
import type { BrokerServices } from '../services.ts';
import type { ApiHandler, RequestContext } from './handler.ts';

type TopicAnswer = DescribeTopicPartitionsResponseDescribeTopicPartitionsResponseTopicInit;
type PartitionAnswer = DescribeTopicPartitionsResponseDescribeTopicPartitionsResponsePartitionInit;

export const describeTopicPartitions: ApiHandler<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponseInit> =
  {
    key: ApiKey.DescribeTopicPartitions,
    request: DescribeTopicPartitionsRequest,
    response: DescribeTopicPartitionsResponse,
    minVersion: 0,
    maxVersion: 0,
    handle(call, broker) {
      const { context, request } = call;
      const { cursor } = request;
      if (cursor !== null && cursor.partitionIndex < 0) {
        call.respond(failed(ErrorCode.INVALID_REQUEST, request));
        return;
      }
      const named = request.topics.map(({ name }) => name);
      const isAll = named.length === 0;
      const first = cursor?.topicName ?? '';
      const names = [...new Set(isAll ? broker.metadata.topicNames() : named)].filter((name) => name >= first).sort();
      const topics: TopicAnswer[] = [];
      const denied: TopicAnswer[] = [];
      const limit = broker.config.int('max.request.partition.size.limit');
      let room = Math.max(1, Math.min(limit, request.responsePartitionLimit));
      let nextCursor: DescribeTopicPartitionsResponseInit['nextCursor'] = null;
      for (const name of names) {
        if (!broker.authorizer.authorize(context, 'Describe', 'Topic', name)) {
          if (!isAll) denied.push(topicError(ErrorCode.TOPIC_AUTHORIZATION_FAILED, name));
          continue;
        }
        const topic = broker.metadata.topic(name);
        if (topic === undefined) {
          topics.push(topicError(unknownError(name), name));
          continue;
        }
        const from = name === cursor?.topicName ? cursor.partitionIndex : 0;
        const partitions = pageOf(broker, context, topic, from, room);
        topics.push({ ...describe(broker, context, topic), partitions });
        room -= partitions.length;
        const next = from + partitions.length;
        if (room === 0) {
          nextCursor = cursorAfter(topic, next, names[names.indexOf(name) + 1]);
          break;
        }
      }
      call.respond({
        throttleTimeMs: broker.quotas.record(context, 'request', 0),
        topics: [...topics, ...denied],
        nextCursor,
      });
    },
    onError: failed,
  };

function pageOf(
  broker: BrokerServices,
  context: RequestContext,
  topic: TopicMetadata,
  from: number,
  room: number,
): PartitionAnswer[] {
  const page: PartitionAnswer[] = [];
  for (let index = from; index < topic.partitions.size && page.length < room; index++) {
    const partition = topic.partitions.get(index);
    if (partition !== undefined) page.push(describePartition(broker, context, partition));
  }
  return page;
}

function cursorAfter(
  topic: TopicMetadata,
  next: number,
  nextTopic: string | undefined,
): DescribeTopicPartitionsResponseInit['nextCursor'] {
  if (next < topic.partitions.size) return { topicName: topic.name, partitionIndex: next };
  return nextTopic === undefined ? null : { topicName: nextTopic, partitionIndex: 0 };
}

function describe({ authorizer }: BrokerServices, context: RequestContext, topic: TopicMetadata): TopicAnswer {
  return {
    errorCode: ErrorCode.NONE,
    name: topic.name,
    topicId: topic.id,
    isInternal: INTERNAL_TOPICS.has(topic.name),
    partitions: [],
    topicAuthorizedOperations: authorizer.authorizedOperations(context, 'Topic', topic.name),
  };
}

function describePartition(
  { metadata }: BrokerServices,
  { listener }: RequestContext,
  partition: PartitionMetadata,
): PartitionAnswer {
  const isReachable = metadata.broker(partition.leader, listener) !== undefined;
  const error = metadata.isAlive(partition.leader) ? ErrorCode.LISTENER_NOT_FOUND : ErrorCode.LEADER_NOT_AVAILABLE;
  return {
    errorCode: isReachable ? ErrorCode.NONE : error,
    partitionIndex: partition.partition,
    leaderId: isReachable ? partition.leader : -1,
    leaderEpoch: partition.leaderEpoch,
    replicaNodes: partition.replicas,
    isrNodes: partition.isr,
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
    offlineReplicas: partition.offline,
  };
}

function unknownError(name: string): ErrorCode {
  const isLegal = topicNameError(name) === undefined;
  return isLegal ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.INVALID_TOPIC_EXCEPTION;
}

function topicError(errorCode: ErrorCode, name: string): TopicAnswer {
  return { errorCode, name, topicId: ZERO_UUID, isInternal: INTERNAL_TOPICS.has(name), partitions: [] };
}

function failed(error: ErrorCode, request: DescribeTopicPartitionsRequest): DescribeTopicPartitionsResponseInit {
  return { topics: request.topics.map(({ name }) => topicError(error, name)) };
}
