/** The records of the coordinators' topics by the type that their keys begin with. */
import * as protocol from '@ottla/protocol';
import * as json from '@ottla/protocol/json';

export interface RecordKind {
  readonly key: protocol.AnyMessageCodec;
  readonly keyShape: json.MessageShape;
  readonly value: protocol.AnyMessageCodec;
  readonly valueShape: json.MessageShape;
}

function kind<Key, KeyInit, Value, ValueInit>(
  key: protocol.MessageCodec<Key, KeyInit>,
  keyShape: json.MessageShape,
  value: protocol.MessageCodec<Value, ValueInit>,
  valueShape: json.MessageShape,
): RecordKind {
  return { key: readOnly(key), keyShape, value: readOnly(value), valueShape };
}

/** A codec to read with, whatever it reads. */
function readOnly<T, Init>(codec: protocol.MessageCodec<T, Init>): protocol.AnyMessageCodec {
  return {
    ...codec,
    encode() {
      throw new Error(`${codec.name} is only read here`);
    },
  };
}

function byType(kinds: readonly RecordKind[]): ReadonlyMap<number, RecordKind> {
  return new Map(kinds.map((each) => [each.key.apiKey, each]));
}

/** __consumer_offsets */
export const GROUP_RECORDS = byType([
  kind(
    protocol.LegacyOffsetCommitKey,
    json.LegacyOffsetCommitKeyShape,
    protocol.OffsetCommitValue,
    json.OffsetCommitValueShape,
  ),
  kind(protocol.OffsetCommitKey, json.OffsetCommitKeyShape, protocol.OffsetCommitValue, json.OffsetCommitValueShape),
  kind(
    protocol.GroupMetadataKey,
    json.GroupMetadataKeyShape,
    protocol.GroupMetadataValue,
    json.GroupMetadataValueShape,
  ),
  kind(
    protocol.ConsumerGroupMetadataKey,
    json.ConsumerGroupMetadataKeyShape,
    protocol.ConsumerGroupMetadataValue,
    json.ConsumerGroupMetadataValueShape,
  ),
  kind(
    protocol.ConsumerGroupPartitionMetadataKey,
    json.ConsumerGroupPartitionMetadataKeyShape,
    protocol.ConsumerGroupPartitionMetadataValue,
    json.ConsumerGroupPartitionMetadataValueShape,
  ),
  kind(
    protocol.ConsumerGroupMemberMetadataKey,
    json.ConsumerGroupMemberMetadataKeyShape,
    protocol.ConsumerGroupMemberMetadataValue,
    json.ConsumerGroupMemberMetadataValueShape,
  ),
  kind(
    protocol.ConsumerGroupTargetAssignmentMetadataKey,
    json.ConsumerGroupTargetAssignmentMetadataKeyShape,
    protocol.ConsumerGroupTargetAssignmentMetadataValue,
    json.ConsumerGroupTargetAssignmentMetadataValueShape,
  ),
  kind(
    protocol.ConsumerGroupTargetAssignmentMemberKey,
    json.ConsumerGroupTargetAssignmentMemberKeyShape,
    protocol.ConsumerGroupTargetAssignmentMemberValue,
    json.ConsumerGroupTargetAssignmentMemberValueShape,
  ),
  kind(
    protocol.ConsumerGroupCurrentMemberAssignmentKey,
    json.ConsumerGroupCurrentMemberAssignmentKeyShape,
    protocol.ConsumerGroupCurrentMemberAssignmentValue,
    json.ConsumerGroupCurrentMemberAssignmentValueShape,
  ),
  kind(
    protocol.ConsumerGroupRegularExpressionKey,
    json.ConsumerGroupRegularExpressionKeyShape,
    protocol.ConsumerGroupRegularExpressionValue,
    json.ConsumerGroupRegularExpressionValueShape,
  ),
  kind(
    protocol.ShareGroupMemberMetadataKey,
    json.ShareGroupMemberMetadataKeyShape,
    protocol.ShareGroupMemberMetadataValue,
    json.ShareGroupMemberMetadataValueShape,
  ),
  kind(
    protocol.ShareGroupMetadataKey,
    json.ShareGroupMetadataKeyShape,
    protocol.ShareGroupMetadataValue,
    json.ShareGroupMetadataValueShape,
  ),
  kind(
    protocol.ShareGroupTargetAssignmentMetadataKey,
    json.ShareGroupTargetAssignmentMetadataKeyShape,
    protocol.ShareGroupTargetAssignmentMetadataValue,
    json.ShareGroupTargetAssignmentMetadataValueShape,
  ),
  kind(
    protocol.ShareGroupTargetAssignmentMemberKey,
    json.ShareGroupTargetAssignmentMemberKeyShape,
    protocol.ShareGroupTargetAssignmentMemberValue,
    json.ShareGroupTargetAssignmentMemberValueShape,
  ),
  kind(
    protocol.ShareGroupCurrentMemberAssignmentKey,
    json.ShareGroupCurrentMemberAssignmentKeyShape,
    protocol.ShareGroupCurrentMemberAssignmentValue,
    json.ShareGroupCurrentMemberAssignmentValueShape,
  ),
  kind(
    protocol.ShareGroupStatePartitionMetadataKey,
    json.ShareGroupStatePartitionMetadataKeyShape,
    protocol.ShareGroupStatePartitionMetadataValue,
    json.ShareGroupStatePartitionMetadataValueShape,
  ),
  kind(
    protocol.StreamsGroupMetadataKey,
    json.StreamsGroupMetadataKeyShape,
    protocol.StreamsGroupMetadataValue,
    json.StreamsGroupMetadataValueShape,
  ),
  kind(
    protocol.StreamsGroupMemberMetadataKey,
    json.StreamsGroupMemberMetadataKeyShape,
    protocol.StreamsGroupMemberMetadataValue,
    json.StreamsGroupMemberMetadataValueShape,
  ),
  kind(
    protocol.StreamsGroupTargetAssignmentMetadataKey,
    json.StreamsGroupTargetAssignmentMetadataKeyShape,
    protocol.StreamsGroupTargetAssignmentMetadataValue,
    json.StreamsGroupTargetAssignmentMetadataValueShape,
  ),
  kind(
    protocol.StreamsGroupTargetAssignmentMemberKey,
    json.StreamsGroupTargetAssignmentMemberKeyShape,
    protocol.StreamsGroupTargetAssignmentMemberValue,
    json.StreamsGroupTargetAssignmentMemberValueShape,
  ),
  kind(
    protocol.StreamsGroupCurrentMemberAssignmentKey,
    json.StreamsGroupCurrentMemberAssignmentKeyShape,
    protocol.StreamsGroupCurrentMemberAssignmentValue,
    json.StreamsGroupCurrentMemberAssignmentValueShape,
  ),
  kind(
    protocol.StreamsGroupTopologyKey,
    json.StreamsGroupTopologyKeyShape,
    protocol.StreamsGroupTopologyValue,
    json.StreamsGroupTopologyValueShape,
  ),
]);

/** __transaction_state */
export const TRANSACTION_RECORDS = byType([
  kind(
    protocol.TransactionLogKey,
    json.TransactionLogKeyShape,
    protocol.TransactionLogValue,
    json.TransactionLogValueShape,
  ),
]);

/** __share_group_state */
export const SHARE_RECORDS = byType([
  kind(
    protocol.ShareSnapshotKey,
    json.ShareSnapshotKeyShape,
    protocol.ShareSnapshotValue,
    json.ShareSnapshotValueShape,
  ),
  kind(protocol.ShareUpdateKey, json.ShareUpdateKeyShape, protocol.ShareUpdateValue, json.ShareUpdateValueShape),
]);
