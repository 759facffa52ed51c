/**
 * What a Fetch request asks for, with its session (KIP-227; Java: FetchManager.newContext): without a session, as the
 * first of a new one, or as the next of a session that is here.
 */
import { ErrorCode, type FetchRequest } from '@ottla/protocol';
import { FetchPartition } from './fetch-partition.ts';
import { type FetchedPartition, recordsSize } from './fetch-reader.ts';
import { type FetchSession, FINAL_EPOCH, INITIAL_EPOCH, nextEpoch, type TopicNames } from './fetch-session.ts';
import type { FetchSessionCache } from './fetch-session-cache.ts';

export interface FetchContext {
  /** Another error than NONE answers the whole request. */
  readonly error: ErrorCode;
  readonly items: readonly FetchPartition[];
  /** The partitions to send, and the session's id; called once, when the answer is ready. */
  select(fetched: readonly FetchedPartition[]): {
    readonly sessionId: number;
    readonly send: readonly FetchedPartition[];
  };
}

export function fetchContext(
  cache: FetchSessionCache,
  request: FetchRequest,
  version: number,
  isFollower: boolean,
  topicNames: TopicNames,
): FetchContext {
  const { sessionId, sessionEpoch } = request;
  const usesTopicIds = version >= 13;
  if (sessionEpoch === INITIAL_EPOCH || sessionEpoch === FINAL_EPOCH) {
    // A full request closes the session it names.
    if (sessionId !== 0) cache.remove(sessionId);
    const items = requestedPartitions(request, usesTopicIds, topicNames);
    if (sessionEpoch === FINAL_EPOCH) return sessionless(items);
    return fullContext(cache, items, usesTopicIds, isFollower);
  }
  const session = cache.get(sessionId);
  if (session === undefined) return refused(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
  if (session.epoch !== sessionEpoch) return refused(ErrorCode.INVALID_FETCH_SESSION_EPOCH);
  if (session.usesTopicIds !== usesTopicIds) return refused(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR);
  session.update(request, topicNames);
  if (session.size === 0) {
    cache.remove(session.id);
    return sessionless(requestedPartitions(request, usesTopicIds, topicNames));
  }
  cache.touch(session);
  session.epoch = nextEpoch(session.epoch);
  return incrementalContext(session, topicNames);
}

function refused(error: ErrorCode): FetchContext {
  return { error, items: [], select: () => ({ sessionId: 0, send: [] }) };
}

function sessionless(items: readonly FetchPartition[]): FetchContext {
  return { error: ErrorCode.NONE, items, select: (fetched) => ({ sessionId: 0, send: fetched }) };
}

function fullContext(
  cache: FetchSessionCache,
  items: readonly FetchPartition[],
  usesTopicIds: boolean,
  isFollower: boolean,
): FetchContext {
  return {
    error: ErrorCode.NONE,
    items,
    select(fetched) {
      for (const { item, response } of fetched) {
        item.sentHighWatermark = response.errorCode === ErrorCode.NONE ? Number(response.highWatermark) : -1;
        item.sentLogStartOffset = response.logStartOffset ?? -1;
      }
      const session = items.length === 0 ? undefined : cache.create(items, usesTopicIds, isFollower);
      return { sessionId: session?.id ?? 0, send: fetched };
    },
  };
}

function incrementalContext(session: FetchSession, topicNames: TopicNames): FetchContext {
  const items = [...session.partitions()];
  for (const item of items) if (item.topic === '') item.topic = topicNames(item.topicId);
  return {
    error: ErrorCode.NONE,
    items,
    select(fetched) {
      const send = fetched.filter((partition) => hasNews(partition));
      for (const { item, response } of send) if (recordsSize(response.records) > 0) session.moveToEnd(item);
      return { sessionId: session.id, send };
    },
  };
}

/** Whether the client must hear of the partition (Java: CachedPartition.maybeUpdateResponseData). */
function hasNews({ item, response }: FetchedPartition): boolean {
  let news = recordsSize(response.records) > 0 || response.divergingEpoch !== undefined;
  if (item.sentHighWatermark !== response.highWatermark) {
    news = true;
    item.sentHighWatermark = Number(response.highWatermark);
  }
  const logStartOffset = response.logStartOffset ?? -1;
  if (item.sentLogStartOffset !== logStartOffset) {
    news = true;
    item.sentLogStartOffset = logStartOffset;
  }
  if (response.errorCode !== ErrorCode.NONE) {
    news = true;
    item.sentHighWatermark = -1;
  }
  return news;
}

/** A partition that is asked for twice counts once, as it was asked for last. */
function requestedPartitions(request: FetchRequest, usesTopicIds: boolean, topicNames: TopicNames): FetchPartition[] {
  const items: FetchPartition[] = [];
  const byTopic = new Map<string, Map<number, FetchPartition>>();
  for (const { topic, topicId, partitions } of request.topics) {
    const key = usesTopicIds ? topicId : topic;
    const name = usesTopicIds ? topicNames(topicId) : topic;
    let byNumber = byTopic.get(key);
    if (byNumber === undefined) {
      byNumber = new Map();
      byTopic.set(key, byNumber);
    }
    for (const requested of partitions) {
      let item = byNumber.get(requested.partition);
      if (item === undefined) {
        item = new FetchPartition(name, topicId, requested.partition);
        byNumber.set(requested.partition, item);
        items.push(item);
      }
      item.update(requested);
    }
  }
  return items;
}
