/**
 * What becomes of a folder that Kafka wrote when a broker with an empty metadata tree first starts on it: every topic
 * folder a topic with the id it has, led by this broker with the leader epoch after the last one on disk. Nothing says
 * how topics were configured: `--adopt-configs` does, else the defaults hold, and Kafka's own for its internal topics.
 */

import { topicNameError } from '@ottla/common';
import type { MultiOp } from '@ottla/coordination';
import type { PartitionStateZnode } from '@ottla/coordination/cluster';
import {
  assignment,
  encodeClusterId,
  encodeConfig,
  encodePartitionState,
  encodeTopic,
  paths,
} from '@ottla/coordination/cluster';
import type { Uuid } from '@ottla/protocol';

/** A partition's folder as it was found. */
export interface FoundPartition {
  readonly topic: string;
  readonly partition: number;
  readonly directory: string;
  /** Of `partition.metadata`; Kafka wrote none before 2.8. */
  readonly topicId: Uuid | undefined;
  /** Last entry of `leader-epoch-checkpoint`. */
  readonly latestEpoch: number | undefined;
}

export interface AdoptionRequest {
  readonly found: readonly FoundPartition[];
  readonly brokerId: number;
  /** Of meta.properties. */
  readonly clusterId: string | undefined;
  /** Voters named by a KRaft quorum-state file, 0 without one. */
  readonly quorumVoters: number;
  /** `--adopt`: the folder may be one of several brokers'. */
  readonly force: boolean;
  /** `--adopt-configs`, by topic. */
  readonly configs: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Kafka's settings for its internal topics; undefined for others. */
  readonly internalTopic: (name: string) =>
    | {
        readonly partitions: number;
        readonly configs: readonly { readonly name: string; readonly value: string }[];
      }
    | undefined;
  /** What is wrong with a topic's properties. */
  readonly configProblem: (overrides: ReadonlyMap<string, string>) => string | undefined;
  readonly newTopicId: () => Uuid;
}

export interface AdoptedTopic {
  readonly name: string;
  readonly id: Uuid;
  readonly configs: ReadonlyMap<string, string>;
  /** Leader epoch by partition, from 0 on without gaps. */
  readonly leaderEpochs: readonly number[];
  /** Partitions without a folder here. They begin empty. */
  readonly missing: readonly number[];
}

export type Adoption =
  | { readonly ok: true; readonly topics: readonly AdoptedTopic[]; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly reason: string };

/** Decides what is adopted, or why nothing is. */
export function planAdoption(request: AdoptionRequest): Adoption {
  const byTopic = new Map<string, Map<number, FoundPartition>>();
  for (const found of request.found) {
    const partitions = byTopic.get(found.topic) ?? new Map<number, FoundPartition>();
    const twin = partitions.get(found.partition);
    if (twin !== undefined) {
      return refuse(
        `${found.topic}-${found.partition} is in both ${twin.directory} and ${found.directory}. Remove the one that is out of date.`,
      );
    }
    partitions.set(found.partition, found);
    byTopic.set(found.topic, partitions);
  }
  for (const name of request.configs.keys()) {
    if (!byTopic.has(name)) return refuse(`--adopt-configs names topic ${name}, of which no partition was found.`);
  }
  const topics: AdoptedTopic[] = [];
  const warnings: string[] = [];
  for (const [name, partitions] of [...byTopic].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const topic = adoptTopic(request, name, partitions);
    if ('reason' in topic) return topic;
    topics.push(topic);
    if (topic.missing.length === 0) continue;
    warnings.push(
      `Topic ${name}: partitions ${ranges(topic.missing)} of ${topic.leaderEpochs.length} have no folder here; they begin empty.`,
    );
  }
  const evidence = evidenceOfOthers(request, warnings);
  if (evidence !== undefined && !request.force) {
    return refuse(
      `The log directories hold a part of a cluster of several brokers: ${evidence} Start with --adopt to serve what is here as a cluster of its own; the rest is then missing. Nothing was changed.`,
    );
  }
  return { ok: true, topics, warnings };
}

/** Everything in one transaction: the tree holds the whole cluster afterwards, or still nothing. */
export function adoptionOps(request: AdoptionRequest, topics: readonly AdoptedTopic[]): MultiOp[] {
  const ops: MultiOp[] = [];
  const create = (path: string, data: Buffer | null = null): void => {
    ops.push({ op: 'create', path, data });
  };
  if (request.clusterId !== undefined) {
    create('/cluster');
    create(paths.CLUSTER_ID, encodeClusterId(request.clusterId));
  }
  for (const path of ['/brokers', paths.TOPICS, paths.CONFIG, paths.configTypePath('topics')]) create(path);
  for (const topic of topics) {
    const replicas = assignment([request.brokerId]);
    const partitions = new Map(topic.leaderEpochs.map((_, partition) => [partition, replicas]));
    create(paths.configPath('topics', topic.name), encodeConfig(topic.configs));
    create(paths.topicPath(topic.name), encodeTopic({ topicId: topic.id, partitions }));
    create(paths.topicPartitionsPath(topic.name));
    for (const [partition, leaderEpoch] of topic.leaderEpochs.entries()) {
      create(paths.partitionPath(topic.name, partition));
      const state: PartitionStateZnode = {
        leader: request.brokerId,
        leaderEpoch,
        isr: [request.brokerId],
        recoveryState: 'recovered',
        controllerEpoch: 0,
      };
      create(paths.partitionStatePath(topic.name, partition), encodePartitionState(state));
    }
  }
  return ops;
}

function adoptTopic(
  request: AdoptionRequest,
  name: string,
  partitions: ReadonlyMap<number, FoundPartition>,
): AdoptedTopic | { readonly ok: false; readonly reason: string } {
  const invalid = topicNameError(name);
  if (invalid !== undefined) return refuse(`Folder ${name}-${[...partitions.keys()][0]} is no topic's: ${invalid}.`);
  const ids = new Map<Uuid, FoundPartition>();
  for (const found of partitions.values()) if (found.topicId !== undefined) ids.set(found.topicId, found);
  if (ids.size > 1) {
    const where = [...ids].map(([id, { partition }]) => `${id} in ${name}-${partition}`).join(', ');
    return refuse(
      `The folders of topic ${name} are of different topics: ${where}. Remove those of the topic that was deleted.`,
    );
  }
  const internal = request.internalTopic(name);
  const configs = new Map<string, string>();
  for (const { name: key, value } of internal?.configs ?? []) configs.set(key, value);
  for (const [key, value] of request.configs.get(name) ?? []) configs.set(key, value);
  const problem = request.configProblem(configs);
  if (problem !== undefined) return refuse(`--adopt-configs, topic ${name}: ${problem}`);
  const above = Math.max(...partitions.keys()) + 1;
  // Groups are spread by the number of partitions: without gaps it is what was found, else at least what is configured.
  const count = partitions.size === above ? above : Math.max(above, internal?.partitions ?? 0);
  const leaderEpochs: number[] = [];
  const missing: number[] = [];
  for (let partition = 0; partition < count; partition++) {
    const found = partitions.get(partition);
    if (found === undefined) missing.push(partition);
    leaderEpochs.push(found === undefined ? 0 : (found.latestEpoch ?? -1) + 1);
  }
  return { name, id: [...ids.keys()][0] ?? request.newTopicId(), configs, leaderEpochs, missing };
}

function evidenceOfOthers(request: AdoptionRequest, warnings: readonly string[]): string | undefined {
  if (request.quorumVoters > 1) return `its KRaft quorum had ${request.quorumVoters} voters.`;
  return warnings[0];
}

function refuse(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}

/** `0-3, 7`. */
function ranges(numbers: readonly number[]): string {
  const parts: string[] = [];
  let start = numbers[0] ?? 0;
  for (const [index, number] of numbers.entries()) {
    if (numbers[index + 1] === number + 1) continue;
    parts.push(start === number ? String(number) : `${start}-${number}`);
    start = numbers[index + 1] ?? 0;
  }
  return parts.join(', ');
}
