/**
 * The records of __consumer_offsets that the classic protocol writes and reads.
 *
 *   key:   type int16 (0, 1 = offset commit; 2 = group), then the key's fields
 *   value: version int16, then the value's fields; absent = tombstone
 *
 * Versions written are those of Kafka 2.3 to 3.9: offsets 3 (1 when an explicit expiry was given), groups 3.
 */
import {
  decodeRecordKey,
  decodeRecordValue,
  encodeRecordKey,
  encodeRecordValue,
  GroupMetadataKey,
  GroupMetadataValue,
  type GroupMetadataValueInit,
  type Int64,
  LegacyOffsetCommitKey,
  OffsetCommitKey,
  OffsetCommitValue,
  type OffsetCommitValueInit,
  recordKeyType,
} from '@ottla/protocol';
import type { CoordinatorRecord } from '../runtime/shard.ts';

const OFFSET_VALUE_VERSION = 3;
/** The only version with an expiry of its own. */
const OFFSET_VALUE_VERSION_WITH_EXPIRY = 1;
const GROUP_VALUE_VERSION = 3;

export interface OffsetAndMetadata {
  readonly offset: Int64;
  /** -1 when the consumer did not say. */
  readonly leaderEpoch: number;
  readonly metadata: string;
  /** Wall clock of the commit, ms. */
  readonly commitTimestamp: Int64;
  /** Explicit retention of OffsetCommit v2-4, ms since 1970; undefined: the broker's retention. */
  readonly expireTimestamp: Int64 | undefined;
}

export type GroupRecord =
  | {
      readonly kind: 'offset';
      readonly group: string;
      readonly topic: string;
      readonly partition: number;
      readonly value: OffsetAndMetadata | undefined;
    }
  | { readonly kind: 'group'; readonly group: string; readonly value: GroupMetadataValue | undefined };

export function offsetRecord(
  group: string,
  topic: string,
  partition: number,
  offset: OffsetAndMetadata,
): CoordinatorRecord {
  const value: OffsetCommitValueInit = {
    offset: offset.offset,
    leaderEpoch: offset.leaderEpoch,
    metadata: offset.metadata,
    commitTimestamp: offset.commitTimestamp,
    ...(offset.expireTimestamp === undefined ? {} : { expireTimestamp: offset.expireTimestamp }),
  };
  const version = offset.expireTimestamp === undefined ? OFFSET_VALUE_VERSION : OFFSET_VALUE_VERSION_WITH_EXPIRY;
  return { key: offsetKey(group, topic, partition), value: encodeRecordValue(OffsetCommitValue, value, version) };
}

export function offsetTombstone(group: string, topic: string, partition: number): CoordinatorRecord {
  return { key: offsetKey(group, topic, partition), value: null };
}

export function groupRecord(group: string, value: GroupMetadataValueInit): CoordinatorRecord {
  return {
    key: encodeRecordKey(GroupMetadataKey, { group }),
    value: encodeRecordValue(GroupMetadataValue, value, GROUP_VALUE_VERSION),
  };
}

export function groupTombstone(group: string): CoordinatorRecord {
  return { key: encodeRecordKey(GroupMetadataKey, { group }), value: null };
}

/** Undefined for a kind that this coordinator does not know: the record stays in the log untouched. Throws ProtocolError. */
export function decodeGroupRecord(record: CoordinatorRecord): GroupRecord | undefined {
  switch (recordKeyType(record.key)) {
    case LegacyOffsetCommitKey.apiKey:
      return {
        kind: 'offset',
        ...decodeRecordKey(LegacyOffsetCommitKey, record.key),
        value: decodeOffset(record.value),
      };
    case OffsetCommitKey.apiKey:
      return { kind: 'offset', ...decodeRecordKey(OffsetCommitKey, record.key), value: decodeOffset(record.value) };
    case GroupMetadataKey.apiKey: {
      const value = record.value === null ? undefined : decodeRecordValue(GroupMetadataValue, record.value);
      return { kind: 'group', group: decodeRecordKey(GroupMetadataKey, record.key).group, value };
    }
    default:
      return undefined;
  }
}

function decodeOffset(bytes: Buffer | null): OffsetAndMetadata | undefined {
  if (bytes === null) return undefined;
  const value = decodeRecordValue(OffsetCommitValue, bytes);
  return {
    offset: value.offset,
    leaderEpoch: value.leaderEpoch,
    metadata: value.metadata,
    commitTimestamp: value.commitTimestamp,
    expireTimestamp: value.expireTimestamp === -1 ? undefined : value.expireTimestamp,
  };
}

function offsetKey(group: string, topic: string, partition: number): Buffer {
  return encodeRecordKey(OffsetCommitKey, { group, topic, partition });
}
