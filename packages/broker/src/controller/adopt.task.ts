import { ConfigException, type DynamicBrokerConfig, randomUuid, TopicConfigs } from '@ottla/common';
import type { Coordination } from '@ottla/coordination';
import { isObject, parseObject, paths } from '@ottla/coordination/cluster';
import type { Disk, Platform } from '@ottla/platform';
import { DiskError, Logger } from '@ottla/platform';
import { isUuid } from '@ottla/protocol';
import type { AdoptionRequest, FoundPartition } from './adoption.ts';
import { adoptionOps, planAdoption } from './adoption.ts';
import { internalTopic } from './internal-topics.ts';

/** KRaft's own log: left alone, and not a topic. */
const CLUSTER_METADATA = '__cluster_metadata';
/** Folders that are read at a time. */
const READS_MAX = 64;

export interface AdoptOptions {
  readonly platform: Platform;
  readonly coordination: Coordination;
  readonly config: DynamicBrokerConfig;
  /** Live log directories. */
  readonly directories: readonly string[];
  readonly brokerId: number;
  /** Of meta.properties. */
  readonly clusterId: string | undefined;
  readonly force: boolean;
  readonly configs: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/**
 * On a tree that holds nothing yet: takes over the topics that are in the log directories. To be done before anything
 * else is written. Throws ConfigException when the folder is not one to take over as it is.
 */
export async function adoptTopics(options: AdoptOptions): Promise<void> {
  const { platform, coordination, config, directories, brokerId } = options;
  const known = await coordination.exists(paths.TOPICS);
  if (!known.ok || known.stat !== null) return;
  const found: FoundPartition[] = [];
  for (const directory of directories) found.push(...(await findPartitions(platform.disk, directory)));
  if (found.length === 0) return;
  const topicConfigs = new TopicConfigs(config);
  const request: AdoptionRequest = {
    found,
    brokerId,
    clusterId: options.clusterId,
    quorumVoters: await quorumVoters(platform.disk, directories),
    force: options.force,
    configs: options.configs,
    internalTopic: (name) => internalTopic(name, config),
    configProblem: (overrides) => problemOf(() => topicConfigs.validate(overrides)),
    newTopicId: () => randomUuid(platform.crypto),
  };
  const adoption = planAdoption(request);
  topicConfigs.close();
  if (!adoption.ok) throw new ConfigException(adoption.reason);
  const written = await coordination.multi(adoptionOps(request, adoption.topics));
  if (!written.ok)
    throw new ConfigException(
      `The topics found can't be written to the metadata tree: ${written.code} at ${written.path}.`,
    );
  const logger = new Logger(platform.log, 'kafka.server.KafkaServer');
  for (const warning of adoption.warnings) logger.warn(warning);
  logger.info(
    `Adopted ${adoption.topics.length} topics with ${found.length} partitions from ${directories.join(', ')}: their records, ids and committed offsets are kept; their properties are Kafka's defaults and what --adopt-configs says.`,
  );
}

async function findPartitions(disk: Disk, directory: string): Promise<FoundPartition[]> {
  const folders: { readonly topic: string; readonly partition: number }[] = [];
  for (const { name, kind } of await disk.list(directory)) {
    // Kafka's folders of deleted, stray and moving partitions end otherwise.
    const match = /^(.+)-(\d+)$/.exec(name);
    const [, topic = '', partition = ''] = match ?? [];
    if (kind === 'directory' && match !== null && topic !== CLUSTER_METADATA) {
      folders.push({ topic, partition: Number(partition) });
    }
  }
  const found: FoundPartition[] = [];
  for (let start = 0; start < folders.length; start += READS_MAX) {
    const chunk = folders.slice(start, start + READS_MAX);
    found.push(...(await Promise.all(chunk.map((folder) => readPartition(disk, directory, folder)))));
  }
  return found;
}

async function readPartition(
  disk: Disk,
  directory: string,
  { topic, partition }: { readonly topic: string; readonly partition: number },
): Promise<FoundPartition> {
  const folder = `${directory}/${topic}-${partition}`;
  const metadata = await readText(disk, `${folder}/partition.metadata`);
  const topicId = /^topic_id:\s+(\S+)\s*$/m.exec(metadata ?? '')?.[1];
  if (metadata !== undefined && (topicId === undefined || !isUuid(topicId))) {
    throw new ConfigException(`${folder}/partition.metadata holds no topic id. Remove the file if the topic had none.`);
  }
  const epochs = await readText(disk, `${folder}/leader-epoch-checkpoint`);
  return { topic, partition, directory, topicId, latestEpoch: lastEpoch(epochs ?? '') };
}

/** The epoch of the last line, `epoch startOffset`, after the lines of the version and the count. */
function lastEpoch(checkpoint: string): number | undefined {
  const [, , ...entries] = checkpoint.split('\n').filter((line) => line !== '');
  const epochs = entries.map((line) => Number(line.split(' ')[0])).filter((epoch) => Number.isSafeInteger(epoch));
  return epochs.length === 0 ? undefined : Math.max(...epochs);
}

/** How many voters the KRaft quorum had of which a log is here. */
async function quorumVoters(disk: Disk, directories: readonly string[]): Promise<number> {
  for (const directory of directories) {
    const text = await readText(disk, `${directory}/${CLUSTER_METADATA}-0/quorum-state`);
    const voters = text === undefined ? undefined : parseObject(Buffer.from(text))?.currentVoters;
    if (Array.isArray(voters)) return voters.filter(isObject).length;
  }
  return 0;
}

async function readText(disk: Disk, path: string): Promise<string | undefined> {
  try {
    return (await disk.readFile(path)).toString('utf8');
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function problemOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof ConfigException) return error.message;
    throw error;
  }
}
