/**
 * OffsetCommit, versions 0-10. v0 keeps offsets in znodes, beside those of the groups. v1 carries a commit timestamp for each partition (-1: now). v2-4 an
 * explicit retention (-1: the broker's). v6 the leader epoch, v7 static members, v9 STALE_MEMBER_EPOCH (new protocol), v10 topic ids.
 */
import {
  ApiKey,
  ErrorCode,
  type Int64,
  OffsetCommitRequest,
  type OffsetCommitRequestOffsetCommitRequestPartition,
  type OffsetCommitRequestOffsetCommitRequestTopic,
  OffsetCommitResponse,
  type OffsetCommitResponseInit,
} from '@ottla/protocol';
import type { OffsetToCommit } from '../coordinator/group/commit-offsets.ts';
import type { ZnodeOffsets } from '../coordinator/group/znode-offsets.task.ts';
import type { BrokerServices } from '../services.ts';
import type { ApiHandler, RequestContext } from './handler.ts';

const TOPIC_IDS_SINCE = 10;
const DEFAULT_RETENTION = -1;
const NOW = -1;

export const offsetCommit: ApiHandler<OffsetCommitRequest, OffsetCommitResponseInit> = {
  key: ApiKey.OffsetCommit,
  request: OffsetCommitRequest,
  response: OffsetCommitResponse,
  minVersion: 0,
  maxVersion: 10,
  handle(call, broker) {
    const { context, request } = call;
    if (!broker.authorizer.authorize(context, 'Read', 'Group', request.groupId)) {
      call.respond(everywhere(request, ErrorCode.GROUP_AUTHORIZATION_FAILED));
      return;
    }
    const now = broker.platform.clock.wallMs();
    const offsets: OffsetToCommit[] = [];
    const topics = request.topics.map((topic) => {
      const name = context.apiVersion >= TOPIC_IDS_SINCE ? broker.metadata.topicById(topic.topicId)?.name : topic.name;
      return {
        name: name ?? topic.name,
        topicId: topic.topicId,
        partitions: topic.partitions.map((partition) => {
          const errorCode = check(broker, context, name, partition.partitionIndex);
          const answer = { partitionIndex: partition.partitionIndex, errorCode: errorCode as number, offset: -1 };
          if (errorCode === ErrorCode.NONE && name !== undefined)
            answer.offset = offsets.push(toCommit(name, partition, request.retentionTimeMs, now)) - 1;
          return answer;
        }),
      };
    });
    const respond = (errorOf: (offset: number) => number): void => {
      call.respond({
        topics: topics.map(({ name, topicId, partitions }) => ({
          name,
          topicId,
          partitions: partitions.map(({ partitionIndex, errorCode, offset }) => ({
            partitionIndex,
            errorCode: offset < 0 ? errorCode : errorOf(offset),
          })),
        })),
      });
    };
    if (offsets.length === 0) {
      respond(() => ErrorCode.NONE);
      return;
    }
    if (context.apiVersion === 0) {
      const metadataBytesMax = broker.config.int('offset.metadata.max.bytes');
      const answered = commitToZnodes(broker.znodeOffsets, request.groupId, offsets, metadataBytesMax);
      void answered.then((errors) => respond((offset) => errors[offset] ?? ErrorCode.UNKNOWN_SERVER_ERROR));
      return;
    }
    broker.groups.commitOffsets(
      {
        groupId: request.groupId,
        memberId: request.memberId,
        groupInstanceId: request.groupInstanceId,
        generationId: request.generationIdOrMemberEpoch,
        offsets,
      },
      (outcome) =>
        respond((offset) => ('response' in outcome ? (outcome.response[offset] ?? ErrorCode.NONE) : outcome.error)),
    );
  },
  onError: (error, request) => everywhere(request, error),
};

/** KafkaApis.commitOffsetsToZookeeper. */
function commitToZnodes(
  znodes: ZnodeOffsets,
  groupId: string,
  offsets: readonly OffsetToCommit[],
  metadataBytesMax: number,
): Promise<ErrorCode[]> {
  const isTaken = ({ metadata }: OffsetToCommit): boolean => metadata.length <= metadataBytesMax;
  const taken = offsets
    .filter(isTaken)
    .map(({ topic, partition, offset }) => ({ topic, partition, offset: Number(offset) }));
  return znodes.commit(groupId, taken).then((errors) => {
    const next = errors.values();
    return offsets.map((offset) =>
      isTaken(offset) ? (next.next().value ?? ErrorCode.UNKNOWN_SERVER_ERROR) : ErrorCode.OFFSET_METADATA_TOO_LARGE,
    );
  });
}

function check(
  broker: BrokerServices,
  context: RequestContext,
  topic: string | undefined,
  partition: number,
): ErrorCode {
  if (topic === undefined) return ErrorCode.UNKNOWN_TOPIC_ID;
  if (!broker.authorizer.authorize(context, 'Read', 'Topic', topic)) return ErrorCode.TOPIC_AUTHORIZATION_FAILED;
  return broker.metadata.partition(topic, partition) === undefined
    ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    : ErrorCode.NONE;
}

function toCommit(
  topic: string,
  partition: OffsetCommitRequestOffsetCommitRequestPartition,
  retentionMs: Int64,
  now: number,
): OffsetToCommit {
  const commitTimestamp = partition.commitTimestamp === NOW ? now : partition.commitTimestamp;
  return {
    topic,
    partition: partition.partitionIndex,
    offset: partition.committedOffset,
    leaderEpoch: partition.committedLeaderEpoch,
    metadata: partition.committedMetadata ?? '',
    commitTimestamp,
    expireTimestamp: retentionMs === DEFAULT_RETENTION ? undefined : now + Number(retentionMs),
  };
}

function everywhere(request: OffsetCommitRequest, errorCode: ErrorCode): OffsetCommitResponseInit {
  const failed = (topic: OffsetCommitRequestOffsetCommitRequestTopic) => ({
    name: topic.name,
    topicId: topic.topicId,
    partitions: topic.partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
  });
  return { topics: request.topics.map(failed) };
}
