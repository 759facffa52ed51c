/** What the parts of kafka-consumer-groups ask with: the client, the time a request may take, Java's ways to fail. */
import { type Admin, type GroupDescription, type Kafka, KafkaError, type TopicPartition } from '@ottla/client';
import { calling, JavaError } from '../cli/java-error.ts';
import type { ParsedOptions } from '../cli/option-parser.ts';
import type { ToolIo } from '../cli/tool.ts';
import { usage } from './options.ts';

export interface GroupClient {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly options: ParsedOptions;
  readonly io: ToolIo;
  readonly limit: { readonly timeout: number };
}

/** Waits for a request as Java's `KafkaFuture.get` does: what it throws names the cause. */
export async function execution<T>(call: string, request: () => Promise<T>): Promise<T> {
  try {
    return await calling(call, request);
  } catch (error) {
    if (!(error instanceof JavaError)) throw error;
    throw new JavaError('java.util.concurrent.ExecutionException', String(error), error.kafka);
  }
}

/** The same inside of a RuntimeException, as most of the tool's requests are. */
export async function runtime<T>(call: string, request: () => Promise<T>): Promise<T> {
  try {
    return await execution(call, request);
  } catch (error) {
    if (!(error instanceof JavaError)) throw error;
    throw new JavaError('java.lang.RuntimeException', String(error), error.kafka);
  }
}

/** `--group`, or every group there is. */
export async function groupsOf({ admin, options, limit }: GroupClient): Promise<string[]> {
  if (!options.has('all-groups')) return [...new Set(options.values('group'))];
  const groups = await listing(() => admin.listConsumerGroups(limit));
  return groups.map(({ groupId }) => groupId);
}

/** Java asks for the brokers first, and has a text of its own when it finds none in time. */
export function listing<T>(request: () => Promise<T>): Promise<T> {
  return runtime('listGroups', async () => {
    try {
      return await calling('listGroups', request);
    } catch (error) {
      if (!(error instanceof JavaError) || error.kafka?.code !== 'TIMEOUT') throw error;
      throw new JavaError(
        'org.apache.kafka.common.KafkaException',
        'Failed to find brokers to send ListGroups',
        error.kafka,
      );
    }
  });
}

/** Topics as they are given (`topic` or `topic:0,1`), as partitions. */
export async function partitionsOf({ admin, limit }: GroupClient, given: readonly string[]): Promise<TopicPartition[]> {
  const { partitions, topics } = splitTopics(given);
  if (topics.length === 0) return partitions;
  const described = await runtime('describeTopics', () => admin.describeTopics(topics, limit));
  const whole = [...described.values()].flatMap((topic) =>
    topic.partitions.map(({ partition }) => ({ topic: topic.name, partition })),
  );
  return [...partitions, ...whole];
}

export function splitTopics(given: readonly string[]): { partitions: TopicPartition[]; topics: string[] } {
  const partitions: TopicPartition[] = [];
  const topics: string[] = [];
  for (const text of given) {
    const [topic = '', list = '', ...more] = text.split(':');
    if (topic === text) {
      topics.push(topic);
      continue;
    }
    if (list === '' || more.length > 0) throw usage(`Invalid topic arg '${text}', expected topic name and partitions`);
    for (const partition of list.split(',')) {
      if (!/^[+-]?\d+$/.test(partition))
        throw usage(`Invalid partition '${partition}' specified in topic arg '${text}''`);
      partitions.push({ topic, partition: Number(partition) });
    }
  }
  return { partitions, topics };
}

export function byPartition(left: TopicPartition, right: TopicPartition): number {
  if (left.topic !== right.topic) return left.topic < right.topic ? -1 : 1;
  return left.partition - right.partition;
}

/** A group that is not there is `Dead`, as Kafka had it up to version 5 of the request; later ones say so by an error. */
export async function describe({ admin, limit }: GroupClient, groups: readonly string[]): Promise<GroupDescription[]> {
  const found = await admin.describeConsumerGroups(groups, limit).catch((error: unknown) => {
    if (!(error instanceof KafkaError) || error.failures === undefined) throw error;
    for (const failure of error.failures.values()) if (failure.code !== 'GROUP_ID_NOT_FOUND') throw failure;
    return error.results ?? new Map();
  });
  return groups.map((groupId) => found.get(groupId) ?? { ...DEAD, groupId });
}

const DEAD: Omit<GroupDescription, 'groupId'> = {
  type: 'classic',
  protocolType: '',
  state: 'Dead',
  protocol: '',
  coordinator: -1,
  members: [],
  groupEpoch: undefined,
};
