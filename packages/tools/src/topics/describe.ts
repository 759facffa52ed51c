import {
  DescribeConfigsRequest,
  DescribeConfigsResponse,
  DescribeTopicPartitionsRequest,
  DescribeTopicPartitionsResponse,
  ErrorCode,
  ZERO_UUID,
} from '@ottla/protocol';
import type { ParsedOptions } from '../cli/option-parser.ts';
import { type Cluster, check } from '../client/cluster.ts';

const TOPIC = 2;
const DEFAULT_CONFIG = 5;
const PARTITIONS_PER_ANSWER = 2000;

interface Partition {
  readonly partitionIndex: number;
  readonly leaderId: number;
  readonly replicaNodes: readonly number[];
  readonly isrNodes: readonly number[];
  /** Undefined where the broker cannot tell (Metadata). */
  readonly elr: { readonly eligible: readonly number[]; readonly lastKnown: readonly number[] } | undefined;
}

interface Topic {
  readonly name: string;
  readonly id: string;
  readonly partitions: Partition[];
}

/** Prints each topic's line and, below it, its partitions; with a filter only what it lets through. */
export async function describeTopics(
  cluster: Cluster,
  names: readonly string[],
  options: ParsedOptions,
  print: (line: string) => void,
): Promise<void> {
  const topics = await load(cluster, names);
  const configs = await overrides(cluster, names);
  const underReplicated = options.has('under-replicated-partitions');
  const unavailable = options.has('unavailable-partitions');
  const withOverrides = options.has('topics-with-overrides');
  for (const topic of topics) {
    const settings = configs.get(topic.name) ?? [];
    if (withOverrides ? settings.length > 0 : !underReplicated && !unavailable) print(topicLine(topic, settings));
    if (withOverrides) continue;
    for (const partition of topic.partitions) {
      if (underReplicated && partition.isrNodes.length >= partition.replicaNodes.length) continue;
      if (unavailable && partition.leaderId >= 0) continue;
      print(partitionLine(topic.name, partition));
    }
  }
}

function topicLine(topic: Topic, settings: readonly string[]): string {
  const id = topic.id === ZERO_UUID ? '' : `\tTopicId: ${topic.id}`;
  const replicas = topic.partitions[0]?.replicaNodes.length ?? 0;
  return `Topic: ${topic.name}${id}\tPartitionCount: ${topic.partitions.length}\tReplicationFactor: ${replicas}\tConfigs: ${settings.join(',')}`;
}

function partitionLine(topic: string, partition: Partition): string {
  const leader = partition.leaderId < 0 ? 'none' : String(partition.leaderId);
  const elr = partition.elr === undefined ? 'N/A' : partition.elr.eligible.join(',');
  const lastKnown = partition.elr === undefined ? 'N/A' : partition.elr.lastKnown.join(',');
  return `\tTopic: ${topic}\tPartition: ${partition.partitionIndex}\tLeader: ${leader}\tReplicas: ${partition.replicaNodes.join(',')}\tIsr: ${partition.isrNodes.join(',')}\tElr: ${elr}\tLastKnownElr: ${lastKnown}`;
}

async function load(cluster: Cluster, names: readonly string[]): Promise<Topic[]> {
  if (await cluster.supports(DescribeTopicPartitionsRequest.apiKey)) return loadPaged(cluster, names);
  const { topics } = await cluster.metadata(names.map((name) => ({ name })));
  return topics.map((topic) => {
    check(topic.errorCode);
    return {
      name: topic.name ?? '',
      id: topic.topicId,
      partitions: topic.partitions.map((partition) => ({ ...partition, elr: undefined })).sort(byIndex),
    };
  });
}

async function loadPaged(cluster: Cluster, names: readonly string[]): Promise<Topic[]> {
  const topics = new Map<string, Topic>();
  const api = { request: DescribeTopicPartitionsRequest, response: DescribeTopicPartitionsResponse };
  let cursor: { topicName: string; partitionIndex: number } | null = null;
  do {
    const answer: DescribeTopicPartitionsResponse = await cluster.call(api, {
      topics: names.map((name) => ({ name })),
      responsePartitionLimit: PARTITIONS_PER_ANSWER,
      cursor,
    });
    for (const topic of answer.topics) {
      check(topic.errorCode);
      const name = topic.name ?? '';
      const known = topics.get(name) ?? { name, id: topic.topicId, partitions: [] };
      topics.set(name, known);
      for (const partition of topic.partitions) {
        const elr = { eligible: partition.eligibleLeaderReplicas ?? [], lastKnown: partition.lastKnownElr ?? [] };
        known.partitions.push({ ...partition, elr });
      }
    }
    cursor = answer.nextCursor;
  } while (cursor !== null);
  for (const topic of topics.values()) topic.partitions.sort(byIndex);
  return [...topics.values()];
}

const byIndex = (left: Partition, right: Partition): number => left.partitionIndex - right.partitionIndex;

/** `name=value` of every setting that is not a default, by topic. */
async function overrides(cluster: Cluster, names: readonly string[]): Promise<Map<string, string[]>> {
  const api = { request: DescribeConfigsRequest, response: DescribeConfigsResponse };
  const resources = names.map((resourceName) => ({ resourceType: TOPIC, resourceName, configurationKeys: null }));
  const answer = await cluster.call(api, { resources });
  return new Map(
    answer.results
      .filter((result) => result.errorCode === ErrorCode.NONE)
      .map((result) => [
        result.resourceName,
        result.configs
          .filter((entry) => entry.configSource !== DEFAULT_CONFIG)
          .map((entry) => `${entry.name}=${entry.value ?? ''}`),
      ]),
  );
}
