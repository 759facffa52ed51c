import type { Admin, ConfigEntry, Reassignment, TopicDescription } from '@ottla/client';
import { ZERO_UUID } from '@ottla/protocol';
import { javaHashOrder } from '@ottla/protocol/records';
import { calling, JavaError } from '../cli/java-error.ts';
import type { ParsedOptions } from '../cli/option-parser.ts';
import { FILTERS } from './options.ts';

type Partition = TopicDescription['partitions'][number];
type Filter = (typeof FILTERS)[number];

/** What a filter looks at. */
interface Situation {
  readonly partition: Partition;
  readonly reassignment: Reassignment | undefined;
  readonly liveBrokers: ReadonlySet<number>;
  readonly minIsr: number;
}

const PASSES: Readonly<Record<Filter, (situation: Situation) => boolean>> = {
  'under-replicated-partitions': ({ partition, reassignment }) =>
    replicationFactor(partition, reassignment) > partition.isr.length,
  'unavailable-partitions': ({ partition, liveBrokers }) => !liveBrokers.has(partition.leader),
  'under-min-isr-partitions': ({ partition, minIsr }) => partition.leader < 0 || partition.isr.length < minIsr,
  'at-min-isr-partitions': ({ partition, minIsr }) => partition.isr.length === minIsr,
};

/** Prints each topic's line and, below it, its partitions; with a filter only what it lets through. */
export async function describeTopics(
  admin: Admin,
  names: readonly string[],
  options: ParsedOptions,
  print: (line: string) => void,
): Promise<void> {
  if (names.length === 0) return;
  const topics = await calling('describeTopics', () => admin.describeTopics(names));
  const configs = await calling('describeConfigs', () =>
    admin.describeConfigs(names.map((name) => ({ type: 'topic', name }))),
  );
  const { brokers } = await calling('describeCluster', () => admin.describeCluster());
  const liveBrokers = new Set(brokers.map(({ id }) => id));
  const reassignments = await reassignmentsOf(admin, [...topics.values()]);
  const filters = FILTERS.filter((name) => options.has(name));
  const onlyOverridden = options.has('topics-with-overrides');
  for (const name of names) {
    const topic = topics.get(name);
    if (topic === undefined) continue;
    const entries = configs.get(`topic ${name}`) ?? [];
    const settings = overrides(entries);
    const ofPartition = (partition: Partition): Reassignment | undefined =>
      reassignments.get(`${name}-${partition.partition}`);
    if (filters.length === 0 && (!onlyOverridden || settings.length > 0))
      print(topicLine(topic, settings, ofPartition));
    if (onlyOverridden) continue;
    const minIsr = Number(entries.find((entry) => entry.name === 'min.insync.replicas')?.value ?? 1);
    for (const partition of topic.partitions) {
      const reassignment = ofPartition(partition);
      const situation = { partition, reassignment, liveBrokers, minIsr };
      if (filters.length > 0 && !filters.some((filter) => PASSES[filter](situation))) continue;
      print(partitionLine(name, partition, reassignment));
    }
  }
}

/** Those under way, by `topic-partition`. Brokers that do not know or may not tell of any count as having none. */
async function reassignmentsOf(admin: Admin, topics: readonly TopicDescription[]): Promise<Map<string, Reassignment>> {
  const places = topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partition }) => ({ topic: name, partition })),
  );
  try {
    const list = await calling('listPartitionReassignments', () => admin.listPartitionReassignments(places));
    return new Map(list.map((each) => [`${each.topic}-${each.partition}`, each]));
  } catch (error) {
    const code = error instanceof JavaError ? error.kafka?.code : undefined;
    if (code === 'UNSUPPORTED_VERSION' || code === 'CLUSTER_AUTHORIZATION_FAILED') return new Map();
    throw error;
  }
}

function replicationFactor({ replicas, isr }: Partition, reassignment: Reassignment | undefined): number {
  // Done already when all that are added are in sync.
  const isUnderWay =
    reassignment !== undefined &&
    !(reassignment.adding.every((id) => isr.includes(id)) && reassignment.removing.length === 0);
  return isUnderWay ? replicas.length - reassignment.adding.length : replicas.length;
}

/** `name=value` of every setting that is not a default, in the order in which Java walks them. */
function overrides(entries: readonly ConfigEntry[]): string[] {
  return javaHashOrder(entries, (entry) => entry.name)
    .filter((entry) => entry.source !== 'default')
    .map((entry) => `${entry.name}=${entry.value}`);
}

function topicLine(
  { name, id, partitions }: TopicDescription,
  settings: readonly string[],
  ofPartition: (partition: Partition) => Reassignment | undefined,
): string {
  const [first] = partitions;
  const replicas = first === undefined ? 0 : replicationFactor(first, ofPartition(first));
  return [
    `Topic: ${name}`,
    ...(id === ZERO_UUID ? [] : [`TopicId: ${id}`]),
    `PartitionCount: ${partitions.length}`,
    `ReplicationFactor: ${replicas}`,
    `Configs: ${settings.join(',')}`,
  ].join('\t');
}

function partitionLine(topic: string, partition: Partition, reassignment: Reassignment | undefined): string {
  const elr = partition.eligibleLeaderReplicas;
  const lastKnown = partition.lastKnownEligibleReplicas;
  return [
    `\tTopic: ${topic}`,
    `Partition: ${partition.partition}`,
    `Leader: ${partition.leader < 0 ? 'none' : partition.leader}`,
    `Replicas: ${partition.replicas.join(',')}`,
    `Isr: ${partition.isr.join(',')}`,
    ...(reassignment === undefined
      ? []
      : [`Adding Replicas: ${reassignment.adding.join(',')}`, `Removing Replicas: ${reassignment.removing.join(',')}`]),
    `Elr: ${elr === undefined ? 'N/A' : elr.join(',')}`,
    `LastKnownElr: ${lastKnown === undefined ? 'N/A' : lastKnown.join(',')}`,
  ].join('\t');
}
