/**
 * Metadata, versions 0-13. v0: an empty list asks for all topics, v1+: null does. v4: the client says whether a missing
 * topic may be made; v8-10: authorized operations; v12: topics by id (KIP-516; names are null only then). Missing
 * topics that may be made are, and are answered with LEADER_NOT_AVAILABLE until they have leaders.
 */
import { INTERNAL_TOPICS, topicNameError } from '@ottla/common';
import {
  ApiKey,
  ErrorCode,
  MetadataRequest,
  MetadataResponse,
  type MetadataResponseInit,
  type MetadataResponseMetadataResponsePartitionInit,
  type MetadataResponseMetadataResponseTopicInit,
  type Uuid,
  ZERO_UUID,
} from '@ottla/protocol';
import type { PartitionMetadata, TopicMetadata } from '../metadata/metadata-cache.ts';
import { CLUSTER_NAME } from '../security/authorizer.ts';
import type { BrokerServices } from '../services.ts';
import type { ApiHandler, Call, RequestContext } from './handler.ts';
import { respondLater } from './respond-later.ts';

const CLUSTER_OPERATIONS_SINCE = 8;
const CLUSTER_OPERATIONS_UNTIL = 10;
const IDS_SINCE = 12;
const LISTENER_NOT_FOUND_SINCE = 6;
/** Operations were not asked for. */
const NO_OPERATIONS = -2147483648;

type TopicAnswer = MetadataResponseMetadataResponseTopicInit;
type PartitionAnswer = MetadataResponseMetadataResponsePartitionInit;

export const metadata: ApiHandler<MetadataRequest, MetadataResponseInit> = {
  key: ApiKey.Metadata,
  request: MetadataRequest,
  response: MetadataResponse,
  minVersion: 0,
  maxVersion: 13,
  handle(call, broker) {
    const { context, request } = call;
    const { topics } = request;
    if (topics !== null && isMalformed(topics, context.apiVersion)) {
      call.respond(failed(ErrorCode.INVALID_REQUEST, request, context.apiVersion));
      return;
    }
    if (topics === null || (context.apiVersion === 0 && topics.length === 0)) {
      call.respond(respond(call, broker, allTopics(call, broker)));
      return;
    }
    const ids = topics.map(({ topicId }) => topicId).filter((id) => id !== ZERO_UUID);
    if (ids.length > 0) {
      call.respond(respond(call, broker, topicsById(call, broker, new Set(ids))));
      return;
    }
    const names = new Set(topics.map(({ name }) => name ?? ''));
    const found: TopicAnswer[] = [];
    const missing: string[] = [];
    const refused: TopicAnswer[] = [];
    for (const name of names) {
      const topic = broker.metadata.topic(name);
      if (!broker.authorizer.authorize(context, 'Describe', 'Topic', name)) refused.push(denied(name));
      else if (topic === undefined) missing.push(name);
      else found.push(describe(call, broker, topic));
    }
    const mayCreate = request.allowAutoTopicCreation && broker.config.boolean('auto.create.topics.enable');
    if (missing.length === 0 || !mayCreate) {
      call.respond(respond(call, broker, [...found, ...missing.map(unknownTopic), ...refused]));
      return;
    }
    const creatable = missing.filter((name) => isCreateAllowed(broker, context, name));
    for (const name of missing) if (!creatable.includes(name)) refused.push(denied(name));
    const created = Promise.all(
      creatable.map((name) => broker.admin.autoCreate(name).then((error) => topicError(error, name))),
    );
    respondLater(
      metadata,
      call,
      broker,
      created.then((answers) => respond(call, broker, [...found, ...answers, ...refused])),
    );
  },
  onError: failed,
};

/** Ids and null names came with v12. */
function isMalformed(topics: readonly { topicId: Uuid; name: string | null }[], version: number): boolean {
  return version < IDS_SINCE && topics.some(({ topicId, name }) => name === null || topicId !== ZERO_UUID);
}

function allTopics(call: Call<MetadataRequest, MetadataResponseInit>, broker: BrokerServices): TopicAnswer[] {
  const answers: TopicAnswer[] = [];
  for (const topic of broker.metadata.topics()) {
    // Topics that the client may not see are not hinted at.
    if (!broker.authorizer.authorize(call.context, 'Describe', 'Topic', topic.name)) continue;
    answers.push(describe(call, broker, topic));
  }
  return answers;
}

function topicsById(
  call: Call<MetadataRequest, MetadataResponseInit>,
  broker: BrokerServices,
  ids: ReadonlySet<Uuid>,
): TopicAnswer[] {
  const answers: TopicAnswer[] = [];
  for (const topicId of ids) {
    const topic = broker.metadata.topicById(topicId);
    if (topic === undefined) {
      answers.push({ ...topicError(ErrorCode.UNKNOWN_TOPIC_ID, null), topicId });
    } else if (!broker.authorizer.authorize(call.context, 'Describe', 'Topic', topic.name)) {
      answers.push({ ...topicError(ErrorCode.TOPIC_AUTHORIZATION_FAILED, null), topicId });
    } else {
      answers.push(describe(call, broker, topic));
    }
  }
  return answers;
}

function respond(
  { context, request }: Call<MetadataRequest, MetadataResponseInit>,
  broker: BrokerServices,
  topics: readonly TopicAnswer[],
): MetadataResponseInit {
  const version = context.apiVersion;
  const wantsOperations =
    request.includeClusterAuthorizedOperations &&
    version >= CLUSTER_OPERATIONS_SINCE &&
    version <= CLUSTER_OPERATIONS_UNTIL;
  return {
    throttleTimeMs: broker.quotas.record(context, 'request', 0),
    brokers: broker.metadata
      .brokers(context.listener)
      .map(({ id, host, port, rack }) => ({ nodeId: id, host, port, rack })),
    clusterId: broker.metadata.clusterId,
    controllerId: broker.metadata.controllerId,
    topics,
    ...(wantsOperations ? { clusterAuthorizedOperations: clusterOperations(broker, context) } : {}),
  };
}

function clusterOperations({ authorizer }: BrokerServices, context: RequestContext): number {
  if (!authorizer.authorize(context, 'Describe', 'Cluster', CLUSTER_NAME)) return 0;
  return authorizer.authorizedOperations(context, 'Cluster', CLUSTER_NAME);
}

function describe(
  { context, request }: Call<MetadataRequest, MetadataResponseInit>,
  broker: BrokerServices,
  topic: TopicMetadata,
): TopicAnswer {
  const partitions: PartitionAnswer[] = [];
  for (const partition of topic.partitions.values()) partitions.push(describePartition(broker, context, partition));
  return {
    errorCode: ErrorCode.NONE,
    name: topic.name,
    topicId: topic.id,
    isInternal: INTERNAL_TOPICS.has(topic.name),
    partitions,
    topicAuthorizedOperations: request.includeTopicAuthorizedOperations
      ? broker.authorizer.authorizedOperations(context, 'Topic', topic.name)
      : NO_OPERATIONS,
  };
}

function describePartition(
  { metadata: cache }: BrokerServices,
  context: RequestContext,
  partition: PartitionMetadata,
): PartitionAnswer {
  const { apiVersion: version, listener } = context;
  const isReachable = (id: number): boolean => cache.broker(id, listener) !== undefined;
  // v0 clients are told of missing brokers by an error; later ones by their absence from the list.
  const alive = (ids: readonly number[]): readonly number[] => (version === 0 ? ids.filter(isReachable) : ids);
  const replicaNodes = alive(partition.replicas);
  const isrNodes = alive(partition.isr);
  let errorCode: ErrorCode = ErrorCode.NONE;
  if (!isReachable(partition.leader)) {
    const lacksListener = cache.isAlive(partition.leader) && version >= LISTENER_NOT_FOUND_SINCE;
    errorCode = lacksListener ? ErrorCode.LISTENER_NOT_FOUND : ErrorCode.LEADER_NOT_AVAILABLE;
  } else if (replicaNodes.length < partition.replicas.length || isrNodes.length < partition.isr.length) {
    errorCode = ErrorCode.REPLICA_NOT_AVAILABLE;
  }
  const hasLeader = errorCode === ErrorCode.NONE || errorCode === ErrorCode.REPLICA_NOT_AVAILABLE;
  return {
    errorCode,
    partitionIndex: partition.partition,
    leaderId: hasLeader ? partition.leader : -1,
    leaderEpoch: partition.leaderEpoch,
    replicaNodes,
    isrNodes,
    offlineReplicas: partition.offline,
  };
}

function isCreateAllowed({ authorizer }: BrokerServices, context: RequestContext, name: string): boolean {
  return (
    authorizer.authorize(context, 'Create', 'Cluster', CLUSTER_NAME) ||
    authorizer.authorize(context, 'Create', 'Topic', name)
  );
}

function unknownTopic(name: string): TopicAnswer {
  const isLegal = topicNameError(name) === undefined;
  return topicError(isLegal ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.INVALID_TOPIC_EXCEPTION, name);
}

function denied(name: string): TopicAnswer {
  return topicError(ErrorCode.TOPIC_AUTHORIZATION_FAILED, name);
}

function topicError(errorCode: ErrorCode, name: string | null): TopicAnswer {
  return { errorCode, name, isInternal: name !== null && INTERNAL_TOPICS.has(name), partitions: [] };
}

function failed(error: ErrorCode, request: MetadataRequest, version: number): MetadataResponseInit {
  const topics = (request.topics ?? []).map(({ name, topicId }) => ({
    ...topicError(error, version < IDS_SINCE ? (name ?? '') : name),
    topicId,
  }));
  return { brokers: [], topics };
}
