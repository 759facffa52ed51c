import {
  ConsumerProtocolAssignment,
  ConsumerProtocolSubscription,
  decodeFromBuffer,
  encodeToBuffer,
} from '@ottla/protocol';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

const VERSION = 1;

/** What a consumer says of itself when it joins: a version and the message. */
export function encodeSubscription(topics: readonly string[]): Buffer {
  return versioned(encodeToBuffer(ConsumerProtocolSubscription, { topics }, VERSION));
}

export function encodeAssignment(partitions: readonly TopicPartition[]): Buffer {
  const byTopic = new Map<string, number[]>();
  for (const { topic, partition } of partitions) byTopic.set(topic, [...(byTopic.get(topic) ?? []), partition]);
  const assignedPartitions = [...byTopic].map(([topic, numbers]) => ({ topic, partitions: numbers }));
  return versioned(encodeToBuffer(ConsumerProtocolAssignment, { assignedPartitions }, VERSION));
}

/** No bytes: no partitions. */
export function decodeAssignment(bytes: Buffer): TopicPartition[] {
  if (bytes.length === 0) return [];
  const { assignedPartitions } = decodeFromBuffer(ConsumerProtocolAssignment, bytes.subarray(2), bytes.readInt16BE(0));
  return assignedPartitions.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
}

function versioned(message: Buffer): Buffer {
  const version = Buffer.alloc(2);
  version.writeInt16BE(VERSION);
  return Buffer.concat([version, message]);
}
