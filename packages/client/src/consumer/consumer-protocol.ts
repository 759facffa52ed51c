/*
 * What members tell each other inside JoinGroup and SyncGroup (Java's ConsumerProtocol): int16 version, then the message.
 * A newer version than ours is read as ours: fields are only ever added at the end.
 */
import {
  ConsumerProtocolAssignment,
  ConsumerProtocolSubscription,
  type ConsumerProtocolSubscriptionInit,
  joinParts,
  type MessageCodec,
  ProtocolError,
  Reader,
  Writer,
} from '@ottla/protocol';
import { comparePartitions, groupByTopic, type TopicPartition } from './topic-partition.ts';

/** Java's ConsumerProtocol.PROTOCOL_TYPE. */
export const CONSUMER_PROTOCOL_TYPE = 'consumer';

export interface MemberSubscription {
  readonly topics: readonly string[];
  readonly userData: Uint8Array | null;
  readonly ownedPartitions: readonly TopicPartition[];
  /** -1: none. */
  readonly generationId: number;
  readonly rackId: string | null;
}

export function encodeSubscription(
  subscription: MemberSubscription,
  version: number = ConsumerProtocolSubscription.maxVersion,
): Buffer {
  const init: ConsumerProtocolSubscriptionInit = {
    topics: subscription.topics.toSorted(),
    userData: subscription.userData,
  };
  if (version >= 1) init.ownedPartitions = groupByTopic(subscription.ownedPartitions.toSorted(comparePartitions));
  if (version >= 2) init.generationId = subscription.generationId;
  if (version >= 3) init.rackId = subscription.rackId;
  return encodeVersioned(ConsumerProtocolSubscription, init, version);
}

/** Throws ProtocolError. */
export function decodeSubscription(bytes: Buffer): MemberSubscription & { readonly userData: Buffer | null } {
  const decoded = decodeVersioned(ConsumerProtocolSubscription, bytes);
  return {
    topics: decoded.topics,
    userData: decoded.userData,
    ownedPartitions: flatten(decoded.ownedPartitions),
    generationId: decoded.generationId,
    rackId: decoded.rackId,
  };
}

export function encodeAssignment(
  partitions: readonly TopicPartition[],
  userData: Uint8Array | null = null,
  version: number = ConsumerProtocolAssignment.maxVersion,
): Buffer {
  return encodeVersioned(
    ConsumerProtocolAssignment,
    { assignedPartitions: groupByTopic(partitions), userData },
    version,
  );
}

/** No bytes: nothing assigned. Throws ProtocolError. */
export function decodeAssignment(bytes: Buffer): TopicPartition[] {
  if (bytes.length === 0) return [];
  return flatten(decodeVersioned(ConsumerProtocolAssignment, bytes).assignedPartitions);
}

function encodeVersioned<Init>(codec: MessageCodec<unknown, Init>, value: Init, version: number): Buffer {
  const writer = new Writer(256);
  writer.int16(version);
  codec.encode(writer, value, version);
  return joinParts(writer.finish());
}

function decodeVersioned<T>(codec: MessageCodec<T, never>, bytes: Buffer): T {
  const reader = new Reader(bytes);
  const version = reader.int16();
  if (version < 0) throw new ProtocolError(`${codec.name} has no version ${version}`);
  return codec.decode(reader, Math.min(version, codec.maxVersion));
}

function flatten(
  topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[],
): TopicPartition[] {
  return topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
}
