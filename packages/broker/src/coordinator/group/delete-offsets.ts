/** OffsetDelete, DeleteGroups and the expiry of offsets: everything that writes tombstones. */
import { type ErrorCode as Code, ErrorCode } from '@ottla/protocol';
import { CoordinatorError, type CoordinatorRecord, type WriteResult } from '../runtime/shard.ts';
import type { ClassicGroup } from './classic-group.ts';
import { groupTombstone, type OffsetAndMetadata, offsetTombstone } from './group-records.ts';
import type { GroupShard } from './group-shard.ts';
import { CONSUMER_PROTOCOL, subscribedTopics } from './subscription.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** One error for each partition, in order. */
export function deleteOffsets(
  shard: GroupShard,
  groupId: string,
  partitions: readonly TopicPartition[],
): WriteResult<Code[]> {
  const group = shard.group(groupId);
  if (group === undefined || group.is('Dead')) throw new CoordinatorError(ErrorCode.GROUP_ID_NOT_FOUND);
  const isConsumer = group.protocolType === CONSUMER_PROTOCOL;
  if (!group.is('Empty') && !isConsumer) throw new CoordinatorError(ErrorCode.NON_EMPTY_GROUP);
  const subscribed = group.is('Empty') ? new Set<string>() : subscribedTopics(group);
  const errors = partitions.map(({ topic }) =>
    subscribed?.has(topic) === false ? ErrorCode.NONE : ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC,
  );
  const records = partitions
    .filter(
      ({ topic, partition }, index) =>
        errors[index] === ErrorCode.NONE && shard.offsets.get(groupId, topic, partition) !== undefined,
    )
    .map(({ topic, partition }) => offsetTombstone(groupId, topic, partition));
  return { records, response: errors };
}

export function deleteGroup(shard: GroupShard, groupId: string): WriteResult<Code> {
  const group = shard.group(groupId);
  if (group === undefined || group.is('Dead')) return { records: [], response: ErrorCode.GROUP_ID_NOT_FOUND };
  if (!group.is('Empty')) return { records: [], response: ErrorCode.NON_EMPTY_GROUP };
  return {
    records: [...tombstonesOf(shard, group, () => true), groupTombstone(groupId)],
    response: ErrorCode.NONE,
    whenApplied: () => bury(shard, group),
  };
}

/** The offsets of a topic that was deleted. */
export function deleteTopicOffsets(shard: GroupShard, topics: ReadonlySet<string>): WriteResult<number> {
  const records: CoordinatorRecord[] = [];
  for (const groupId of shard.offsets.groups()) {
    for (const [topic, partitions] of shard.offsets.of(groupId) ?? []) {
      if (topics.has(topic))
        for (const partition of partitions.keys()) records.push(offsetTombstone(groupId, topic, partition));
    }
  }
  return { records, response: records.length };
}

/** Offsets whose retention is over, and groups that nothing is left of. Kafka's rule of KIP-211. */
export function expireOffsets(shard: GroupShard): WriteResult<number> {
  const now = shard.nowMs();
  const retention = shard.settings.offsetsRetentionMs;
  const records: CoordinatorRecord[] = [];
  const gone: ClassicGroup[] = [];
  for (const group of shard.groups()) {
    const expired = expiryRule(group, now, retention);
    const tombstones = expired === undefined ? [] : tombstonesOf(shard, group, expired);
    records.push(...tombstones);
    if (!group.is('Empty') || tombstones.length < countOf(shard, group)) continue;
    gone.push(group);
    if (group.generationId > 0) records.push(groupTombstone(group.groupId));
  }
  return {
    records,
    response: records.length,
    whenApplied: () => {
      for (const group of gone) bury(shard, group);
    },
  };
}

type Expired = (offset: OffsetAndMetadata, topic: string) => boolean;

function expiryRule(group: ClassicGroup, now: number, retentionMs: number): Expired | undefined {
  const since = (base: (offset: OffsetAndMetadata) => number): Expired => {
    return (offset) =>
      now >= (offset.expireTimestamp === undefined ? base(offset) + retentionMs : Number(offset.expireTimestamp));
  };
  const sinceCommit = since((offset) => Number(offset.commitTimestamp));
  // Never had members: each offset counts from its commit.
  if (group.protocolType === undefined) return group.is('Empty') ? sinceCommit : undefined;
  if (group.is('Empty')) return since((offset) => group.stateSinceMs ?? Number(offset.commitTimestamp));
  if (group.protocolType === CONSUMER_PROTOCOL && group.is('Stable')) {
    const subscribed = subscribedTopics(group);
    if (subscribed !== undefined) return (offset, topic) => !subscribed.has(topic) && sinceCommit(offset, topic);
  }
  return undefined;
}

function tombstonesOf(shard: GroupShard, group: ClassicGroup, expired: Expired): CoordinatorRecord[] {
  const records: CoordinatorRecord[] = [];
  for (const [topic, partitions] of shard.offsets.of(group.groupId) ?? []) {
    for (const [partition, offset] of partitions)
      if (expired(offset, topic)) records.push(offsetTombstone(group.groupId, topic, partition));
  }
  return records;
}

function countOf(shard: GroupShard, group: ClassicGroup): number {
  let count = 0;
  for (const partitions of shard.offsets.of(group.groupId)?.values() ?? []) count += partitions.size;
  return count;
}

function bury(shard: GroupShard, group: ClassicGroup): void {
  if (!group.is('Empty')) return;
  group.transitionTo('Dead', shard.nowMs());
  shard.forget(group);
}
