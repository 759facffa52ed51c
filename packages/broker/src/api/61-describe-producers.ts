/** DescribeProducers, version 0 (KIP-664): the idempotent and transactional producers a partition's leader remembers. */
import { topicNameError } from '@ottla/common';
import {
  ApiKey,
  DescribeProducersRequest,
  DescribeProducersResponse,
  type DescribeProducersResponseInit,
  type DescribeProducersResponsePartitionResponseInit,
  ErrorCode,
  errorMessage,
} from '@ottla/protocol';
import type { BrokerServices } from '../services.ts';
import type { ApiHandler, RequestContext } from './handler.ts';

export const describeProducers: ApiHandler<DescribeProducersRequest, DescribeProducersResponseInit> = {
  key: ApiKey.DescribeProducers,
  request: DescribeProducersRequest,
  response: DescribeProducersResponse,
  minVersion: 0,
  maxVersion: 0,
  handle(call, broker) {
    const { context, request } = call;
    const topics = request.topics.map(({ name, partitionIndexes }) => {
      const refusal = topicRefusal(broker, context, name);
      return {
        name,
        partitions: partitionIndexes.map((index) =>
          refusal === undefined ? describe(broker, name, index) : failed(index, refusal.error, refusal.message),
        ),
      };
    });
    call.respond({ throttleTimeMs: broker.quotas.record(context, 'request', 0), topics });
  },
  onError: (error, request) => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((index) => failed(index, error)),
    })),
  }),
};

function topicRefusal(
  broker: BrokerServices,
  context: RequestContext,
  topic: string,
): { readonly error: ErrorCode; readonly message: string } | undefined {
  const problem = topicNameError(topic);
  if (problem !== undefined) return { error: ErrorCode.INVALID_TOPIC_EXCEPTION, message: problem };
  if (!broker.authorizer.authorize(context, 'Read', 'Topic', topic))
    return withText(ErrorCode.TOPIC_AUTHORIZATION_FAILED);
  if (broker.metadata.topic(topic) === undefined) return withText(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  return undefined;
}

function withText(error: ErrorCode): { readonly error: ErrorCode; readonly message: string } {
  return { error, message: errorMessage(error) };
}

function describe(
  broker: BrokerServices,
  topic: string,
  partitionIndex: number,
): DescribeProducersResponsePartitionResponseInit {
  const held = broker.replicas.partition(topic, partitionIndex);
  if (typeof held === 'number') return failed(partitionIndex, held);
  const error = held.checkLocal(-1, true);
  if (error !== ErrorCode.NONE) return failed(partitionIndex, error);
  return {
    partitionIndex,
    errorCode: ErrorCode.NONE,
    activeProducers: held.log.producers().map((producer) => ({
      producerId: producer.producerId,
      producerEpoch: producer.producerEpoch,
      lastSequence: producer.lastSequence,
      lastTimestamp: producer.lastTimestamp,
      coordinatorEpoch: producer.coordinatorEpoch,
      currentTxnStartOffset: producer.currentTransactionStartOffset,
    })),
  };
}

function failed(
  partitionIndex: number,
  errorCode: ErrorCode,
  text: string | null = null,
): DescribeProducersResponsePartitionResponseInit {
  return { partitionIndex, errorCode, errorMessage: text, activeProducers: [] };
}
