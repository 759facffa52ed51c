/** Sends of a kafkajs producer: checked, partitioned, handed to producers of ours, one for each `acks`. */

import type { PlainRecord } from '../producer/input.ts';
import { plainRecord } from '../producer/input.ts';
import type { Producer } from '../producer/producer.ts';
import type { RecordMetadata as OurMetadata } from '../records.ts';
import { shown } from './admin-checks.ts';
import { compressionName } from './compression.ts';
import { toKafkaJSError } from './error-mapping.ts';
import { KafkaJSNonRetriableError } from './errors.ts';
import type { Link } from './link.ts';
import { partitionMetadata } from './partition-metadata.ts';
import type { PartitionerArgs } from './partitioners.ts';
import type { Message, ProducerBatch, RecordMetadata, TopicMessages } from './producer-types.ts';

export interface SendTarget {
  readonly producer: Producer;
  /** `Producer.send`, or that of its transaction. */
  send(topic: string, records: readonly PlainRecord[]): Promise<OurMetadata[]>;
}

/** What brokers said last of a partition, by `topic-partition`. */
export type LogFacts = Map<string, { readonly logStartOffset: number; readonly hasAppendTime: boolean }>;

/** Throws KafkaJSNonRetriableError: the texts are kafkajs's. */
export function checkBatch({ acks = -1, topicMessages = [] }: ProducerBatch, isIdempotent: boolean): TopicMessages[] {
  if (topicMessages.some(({ topic }) => typeof topic !== 'string' || topic === ''))
    throw new KafkaJSNonRetriableError('Invalid topic');
  if (isIdempotent && acks !== -1)
    throw new KafkaJSNonRetriableError(
      "Not requiring ack for all messages invalidates the idempotent producer's EoS guarantees",
    );
  const merged = new Map<string, Message[]>();
  for (const { topic, messages } of topicMessages) {
    if (!Array.isArray(messages))
      throw new KafkaJSNonRetriableError(`Invalid messages array [${shown(messages)}] for topic "${topic}"`);
    const incomplete = messages.find(({ value }) => value === undefined);
    if (incomplete !== undefined)
      throw new KafkaJSNonRetriableError(
        `Invalid message without value for topic "${topic}": ${JSON.stringify(incomplete)}`,
      );
    merged.set(topic, [...(merged.get(topic) ?? []), ...messages]);
  }
  return Array.from(merged, ([topic, messages]) => ({ topic, messages }));
}

export async function sendAll(
  link: Link,
  partitioner: (args: PartitionerArgs) => number,
  facts: LogFacts,
  target: SendTarget,
  topicMessages: readonly TopicMessages[],
  batch: ProducerBatch,
): Promise<RecordMetadata[]> {
  try {
    const compression = compressionName(batch.compression);
    const topics = await Promise.all(
      topicMessages.map(async ({ topic, messages }) => {
        const metadata = (await link.partitions(topic)).map(partitionMetadata);
        return { topic, records: messages.map((message) => withPartition(partitioner, topic, metadata, message)) };
      }),
    );
    target.producer.compression = compression;
    const sent = await Promise.all(topics.map(({ topic, records }) => target.send(topic, records)));
    return batch.acks === 0 ? [] : byPartition(sent.flat(), facts);
  } catch (error) {
    throw toKafkaJSError(error);
  }
}

function withPartition(
  partitioner: (args: PartitionerArgs) => number,
  topic: string,
  metadata: PartitionerArgs['partitionMetadata'],
  message: Message,
): PlainRecord {
  const partition = partitioner({ topic, partitionMetadata: metadata, message });
  const { key, value, headers, timestamp } = message;
  return plainRecord({
    key: typeof key === 'number' ? String(key) : key,
    value,
    partition,
    ...(headers === undefined ? {} : { headers }),
    ...(timestamp === undefined ? {} : { timestamp }),
  });
}

function byPartition(sent: readonly OurMetadata[], facts: LogFacts): RecordMetadata[] {
  const results = new Map<string, RecordMetadata>();
  for (const { topic, partition, offset, timestamp } of sent) {
    const name = `${topic}-${partition}`;
    const known = results.get(name);
    if (known !== undefined && Number(known.baseOffset) <= offset) continue;
    const { logStartOffset = -1, hasAppendTime = false } = facts.get(name) ?? {};
    results.set(name, {
      topicName: topic,
      partition,
      errorCode: 0,
      baseOffset: String(offset),
      logAppendTime: hasAppendTime ? String(timestamp) : '-1',
      logStartOffset: String(logStartOffset),
    });
  }
  return [...results.values()];
}
