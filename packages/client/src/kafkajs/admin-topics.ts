/** Topics, partitions, records and reassignments of kafkajs's admin. */
import { ErrorCode } from '@ottla/protocol';
import {
  ALTER_PARTITION_REASSIGNMENTS,
  CREATE_PARTITIONS,
  CREATE_TOPICS,
  DELETE_RECORDS,
  DELETE_TOPICS,
  LIST_PARTITION_REASSIGNMENTS,
} from '../admin/apis.ts';
import {
  checkNewTopics,
  checkPlaces,
  checkReassignments,
  checkTopic,
  checkTopicEntries,
  refuse,
} from './admin-checks.ts';
import { fetchTopicOffsets } from './admin-offsets.ts';
import type { Admin, ITopicMetadata, ListPartitionReassignmentsResponse, SeekEntry } from './admin-types.ts';
import { protocolError } from './error-mapping.ts';
import {
  KafkaJSAggregateError,
  KafkaJSAlterPartitionReassignmentsError,
  KafkaJSBrokerNotFound,
  KafkaJSCreateTopicError,
  KafkaJSDeleteTopicRecordsError,
  type KafkaJSDeleteTopicRecordsErrorPartition,
  KafkaJSProtocolError,
} from './errors.ts';
import type { Link } from './link.ts';
import type { Logger } from './logger.ts';
import { partitionMetadata } from './partition-metadata.ts';
import { untilLeadersAreKnown } from './topic-leaders.ts';

const TIMEOUT_MS = 5_000;
/** Up to here topics go by name. */
const DELETE_TOPICS_MAX = 5;
/** Brokers choose these numbers themselves from version 4 on (Kafka 2.4). */
const BROKER_DEFAULT = -1;
const CANNOT_DELETE = 'Could not delete topics';
const DELETION_TIMED_OUT = `${CANNOT_DELETE}: is the brokers' "delete.topic.enable" true, is "timeout" long enough?`;

export async function createTopics(link: Link, options: Parameters<Admin['createTopics']>[0]): Promise<boolean> {
  const { topics, validateOnly = false, timeout = TIMEOUT_MS, waitForLeaders = true } = options;
  checkNewTopics(topics);
  const request = {
    topics: topics.map(({ topic, numPartitions, replicationFactor, replicaAssignment = [], configEntries = [] }) => ({
      name: topic,
      numPartitions: numPartitions ?? BROKER_DEFAULT,
      replicationFactor: replicationFactor ?? BROKER_DEFAULT,
      assignments: replicaAssignment.map(({ partition, replicas }) => ({
        partitionIndex: partition,
        brokerIds: replicas,
      })),
      configs: configEntries ?? [],
    })),
    timeoutMs: timeout,
    validateOnly,
  };
  const answer = await link.askController('Could not create topics', CREATE_TOPICS, request, (res) =>
    res.topics.map(({ errorCode }) => errorCode),
  );
  const failed = answer.topics.filter(({ errorCode }) => errorCode !== ErrorCode.NONE);
  if (failed.length > 0) {
    if (failed.every(({ errorCode }) => errorCode === ErrorCode.TOPIC_ALREADY_EXISTS)) return false;
    const errors = failed.map(({ errorCode, name }) => new KafkaJSCreateTopicError(protocolError(errorCode), name));
    throw new KafkaJSAggregateError('Topic creation errors', errors);
  }
  if (waitForLeaders && !validateOnly)
    await untilLeadersAreKnown(
      link,
      topics.map(({ topic }) => topic),
      timeout,
    );
  return true;
}

export async function deleteTopics(link: Link, options: Parameters<Admin['deleteTopics']>[0]): Promise<void> {
  const { topics, timeout = TIMEOUT_MS } = options;
  if (!Array.isArray(topics)) refuse(`Invalid topics array ${String(topics)}`);
  if (topics.some((topic) => typeof topic !== 'string'))
    refuse('Invalid topics array, the names must be a valid string');
  await link.retrying(async (series) => {
    const answer = await link.askController(
      CANNOT_DELETE,
      DELETE_TOPICS,
      { topicNames: topics, timeoutMs: timeout },
      (res) => res.responses.map(({ errorCode }) => errorCode),
      { maxVersion: DELETE_TOPICS_MAX },
    );
    const failed = answer.responses.find(({ errorCode }) => errorCode !== ErrorCode.NONE);
    if (failed === undefined) return;
    const error = protocolError(failed.errorCode);
    if (!isFinalDeletion(error)) link.tell('warn', CANNOT_DELETE, error, series);
    else if (error.code === ErrorCode.REQUEST_TIMED_OUT) link.tell('error', DELETION_TIMED_OUT, error, series);
    throw error;
  }, isFinalDeletion);
  const cluster = await link.cluster();
  await cluster.refresh([], { all: true });
}

/** A topic that is not known may be too new. */
function isFinalDeletion(error: Error): boolean {
  return !(error instanceof KafkaJSProtocolError && error.code === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
}

export async function createPartitions(
  link: Link,
  options: Parameters<Admin['createPartitions']>[0],
): Promise<boolean> {
  const { topicPartitions, validateOnly = false, timeout = TIMEOUT_MS } = options;
  checkTopicEntries('topic partitions', topicPartitions);
  if (topicPartitions.length === 0) refuse('Empty topic partitions array');
  const answer = await link.askController(
    'Could not create partitions',
    CREATE_PARTITIONS,
    {
      topics: topicPartitions.map(({ topic, count, assignments }) => ({
        name: topic,
        count,
        assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null,
      })),
      timeoutMs: timeout,
      validateOnly,
    },
    (res) => res.results.map(({ errorCode }) => errorCode),
  );
  throwFirst(answer.results);
  return true;
}

function throwFirst(results: readonly { readonly errorCode: number }[]): void {
  for (const { errorCode } of results) if (errorCode !== ErrorCode.NONE) throw protocolError(errorCode);
}

export async function fetchTopicMetadata(link: Link, topics: readonly string[]): Promise<{ topics: ITopicMetadata[] }> {
  for (const topic of topics) checkTopic(topic);
  const cluster = await link.cluster();
  await link.retrying(async () => {
    await cluster.refresh(topics, { all: topics.length === 0 });
    for (const topic of topics) {
      const error = cluster.metadata.topicError(topic);
      if (error !== undefined) throw error;
    }
  });
  const names = topics.length === 0 ? [...cluster.metadata.topics.keys()] : topics;
  return {
    topics: names.map((name) => ({
      name,
      partitions: (cluster.metadata.topic(name)?.partitions ?? []).map(partitionMetadata),
    })),
  };
}

export async function deleteTopicRecords(
  link: Link,
  logger: Logger,
  { topic, partitions }: { topic: string; partitions: SeekEntry[] },
): Promise<void> {
  if (typeof topic !== 'string' || topic === '') refuse(`Invalid topic "${String(topic)}"`);
  if (!Array.isArray(partitions) || partitions.length === 0) refuse('Invalid partitions');
  const cluster = await link.cluster();
  const places = await link.partitions(topic, true);
  const unknown = partitions.filter(({ partition }) => (places[partition]?.leader ?? -1) < 0);
  if (unknown.length > 0) {
    const error = new KafkaJSBrokerNotFound('Could not find the leader for the partition', { retriable: false });
    throw new KafkaJSDeleteTopicRecordsError({
      topic,
      partitions: unknown.map(({ partition, offset }) => ({ partition, offset, error })),
    });
  }
  const known = await fetchTopicOffsets(link, topic);
  for (const { partition, offset } of partitions) {
    const low = known.find((one) => one.partition === partition)?.low;
    if (Number(offset) >= 0 && Number(offset) < Number(low))
      logger.warn(
        'The requested offset is before the earliest offset maintained on the partition - no records will be deleted from this partition',
        { topic, partition, offset },
      );
  }
  let left = partitions;
  await link.retrying(async () => {
    const failures: KafkaJSDeleteTopicRecordsErrorPartition[] = [];
    const byLeader = new Map<number, SeekEntry[]>();
    for (const entry of left) {
      const leader = cluster.metadata.partition(topic, entry.partition)?.leader ?? -1;
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), entry]);
    }
    for (const [leader, entries] of byLeader) {
      const wanted = entries.map(({ partition, offset }) => ({ partitionIndex: partition, offset: Number(offset) }));
      const request = { topics: [{ name: topic, partitions: wanted }], timeoutMs: TIMEOUT_MS };
      const answer = await cluster.request(DELETE_RECORDS, leader, request);
      for (const { partitionIndex, errorCode } of answer.topics.flatMap((each) => each.partitions)) {
        if (errorCode === ErrorCode.NONE) {
          left = left.filter(({ partition }) => partition !== partitionIndex);
          continue;
        }
        const offset = entries.find(({ partition }) => partition === partitionIndex)?.offset ?? '-1';
        failures.push({ partition: partitionIndex, offset, error: protocolError(errorCode) });
      }
    }
    if (failures.length === 0) return;
    const error = new KafkaJSDeleteTopicRecordsError({ topic, partitions: failures });
    if (error.retriable) await cluster.refresh([topic]);
    throw error;
  });
}

export async function alterPartitionReassignments(
  link: Link,
  { topics, timeout = TIMEOUT_MS }: Parameters<Admin['alterPartitionReassignments']>[0],
): Promise<void> {
  checkReassignments(topics);
  const answer = await link.askController(
    'Could not reassign partitions',
    ALTER_PARTITION_REASSIGNMENTS,
    {
      timeoutMs: timeout,
      topics: topics.map(({ topic, partitionAssignment }) => ({
        name: topic,
        partitions: partitionAssignment.map(({ partition, replicas }) => ({ partitionIndex: partition, replicas })),
      })),
    },
    (res) => [res.errorCode],
  );
  throwFirst([answer]);
  const errors = answer.responses.flatMap(({ name, partitions }) =>
    partitions
      .filter(({ errorCode }) => errorCode !== ErrorCode.NONE)
      .map(
        ({ partitionIndex, errorCode }) =>
          new KafkaJSAlterPartitionReassignmentsError(protocolError(errorCode), name, partitionIndex),
      ),
  );
  if (errors.length > 0) throw new KafkaJSAggregateError('Errors altering partition reassignments', errors);
}

export async function listPartitionReassignments(
  link: Link,
  { topics, timeout = TIMEOUT_MS }: Parameters<Admin['listPartitionReassignments']>[0],
): Promise<ListPartitionReassignmentsResponse> {
  if (topics !== undefined && topics !== null) checkPlaces(topics);
  const answer = await link.askController(
    'Could not list reassignments of partitions',
    LIST_PARTITION_REASSIGNMENTS,
    {
      timeoutMs: timeout,
      topics: topics?.map(({ topic, partitions }) => ({ name: topic, partitionIndexes: partitions })) ?? null,
    },
    (res) => [res.errorCode],
  );
  throwFirst([answer]);
  return {
    topics: answer.topics.map(({ name, partitions }) => ({
      topic: name,
      partitions: partitions.map(({ partitionIndex, replicas, addingReplicas, removingReplicas }) => ({
        partition: partitionIndex,
        replicas: [...replicas],
        addingReplicas: [...addingReplicas],
        removingReplicas: [...removingReplicas],
      })),
    })),
  };
}
