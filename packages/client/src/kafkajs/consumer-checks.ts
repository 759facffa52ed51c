/** What kafkajs's consumer refuses, in its words. */
import { EARLIEST_OFFSET, LATEST_OFFSET } from './constants.ts';
import type { TopicPartitionOffsetAndMetadata } from './consumer-types.ts';
import { KafkaJSNonRetriableError } from './errors.ts';
import type { Offsets, TopicOffsets } from './producer-types.ts';

function refuse(message: string): never {
  throw new KafkaJSNonRetriableError(message);
}

export function checkSubscription(given: { topic?: unknown; topics?: unknown }): (string | RegExp)[] {
  const { topic, topics } = given;
  if ((topic === undefined || topic === null || topic === '') && (topics === undefined || topics === null))
    refuse('Missing required argument "topics"');
  if (topics !== undefined && topics !== null && !Array.isArray(topics)) refuse('Argument "topics" must be an array');
  const list: unknown[] = Array.isArray(topics) ? topics : [topic];
  return list.map((one) => {
    if (typeof one === 'string' || one instanceof RegExp) return one;
    return refuse(`Invalid topic ${String(one)} (${typeof one}), the topic name has to be a String or a RegExp`);
  });
}

export function checkPlace(topic: unknown, partition: unknown): void {
  if (typeof topic !== 'string' || topic === '') refuse(`Invalid topic ${String(topic)}`);
  if (Number.isNaN(Number(partition)) || partition === undefined)
    refuse(`Invalid partition, expected a number received ${String(partition)}`);
}

/** An offset as a number. `special`: those that stand for an end are fine. */
export function checkOffset(offset: unknown, special: boolean): number {
  const text = typeof offset === 'number' ? String(offset) : typeof offset === 'string' ? offset.trim() : '';
  if (!/^-?\d+$/.test(text)) refuse(`Invalid offset, expected a long received ${String(offset)}`);
  const value = Number(text);
  if (value < 0 && !(special && (value === EARLIEST_OFFSET || value === LATEST_OFFSET)))
    refuse('Offset must not be a negative number');
  return value;
}

export function checkCommits(topicPartitions: readonly TopicPartitionOffsetAndMetadata[]): Offsets {
  const topics = new Map<string, TopicOffsets>();
  for (const { topic, partition, offset, metadata = null } of topicPartitions) {
    checkPlace(topic, partition);
    const value = checkOffset(offset, false);
    if (metadata !== null && typeof metadata !== 'string')
      refuse(`Invalid offset metadata, expected string or null, received ${String(metadata)}`);
    const known = topics.get(topic) ?? { topic, partitions: [] };
    topics.set(topic, known);
    const entry = { partition, offset: String(value), metadata };
    known.partitions.push(entry);
  }
  return { topics: [...topics.values()] };
}

export function checkPauses(what: string, list: readonly { topic: string; partitions?: number[] }[]): void {
  for (const place of list) {
    if (place?.topic === undefined || place.topic === '') refuse(`Invalid topic ${String(place?.topic ?? place)}`);
    const { partitions } = place;
    if (partitions === undefined) continue;
    if (!Array.isArray(partitions) || partitions.some((one) => Number.isNaN(Number(one))))
      refuse(`Array of valid partitions required to ${what} specific partitions instead of ${String(partitions)}`);
  }
}
