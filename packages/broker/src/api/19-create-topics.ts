/**
 * CreateTopics, versions 0-7. v1: error messages and validateOnly; v4: -1 takes the broker's defaults (KIP-464);
 * v5: what was made is told back (KIP-525); v7: the topic's id. Only the controller answers.
 */
import {
  ApiKey,
  CreateTopicsRequest,
  CreateTopicsResponse,
  type CreateTopicsResponseCreatableTopicResultInit,
  type CreateTopicsResponseInit,
  ErrorCode,
} from '@ottla/protocol';
import type { CreatedTopic } from '../controller/topic-admin.ts';
import { QUOTA_EXCEEDED } from '../quota/quotas.ts';
import { CLUSTER_NAME } from '../security/authorizer.ts';
import type { BrokerServices } from '../services.ts';
import type { ApiHandler, Call } from './handler.ts';
import { respondLater } from './respond-later.ts';

/** KRaft's log: nobody may make a topic of that name. */
const CLUSTER_METADATA_TOPIC = '__cluster_metadata';
const DETAILS_SINCE = 5;
/** Whoever speaks this knows THROTTLING_QUOTA_EXCEEDED (KIP-599). */
const STRICT_QUOTA_SINCE = 6;

type Answer = CreateTopicsResponseCreatableTopicResultInit;

export const createTopics: ApiHandler<CreateTopicsRequest, CreateTopicsResponseInit> = {
  key: ApiKey.CreateTopics,
  request: CreateTopicsRequest,
  response: CreateTopicsResponse,
  minVersion: 0,
  maxVersion: 7,
  handle(call, broker) {
    const { context, request } = call;
    if (!broker.admin.isController) {
      call.respond(failed(ErrorCode.NOT_CONTROLLER, request));
      return;
    }
    const refused = refusals(call, broker);
    for (const topic of request.topics) {
      if (request.validateOnly || refused.has(topic)) continue;
      const count = topic.assignments.length || Math.max(topic.numPartitions, 1);
      if (!broker.quotas.admit(context, count, context.apiVersion >= STRICT_QUOTA_SINCE)) {
        refused.set(topic, refusal(topic.name, ErrorCode.THROTTLING_QUOTA_EXCEEDED, QUOTA_EXCEEDED));
      }
    }
    const wanted = request.topics.filter((topic) => !refused.has(topic));
    const created = broker.admin.createTopics(wanted, request);
    respondLater(
      createTopics,
      call,
      broker,
      created.then((results) => {
        const byName = new Map(results.map((result) => [result.name, result]));
        const topics = request.topics.map((topic) => {
          const result = byName.get(topic.name);
          return (
            refused.get(topic) ??
            (result === undefined ? refusal(topic.name, ErrorCode.UNKNOWN_SERVER_ERROR) : answer(call, broker, result))
          );
        });
        return { throttleTimeMs: broker.quotas.record(context, 'controller-mutation', 0), topics };
      }),
    );
  },
  onError: failed,
};

type RequestedTopic = CreateTopicsRequest['topics'][number];

function refusals(
  { context, request }: Call<CreateTopicsRequest, CreateTopicsResponseInit>,
  { authorizer }: BrokerServices,
): Map<RequestedTopic, Answer> {
  const refused = new Map<RequestedTopic, Answer>();
  const counts = new Map<string, number>();
  for (const { name } of request.topics) counts.set(name, (counts.get(name) ?? 0) + 1);
  const mayCreateAll = authorizer.authorize(context, 'Create', 'Cluster', CLUSTER_NAME);
  for (const topic of request.topics) {
    const { name } = topic;
    if (name === CLUSTER_METADATA_TOPIC) {
      const text = `Creation of internal topic ${name} is prohibited.`;
      refused.set(topic, refusal(name, ErrorCode.INVALID_REQUEST, text));
    } else if ((counts.get(name) ?? 0) > 1) {
      refused.set(topic, refusal(name, ErrorCode.INVALID_REQUEST, 'Found multiple entries for this topic.'));
    } else if (!mayCreateAll && !authorizer.authorize(context, 'Create', 'Topic', name)) {
      refused.set(topic, refusal(name, ErrorCode.TOPIC_AUTHORIZATION_FAILED, 'Authorization failed.'));
    }
  }
  return refused;
}

function answer(
  { context }: Call<CreateTopicsRequest, CreateTopicsResponseInit>,
  { authorizer, configs }: BrokerServices,
  created: CreatedTopic,
): Answer {
  if (created.error !== ErrorCode.NONE) {
    // A topic that is late has its id already.
    return { ...refusal(created.name, created.error, created.message), topicId: created.topicId };
  }
  const base = { name: created.name, topicId: created.topicId, errorCode: ErrorCode.NONE, errorMessage: null };
  if (context.apiVersion < DETAILS_SINCE) return base;
  if (!authorizer.authorize(context, 'DescribeConfigs', 'Topic', created.name)) {
    return { ...base, topicConfigErrorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED, configs: [] };
  }
  return {
    ...base,
    numPartitions: created.numPartitions,
    replicationFactor: created.replicationFactor,
    configs: configs.topics.describeProperties(created.overrides).map((entry) => ({
      name: entry.name,
      value: entry.value,
      readOnly: entry.isReadOnly,
      configSource: entry.source,
      isSensitive: entry.isSensitive,
    })),
  };
}

function refusal(name: string, errorCode: ErrorCode, errorMessage: string | null = null): Answer {
  return { name, errorCode, errorMessage, numPartitions: -1, replicationFactor: -1, configs: [] };
}

function failed(error: ErrorCode, request: CreateTopicsRequest): CreateTopicsResponseInit {
  return { topics: request.topics.map(({ name }) => refusal(name, error)) };
}
