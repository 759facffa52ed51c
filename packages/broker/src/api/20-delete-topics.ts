/** DeleteTopics, versions 0-6. v6: by name or by id. Only the controller answers; v0-2 hear INVALID_REQUEST when deletion is off. */
import {
  ApiKey,
  DeleteTopicsRequest,
  DeleteTopicsResponse,
  type DeleteTopicsResponseDeletableTopicResultInit,
  type DeleteTopicsResponseInit,
  ErrorCode,
  type Uuid,
  ZERO_UUID,
} from '@ottla/protocol';
import { QUOTA_EXCEEDED } from '../quota/quotas.ts';
import type { BrokerServices } from '../services.ts';
import type { ApiHandler, Call } from './handler.ts';
import { respondLater } from './respond-later.ts';

const IDS_SINCE = 6;
const DISABLED_SINCE = 3;

type Answer = DeleteTopicsResponseDeletableTopicResultInit;
/** Whoever speaks this knows THROTTLING_QUOTA_EXCEEDED (KIP-599). */
const STRICT_QUOTA_SINCE = 5;

interface Wanted {
  readonly name: string | null;
  readonly topicId: Uuid;
}

export const deleteTopics: ApiHandler<DeleteTopicsRequest, DeleteTopicsResponseInit> = {
  key: ApiKey.DeleteTopics,
  request: DeleteTopicsRequest,
  response: DeleteTopicsResponse,
  minVersion: 0,
  maxVersion: 6,
  handle(call, broker) {
    const { context, request } = call;
    const version = context.apiVersion;
    if (!broker.admin.isController) {
      call.respond(failed(ErrorCode.NOT_CONTROLLER, request, version));
      return;
    }
    if (!broker.config.boolean('delete.topic.enable')) {
      const error = version < DISABLED_SINCE ? ErrorCode.INVALID_REQUEST : ErrorCode.TOPIC_DELETION_DISABLED;
      call.respond(failed(error, request, version));
      return;
    }
    const wanted = wantedTopics(request, version);
    if (wanted.some(({ name, topicId }) => name !== null && topicId !== ZERO_UUID)) {
      call.respond(failed(ErrorCode.INVALID_REQUEST, request, version));
      return;
    }
    const answers = wanted.map((topic) => check(call, broker, topic));
    const names = new Set<string>();
    for (const answer of answers) {
      const { name } = answer;
      if (answer.errorCode !== ErrorCode.NONE || name === null) continue;
      const count = broker.metadata.topic(name)?.partitions.size ?? 0;
      if (broker.quotas.admit(context, count, version >= STRICT_QUOTA_SINCE)) names.add(name);
      else Object.assign(answer, { errorCode: ErrorCode.THROTTLING_QUOTA_EXCEEDED, errorMessage: QUOTA_EXCEEDED });
    }
    respondLater(
      deleteTopics,
      call,
      broker,
      broker.admin.deleteTopics([...names], request.timeoutMs).then((results) => {
        const errors = new Map(results.map(({ name, error }) => [name, error]));
        return {
          throttleTimeMs: broker.quotas.record(context, 'controller-mutation', 0),
          responses: answers.map((answer) => {
            const error = answer.name === null ? undefined : errors.get(answer.name);
            return answer.errorCode === ErrorCode.NONE && error !== undefined
              ? { ...answer, errorCode: error }
              : answer;
          }),
        };
      }),
    );
  },
  onError: failed,
};

function wantedTopics(request: DeleteTopicsRequest, version: number): Wanted[] {
  if (version >= IDS_SINCE) return request.topics.map(({ name, topicId }) => ({ name, topicId }));
  return request.topicNames.map((name) => ({ name, topicId: ZERO_UUID }));
}

function check(
  { context }: Call<DeleteTopicsRequest, DeleteTopicsResponseInit>,
  { authorizer, metadata }: BrokerServices,
  wanted: Wanted,
): Answer {
  const { topicId } = wanted;
  const isById = topicId !== ZERO_UUID;
  const name = isById ? (metadata.topicById(topicId)?.name ?? null) : wanted.name;
  if (name === null) {
    const errorCode = isById ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.TOPIC_AUTHORIZATION_FAILED;
    return { name, topicId, errorCode };
  }
  if (isById && !authorizer.authorize(context, 'Describe', 'Topic', name)) {
    // Who may not describe a topic does not learn its name.
    return { name: null, topicId, errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED };
  }
  if (!authorizer.authorize(context, 'Delete', 'Topic', name)) {
    return { name, topicId, errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED };
  }
  const exists = metadata.topic(name) !== undefined;
  return { name, topicId, errorCode: exists ? ErrorCode.NONE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION };
}

function failed(error: ErrorCode, request: DeleteTopicsRequest, version: number): DeleteTopicsResponseInit {
  return {
    responses: wantedTopics(request, version).map(({ name, topicId }) => ({
      name: version >= IDS_SINCE ? name : (name ?? ''),
      topicId,
      errorCode: error,
    })),
  };
}
