/*
 * What the sticky assignors write into a subscription's user data (big-endian):
 *
 *   sticky v0              previous assignment: [topic string, [partition int32]]
 *   sticky v1              the same, then generation int32
 *   cooperative-sticky v0  generation int32
 */
import { joinParts, Reader, Writer } from '@ottla/protocol';
import { javaHashOrder } from '@ottla/protocol/records';
import { groupByTopic, type TopicPartition } from '../topic-partition.ts';

export const NO_GENERATION = -1;

/** What a member had, and since when; generation undefined: it did not say. */
export interface PreviousAssignment {
  readonly partitions: readonly TopicPartition[];
  readonly generation: number | undefined;
}

export function encodeStickyData(partitions: readonly TopicPartition[], generation: number): Buffer {
  const byTopic = javaHashOrder(groupByTopic(partitions), ({ topic }) => topic);
  const writer = new Writer();
  writer.int32(byTopic.length);
  for (const { topic, partitions: list } of byTopic) {
    writer.string(topic);
    writer.int32(list.length);
    for (const partition of list) writer.int32(partition);
  }
  writer.int32(generation);
  return joinParts(writer.finish());
}

/** Data that can't be read counts as none: its writer gets partitions as a new member does. */
export function decodeStickyData(data: Buffer | null): PreviousAssignment {
  if (data === null) return { partitions: [], generation: undefined };
  try {
    const reader = new Reader(data);
    const partitions: TopicPartition[] = [];
    for (let topics = reader.arrayCount(6, 64); topics > 0; topics--) {
      const topic = reader.string();
      for (let left = reader.arrayCount(4, 64); left > 0; left--) partitions.push({ topic, partition: reader.int32() });
    }
    return { partitions, generation: reader.remaining >= 4 ? reader.int32() : undefined };
  } catch {
    return { partitions: [], generation: undefined };
  }
}

export function encodeCooperativeData(generation: number): Buffer {
  const data = Buffer.alloc(4);
  data.writeInt32BE(generation);
  return data;
}

export function decodeCooperativeData(data: Buffer | null): number | undefined {
  return data !== null && data.length >= 4 ? data.readInt32BE(0) : undefined;
}
