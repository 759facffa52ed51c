/** CreatePartitions, versions 0-3 (KIP-195): topics grow. Only the controller answers. */
import {
  ApiKey,
  CreatePartitionsRequest,
  CreatePartitionsResponse,
  type CreatePartitionsResponseCreatePartitionsTopicResultInit,
  type CreatePartitionsResponseInit,
  ErrorCode,
} from '@ottla/protocol';
import { QUOTA_EXCEEDED } from '../quota/quotas.ts';
import type { BrokerServices } from '../services.ts';
import type { ApiHandler, Call } from './handler.ts';
import { respondLater } from './respond-later.ts';

type Answer = CreatePartitionsResponseCreatePartitionsTopicResultInit;

/** Whoever speaks this knows THROTTLING_QUOTA_EXCEEDED (KIP-599). */
const STRICT_QUOTA_SINCE = 3;

export const createPartitions: ApiHandler<CreatePartitionsRequest, CreatePartitionsResponseInit> = {
  key: ApiKey.CreatePartitions,
  request: CreatePartitionsRequest,
  response: CreatePartitionsResponse,
  minVersion: 0,
  maxVersion: 3,
  handle(call, broker) {
    const { context, request } = call;
    if (!broker.admin.isController) {
      call.respond(failed(ErrorCode.NOT_CONTROLLER, request));
      return;
    }
    const refused = refusals(call, broker);
    for (const { name, count } of request.topics) {
      if (request.validateOnly || refused.has(name)) continue;
      const added = Math.max(0, count - (broker.metadata.topic(name)?.partitions.size ?? count));
      if (broker.quotas.admit(context, added, context.apiVersion >= STRICT_QUOTA_SINCE)) continue;
      refused.set(name, { name, errorCode: ErrorCode.THROTTLING_QUOTA_EXCEEDED, errorMessage: QUOTA_EXCEEDED });
    }
    const growth = request.topics
      .filter(({ name }) => !refused.has(name))
      .map(({ name, count, assignments }) => ({
        topic: name,
        count,
        assignments: assignments === null ? null : assignments.map(({ brokerIds }) => brokerIds),
      }));
    respondLater(
      createPartitions,
      call,
      broker,
      broker.admin.createPartitions(growth, request).then((results) => ({
        throttleTimeMs: broker.quotas.record(context, 'controller-mutation', 0),
        results: [
          ...results.map(({ topic, error, message }) => ({ name: topic, errorCode: error, errorMessage: message })),
          ...refused.values(),
        ],
      })),
    );
  },
  onError: failed,
};

/** By name: a topic that is asked for twice is answered once. */
function refusals(
  { context, request }: Call<CreatePartitionsRequest, CreatePartitionsResponseInit>,
  { admin, authorizer }: BrokerServices,
): Map<string, Answer> {
  const refused = new Map<string, Answer>();
  const seen = new Set<string>();
  const refuse = (name: string, errorCode: ErrorCode, errorMessage: string): void => {
    refused.set(name, { name, errorCode, errorMessage });
  };
  for (const { name } of request.topics) {
    if (seen.has(name)) refuse(name, ErrorCode.INVALID_REQUEST, 'Duplicate topic in request.');
    else if (!authorizer.authorize(context, 'Alter', 'Topic', name)) {
      refuse(name, ErrorCode.TOPIC_AUTHORIZATION_FAILED, 'The topic authorization is failed.');
    } else if (admin.isBeingDeleted(name)) {
      refuse(name, ErrorCode.INVALID_TOPIC_EXCEPTION, 'The topic is queued for deletion.');
    }
    seen.add(name);
  }
  return refused;
}

function failed(error: ErrorCode, request: CreatePartitionsRequest): CreatePartitionsResponseInit {
  return {
    throttleTimeMs: 0,
    results: request.topics.map(({ name }) => ({ name, errorCode: error, errorMessage: null })),
  };
}
