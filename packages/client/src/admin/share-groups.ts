/** Share groups (KIP-932), as an administrator sees them. */
import { clampToNumber, ErrorCode } from '@ottla/protocol';
import { groupByTopic, partitionName } from '../consumer/topic-partition.ts';
import { KafkaError } from '../errors.ts';
import type { TopicPartition, TopicPartitionOffset } from '../records.ts';
import {
  ALTER_SHARE_GROUP_OFFSETS,
  DELETE_SHARE_GROUP_OFFSETS,
  DESCRIBE_SHARE_GROUP_OFFSETS,
  SHARE_GROUP_DESCRIBE,
} from './apis.ts';
import { type Calls, type Outcomes, outcome, settled } from './calls.ts';
import { assignedPartitions, atCoordinator, outcomesByGroup } from './groups.ts';

export interface ShareGroupDescription {
  readonly groupId: string;
  readonly state: string;
  readonly groupEpoch: number;
  readonly assignmentEpoch: number;
  readonly assignor: string;
  readonly coordinator: number;
  readonly members: readonly {
    readonly memberId: string;
    readonly memberEpoch: number;
    readonly clientId: string;
    readonly host: string;
    readonly rack: string | null;
    readonly topics: readonly string[];
    readonly assignment: readonly TopicPartition[];
  }[];
}

export function describeShareGroups(
  calls: Calls,
  groupIds: readonly string[],
): Promise<Map<string, ShareGroupDescription>> {
  return outcomesByGroup(groupIds, async (groupId) => {
    const request = { groupIds: [groupId], includeAuthorizedOperations: false };
    const [coordinator, answer] = await atCoordinator(calls, groupId, SHARE_GROUP_DESCRIBE, request, (res) => {
      return res.groups[0]?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
    });
    const [group] = answer.groups;
    if (group === undefined) throw new KafkaError('MALFORMED_RESPONSE', `The answer lacks group ${groupId}`);
    return {
      groupId,
      state: group.groupState,
      groupEpoch: group.groupEpoch,
      assignmentEpoch: group.assignmentEpoch,
      assignor: group.assignorName,
      coordinator,
      members: group.members.map((member) => ({
        memberId: member.memberId,
        memberEpoch: member.memberEpoch,
        clientId: member.clientId,
        host: member.clientHost,
        rack: member.rackId,
        topics: member.subscribedTopicNames,
        assignment: assignedPartitions(member.assignment),
      })),
    };
  });
}

/** Where a share group begins to deliver. */
export interface ShareGroupOffset extends TopicPartitionOffset {
  readonly leaderEpoch: number;
  /** Records not yet processed; undefined before Kafka 4.2. */
  readonly lag: number | undefined;
}

/** Of these partitions, or of all that it has an offset for. */
export async function listShareGroupOffsets(
  calls: Calls,
  groupId: string,
  partitions: readonly TopicPartition[] | undefined,
): Promise<ShareGroupOffset[]> {
  const topics =
    partitions === undefined
      ? null
      : groupByTopic(partitions).map(({ topic, partitions: list }) => ({ topicName: topic, partitions: list }));
  const request = { groups: [{ groupId, topics }] };
  const [, answer] = await atCoordinator(calls, groupId, DESCRIBE_SHARE_GROUP_OFFSETS, request, (res) => {
    return res.groups[0]?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
  });
  const outcomes: Outcomes<ShareGroupOffset> = new Map();
  for (const { topicName: topic, partitions: list } of answer.groups[0]?.topics ?? [])
    for (const { partitionIndex: partition, startOffset, leaderEpoch, lag, errorCode, errorMessage } of list) {
      const offset = clampToNumber(startOffset);
      if (errorCode === ErrorCode.NONE && offset < 0) continue;
      const known = { topic, partition, offset, leaderEpoch, lag: lag < 0 ? undefined : clampToNumber(lag) };
      outcomes.set(
        partitionName(topic, partition),
        outcome(errorCode, errorMessage, { topic, partition }, () => known),
      );
    }
  return [...settled(outcomes).values()];
}

/** Of a group without members. */
export async function alterShareGroupOffsets(
  calls: Calls,
  groupId: string,
  offsets: readonly TopicPartitionOffset[],
): Promise<void> {
  const byName = new Map(offsets.map(({ topic, partition, offset }) => [partitionName(topic, partition), offset]));
  const topics = groupByTopic(offsets).map(({ topic, partitions }) => ({
    topicName: topic,
    partitions: partitions.map((partitionIndex) => ({
      partitionIndex,
      startOffset: byName.get(partitionName(topic, partitionIndex)) ?? 0,
    })),
  }));
  const [, answer] = await atCoordinator(calls, groupId, ALTER_SHARE_GROUP_OFFSETS, { groupId, topics }, (res) => {
    return res.errorCode;
  });
  const outcomes: Outcomes<true> = new Map();
  for (const { topicName: topic, partitions } of answer.responses)
    for (const { partitionIndex: partition, errorCode, errorMessage } of partitions)
      outcomes.set(
        partitionName(topic, partition),
        outcome(errorCode, errorMessage, { topic, partition }, () => true),
      );
  settled(outcomes);
}

/** Of whole topics. */
export async function deleteShareGroupOffsets(calls: Calls, groupId: string, topics: readonly string[]): Promise<void> {
  const request = { groupId, topics: topics.map((topicName) => ({ topicName })) };
  const [, answer] = await atCoordinator(calls, groupId, DELETE_SHARE_GROUP_OFFSETS, request, (res) => res.errorCode);
  const outcomes: Outcomes<true> = new Map();
  for (const { topicName: topic, errorCode, errorMessage } of answer.responses)
    outcomes.set(
      topic,
      outcome(errorCode, errorMessage, { topic }, () => true),
    );
  settled(outcomes);
}
