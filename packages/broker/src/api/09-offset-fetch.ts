/**
 * OffsetFetch, versions 0-10. v0 reads what OffsetCommit v0 keeps in znodes. v2: null topics ask for all, and an error at the top. v5: leader epoch.
 * v7: requireStable. v8: several groups in one request. v10: topic ids. What was never committed is offset -1, no error.
 */
import {
  ApiKey,
  ErrorCode,
  OffsetFetchRequest,
  type OffsetFetchRequestOffsetFetchRequestGroup,
  OffsetFetchResponse,
  type OffsetFetchResponseInit,
  type OffsetFetchResponseOffsetFetchResponseGroupInit,
  ZERO_UUID,
} from '@ottla/protocol';
import type { OffsetAndMetadata } from '../coordinator/group/group-records.ts';
import type { BrokerServices } from '../services.ts';
import type { ApiHandler, Call, RequestContext } from './handler.ts';

const TOP_ERROR_SINCE = 2;
const GROUPS_SINCE = 8;
const TOPIC_IDS_SINCE = 10;

/** A topic of the request, resolved: `error` is set when it can't be served. */
interface WantedTopic {
  readonly name: string;
  readonly topicId: string;
  readonly partitions: readonly number[];
  readonly error: ErrorCode;
}

type AnswerTopic = OffsetFetchResponseOffsetFetchResponseGroupInit['topics'][number];

export const offsetFetch: ApiHandler<OffsetFetchRequest, OffsetFetchResponseInit> = {
  key: ApiKey.OffsetFetch,
  request: OffsetFetchRequest,
  response: OffsetFetchResponse,
  minVersion: 0,
  maxVersion: 10,
  handle(call, broker) {
    const { context, request } = call;
    if (context.apiVersion < GROUPS_SINCE) {
      const group = {
        groupId: request.groupId,
        topics: request.topics?.map((topic) => ({ ...topic, topicId: ZERO_UUID })) ?? null,
      };
      fetchGroup(broker, context, group, (answer) => call.respond(single(answer, context.apiVersion)));
      return;
    }
    fetchGroups(call, broker);
  },
  onError(errorCode, request, version) {
    if (version >= GROUPS_SINCE)
      return { groups: request.groups.map(({ groupId }) => ({ groupId, topics: [], errorCode })) };
    const topics = (request.topics ?? []).map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partition) => absent(partition, errorCode)),
    }));
    return version >= TOP_ERROR_SINCE ? { topics: [], errorCode } : { topics };
  },
};

function fetchGroups(call: Call<OffsetFetchRequest, OffsetFetchResponseInit>, broker: BrokerServices): void {
  const asked = call.request.groups;
  const groups: OffsetFetchResponseOffsetFetchResponseGroupInit[] = [];
  let waiting = asked.length;
  if (waiting === 0) call.respond({ groups });
  asked.forEach((group, index) => {
    fetchGroup(broker, call.context, group, (answer) => {
      groups[index] = answer;
      if (--waiting === 0) call.respond({ groups });
    });
  });
}

function fetchGroup(
  broker: BrokerServices,
  context: RequestContext,
  group: Pick<OffsetFetchRequestOffsetFetchRequestGroup, 'groupId' | 'topics'>,
  answer: (group: OffsetFetchResponseOffsetFetchResponseGroupInit) => void,
): void {
  const { groupId } = group;
  if (!broker.authorizer.authorize(context, 'Describe', 'Group', groupId)) {
    return answer({ groupId, topics: [], errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED });
  }
  const wanted = group.topics?.map((topic) => resolve(broker, context, topic)) ?? null;
  const partitions =
    wanted
      ?.filter(({ error }) => error === ErrorCode.NONE)
      .flatMap(({ name, partitions }) => partitions.map((partition) => ({ topic: name, partition }))) ?? null;
  if (context.apiVersion === 0) {
    fetchFromZnodes(broker, groupId, wanted ?? [], answer);
    return;
  }
  broker.groups.fetchOffsets(groupId, partitions, (outcome) => {
    if (!('response' in outcome)) return answer({ groupId, topics: [], errorCode: outcome.error });
    const found = new Map<string, Map<number, OffsetAndMetadata | undefined>>();
    for (const { topic, partition, offset } of outcome.response) {
      let offsets = found.get(topic);
      if (offsets === undefined) found.set(topic, (offsets = new Map()));
      offsets.set(partition, offset);
    }
    answer({
      groupId,
      topics:
        wanted === null ? all(broker, context, found) : wanted.map((topic) => asAsked(topic, found.get(topic.name))),
      errorCode: ErrorCode.NONE,
    });
  });
}

/** What is not known, topic or offset, is UNKNOWN_TOPIC_OR_PARTITION there (KafkaApis.fetchOffsetsFromZookeeper). */
function fetchFromZnodes(
  { metadata, znodeOffsets }: BrokerServices,
  groupId: string,
  topics: readonly WantedTopic[],
  answer: (group: OffsetFetchResponseOffsetFetchResponseGroupInit) => void,
): void {
  const asked = topics.flatMap(({ name, partitions }) => partitions.map((partition) => ({ topic: name, partition })));
  void znodeOffsets.read(groupId, asked).then((offsets) => {
    const next = offsets.values();
    const answered = topics.map(({ name, topicId, partitions, error }) => ({
      name,
      topicId,
      partitions: partitions.map((partition) => {
        const offset = next.next().value;
        if (error !== ErrorCode.NONE) return absent(partition, error);
        if (offset === undefined || metadata.topic(name) === undefined) {
          return absent(partition, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        }
        return present(partition, { offset, leaderEpoch: -1, metadata: '' });
      }),
    }));
    answer({ groupId, topics: answered, errorCode: ErrorCode.NONE });
  });
}

function resolve(
  broker: BrokerServices,
  context: RequestContext,
  topic: { readonly name: string; readonly topicId: string; readonly partitionIndexes: readonly number[] },
): WantedTopic {
  const byId = context.apiVersion >= TOPIC_IDS_SINCE;
  const name = byId ? broker.metadata.topicById(topic.topicId)?.name : topic.name;
  const allowed = name !== undefined && broker.authorizer.authorize(context, 'Describe', 'Topic', name);
  const error =
    name === undefined ? ErrorCode.UNKNOWN_TOPIC_ID : allowed ? ErrorCode.NONE : ErrorCode.TOPIC_AUTHORIZATION_FAILED;
  return { name: name ?? topic.name, topicId: topic.topicId, partitions: topic.partitionIndexes, error };
}

function all(
  broker: BrokerServices,
  context: RequestContext,
  found: ReadonlyMap<string, ReadonlyMap<number, OffsetAndMetadata | undefined>>,
): AnswerTopic[] {
  const topics: AnswerTopic[] = [];
  for (const [name, offsets] of found) {
    // Nothing is said of topics the client may not see.
    if (!broker.authorizer.authorize(context, 'Describe', 'Topic', name)) continue;
    const topicId = broker.metadata.topicId(name);
    if (context.apiVersion >= TOPIC_IDS_SINCE && topicId === ZERO_UUID) continue;
    topics.push({ name, topicId, partitions: [...offsets].map(([partition, offset]) => present(partition, offset)) });
  }
  return topics;
}

function asAsked(
  topic: WantedTopic,
  offsets: ReadonlyMap<number, OffsetAndMetadata | undefined> | undefined,
): AnswerTopic {
  return {
    name: topic.name,
    topicId: topic.topicId,
    partitions: topic.partitions.map((partition) =>
      topic.error === ErrorCode.NONE ? present(partition, offsets?.get(partition)) : absent(partition, topic.error),
    ),
  };
}

function present(
  partitionIndex: number,
  offset: Pick<OffsetAndMetadata, 'offset' | 'leaderEpoch' | 'metadata'> | undefined,
) {
  if (offset === undefined) return absent(partitionIndex, ErrorCode.NONE);
  return {
    partitionIndex,
    committedOffset: offset.offset,
    committedLeaderEpoch: offset.leaderEpoch,
    metadata: offset.metadata,
    errorCode: ErrorCode.NONE,
  };
}

function absent(partitionIndex: number, errorCode: ErrorCode) {
  return { partitionIndex, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode };
}

/** Below v8: the one group's answer without its frame; below v2 its error stands in every partition. */
function single(group: OffsetFetchResponseOffsetFetchResponseGroupInit, version: number): OffsetFetchResponseInit {
  const topics = group.topics.map(({ name, partitions }) => ({ name: name ?? '', partitions }));
  return version >= TOP_ERROR_SINCE ? { topics, errorCode: group.errorCode } : { topics };
}
