/**
 * ListOffsets, versions 0-11. v0 lists segment starts before a time (KIP-79 replaced it); v1 one offset per partition; v2
 * isolation; v4 leader epochs; v7 the newest record's (-3); v8 and v9 local and tiered bounds; v11 the pending upload's.
 * Nothing is tiered here: the local bounds are the log's, the tiered ones are unknown.
 */
import {
  ApiKey,
  ErrorCode,
  ListOffsetsRequest,
  ListOffsetsResponse,
  type ListOffsetsResponseInit,
  type ListOffsetsResponseListOffsetsPartitionResponseInit,
} from '@ottla/protocol';
import { LISTED_SINCE, lookUpOffset, type OffsetLookup } from '../replication/list-offset.ts';
import type { BrokerServices } from '../services.ts';
import type { ApiHandler, RequestContext } from './handler.ts';

type RequestedPartition = ListOffsetsRequest['topics'][number]['partitions'][number];
type Answer = ListOffsetsResponseListOffsetsPartitionResponseInit;

/** Any replica may be asked, by tools. */
const DEBUGGING_REPLICA = -2;
const READ_COMMITTED = 1;
const LATEST = -1;
const EARLIEST = -2;
const NONE: ReadonlySet<string> = new Set();

export const listOffsets: ApiHandler<ListOffsetsRequest, ListOffsetsResponseInit> = {
  key: ApiKey.ListOffsets,
  request: ListOffsetsRequest,
  response: ListOffsetsResponse,
  minVersion: 0,
  maxVersion: 11,
  handle(call, broker) {
    const { context, request } = call;
    const duplicates = context.apiVersion === 0 ? NONE : duplicatePartitions(request);
    const topics = request.topics.map(({ name, partitions }) => {
      const isAllowed = broker.authorizer.authorize(context, 'Describe', 'Topic', name);
      return {
        name,
        partitions: partitions.map((requested) => {
          const index = requested.partitionIndex;
          if (!isAllowed) return failed(index, ErrorCode.TOPIC_AUTHORIZATION_FAILED, context.apiVersion);
          if (duplicates.has(`${name}-${index}`)) return failed(index, ErrorCode.INVALID_REQUEST, context.apiVersion);
          return lookUp(broker, context, request, name, requested);
        }),
      };
    });
    call.respond({ throttleTimeMs: broker.quotas.record(context, 'request', 0), topics });
  },
  onError: (error, request, version) => ({
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => failed(partitionIndex, error, version)),
    })),
  }),
};

function lookUp(
  broker: BrokerServices,
  context: RequestContext,
  request: ListOffsetsRequest,
  topic: string,
  { partitionIndex, timestamp, currentLeaderEpoch, maxNumOffsets }: RequestedPartition,
): Answer {
  const version = context.apiVersion;
  const held = broker.replicas.partition(topic, partitionIndex);
  if (typeof held === 'number') return failed(partitionIndex, held, version);
  const isClient = request.replicaId < 0;
  if (version === 0) {
    if (timestamp < 0 && timestamp !== LATEST && timestamp !== EARLIEST) {
      return failed(partitionIndex, ErrorCode.UNSUPPORTED_VERSION, version);
    }
    const error = held.checkLocal(-1, true);
    if (error !== ErrorCode.NONE) return failed(partitionIndex, error, version);
    const offsets = held.log.legacyOffsetsBefore(timestamp, maxNumOffsets);
    // A consumer must not learn of what is not committed.
    const visible = isClient ? offsets.map((offset) => Math.min(offset, held.highWatermark)) : offsets;
    return { partitionIndex, errorCode: ErrorCode.NONE, oldStyleOffsets: [...new Set(visible)] };
  }
  const since = LISTED_SINCE.get(Number(timestamp));
  if (timestamp < 0 && (since === undefined || version < since)) {
    return failed(partitionIndex, ErrorCode.UNSUPPORTED_VERSION, version);
  }
  const lookup: OffsetLookup = {
    timestamp,
    currentLeaderEpoch,
    leaderOnly: request.replicaId !== DEBUGGING_REPLICA,
    upTo: !isClient ? 'log-end' : request.isolationLevel === READ_COMMITTED ? 'last-stable' : 'high-watermark',
  };
  const found = lookUpOffset(held, lookup);
  if (found.error !== ErrorCode.NONE) {
    const isNew = found.error !== ErrorCode.OFFSET_NOT_AVAILABLE || version >= 5;
    return failed(partitionIndex, isNew ? found.error : ErrorCode.LEADER_NOT_AVAILABLE, version);
  }
  return {
    partitionIndex,
    errorCode: ErrorCode.NONE,
    timestamp: found.timestamp,
    offset: found.offset,
    ...(version >= 4 ? { leaderEpoch: found.leaderEpoch } : {}),
  };
}

function failed(partitionIndex: number, errorCode: ErrorCode, version: number): Answer {
  const answer: Answer = { partitionIndex, errorCode };
  return version === 0 ? answer : { ...answer, timestamp: -1, offset: -1 };
}

function duplicatePartitions(request: ListOffsetsRequest): ReadonlySet<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { name, partitions } of request.topics) {
    for (const { partitionIndex } of partitions) {
      const key = `${name}-${partitionIndex}`;
      if (seen.has(key)) twice.add(key);
      seen.add(key);
    }
  }
  return twice;
}
