import { randomUuid } from '@ottla/common';
import type { Coordination, Outcome, Watch } from '@ottla/coordination';
import { decodeBroker, decodePartitionState, decodeTopic, encodeTopic, paths } from '@ottla/coordination/cluster';
import type { Crypto } from '@ottla/platform';
import type { LiveBrokerEntry, PartitionEntry, TopicEntry } from './controller-context.ts';
import { PartitionEntry as Entry } from './controller-context.ts';
import { ControllerMovedError } from './fenced-writer.task.ts';
import type { Reign } from './reign.ts';

/** Reads that are under way at a time. */
const READS_MAX = 1000;

/** Watches the loader leaves behind on what it read. */
export interface ClusterWatches {
  broker(id: number): Watch;
  topic(name: string): Watch;
}

/** Reads brokers and topics into the context of a new reign. */
export async function loadCluster(reign: Reign, watches: ClusterWatches, crypto: Crypto): Promise<void> {
  const { coordination, context } = reign;
  const ids = await childNames(coordination, paths.BROKER_IDS);
  for (const broker of await loadBrokers(coordination, ids.map(Number), watches))
    context.brokers.set(broker.id, broker);
  const names = await childNames(coordination, paths.TOPICS);
  await loadTopics(reign, names, watches, crypto);
}

export async function childNames(coordination: Coordination, path: string, watch?: Watch): Promise<string[]> {
  return must(await coordination.children(path, watch), path).names;
}

/** Brokers that are gone by the time they are read are left out. */
export async function loadBrokers(
  coordination: Coordination,
  ids: readonly number[],
  watches: ClusterWatches,
): Promise<LiveBrokerEntry[]> {
  const loaded: LiveBrokerEntry[] = [];
  await inChunks(ids, async (id) => {
    const node = await coordination.get(paths.brokerPath(id), watches.broker(id));
    const znode = node.ok ? decodeBroker(node.data) : undefined;
    if (node.ok && znode !== undefined) loaded.push({ id, znode, epoch: node.stat.czxid });
  });
  return loaded.sort((a, b) => a.id - b.id);
}

/** Adds topics with their assignments, ids and states. A topic without an id gets one (Kafka < 2.8 wrote none). */
export async function loadTopics(
  reign: Reign,
  names: readonly string[],
  watches: ClusterWatches,
  crypto: Crypto,
): Promise<TopicEntry[]> {
  const { coordination, context, logger, writer } = reign;
  const added: TopicEntry[] = [];
  const entries: PartitionEntry[] = [];
  await inChunks([...names].sort(), async (name) => {
    const node = await coordination.get(paths.topicPath(name), watches.topic(name));
    if (!node.ok) return;
    const znode = decodeTopic(node.data);
    if (znode === undefined) {
      logger.error(`${paths.topicPath(name)} is not a topic; it is left alone`);
      return;
    }
    let id = znode.topicId;
    if (id === undefined) {
      id = randomUuid(crypto);
      const data = encodeTopic({ topicId: id, partitions: znode.partitions });
      await writer.write([{ op: 'set', path: paths.topicPath(name), data, version: node.stat.version }]);
    }
    const topic = context.addTopic(name, id);
    added.push(topic);
    for (const [partition, assignment] of znode.partitions) {
      const entry = new Entry(name, partition, assignment);
      topic.partitions.set(partition, entry);
      entries.push(entry);
    }
  });
  await loadStates(reign, entries);
  return added;
}

async function loadStates(reign: Reign, entries: readonly PartitionEntry[]): Promise<void> {
  await inChunks(entries, async (entry) => {
    const node = await reign.coordination.get(paths.partitionStatePath(entry.topic, entry.partition));
    const state = node.ok ? decodePartitionState(node.data) : undefined;
    if (node.ok && state !== undefined) entry.leadership = { state, partitionEpoch: node.stat.version };
  });
}

/** The answer, or the end of the reign: a controller that cannot read must not go on. */
export function must<T>(outcome: Outcome<T>, path: string): T {
  if (outcome.ok) return outcome;
  throw new ControllerMovedError(`${path} can't be read: ${outcome.code}`);
}

async function inChunks<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += READS_MAX) {
    await Promise.all(items.slice(start, start + READS_MAX).map(run));
  }
}
