/**
 * Deletion of topics (TopicDeletionManager): brokers forget the topic (UpdateMetadata with leader -2), stop and delete
 * its replicas, and only when every replica is gone do the topic's nodes go. A replica on a dead broker makes the
 * topic wait until that broker is back.
 */
import type { MultiOp } from '@ottla/coordination';
import { joinPath } from '@ottla/coordination';
import { paths } from '@ottla/coordination/cluster';
import type { ReplicaRef, TopicEntry } from './controller-context.ts';
import type { Reign } from './reign.ts';
import type { ReplicaStates } from './replica-states.task.ts';

/** Nodes of one topic that are removed in one multi; larger topics go level by level. */
const OPS_PER_REMOVAL_MAX = 512;

export class TopicDeletion {
  readonly #reign: Reign;
  readonly #replicas: ReplicaStates;

  constructor(reign: Reign, replicas: ReplicaStates) {
    this.#reign = reign;
    this.#replicas = replicas;
  }

  /** Handles what is in `/admin/delete_topics` now. */
  async requested(names: readonly string[]): Promise<void> {
    const { context, writer, logger, settings } = this.#reign;
    const unknown = names.filter((name) => !context.topics.has(name));
    if (unknown.length > 0) {
      logger.warn(`Ignoring the deletion of topics that do not exist: ${unknown.join(',')}`);
      await writer.writeAll(unknown.map(removeRequest));
    }
    const known = names.filter((name) => context.topics.has(name));
    if (!settings.deleteTopicEnable()) {
      if (known.length > 0)
        logger.info(`Removing the deletion of ${known.join(',')}, since delete.topic.enable is false`);
      await writer.writeAll(known.map(removeRequest));
      return;
    }
    const started: TopicEntry[] = [];
    for (const name of known) {
      const topic = context.topics.get(name);
      if (topic === undefined || topic.deleting) continue;
      logger.info(`Starting the deletion of topic ${name}`);
      topic.deleting = true;
      started.push(topic);
    }
    await this.#begin(started);
  }

  /** Tries topics again that wait for a broker: called when one came back or a reassignment ended. */
  async resume(): Promise<void> {
    const waiting = [...this.#reign.context.topics.values()].filter((topic) => topic.deleting);
    for (const topic of waiting) {
      const ineligible = refsOf(topic).filter(
        ({ entry, broker }) => entry.replicas.get(broker) === 'deletion-ineligible',
      );
      this.#replicas.mark(ineligible, 'offline');
    }
    await this.#begin(waiting);
  }

  /** The answers of a broker to StopReplica with delete. */
  async replicasStopped(refs: readonly ReplicaRef[], failed: ReadonlySet<ReplicaRef>): Promise<void> {
    const started = refs.filter(({ entry, broker }) => entry.replicas.get(broker) === 'deletion-started');
    this.#replicas.mark(
      started.filter((ref) => failed.has(ref)),
      'deletion-ineligible',
    );
    this.#replicas.mark(
      started.filter((ref) => !failed.has(ref)),
      'deletion-successful',
    );
    const topics = new Set(started.map(({ entry }) => entry.topic));
    if (failed.size > 0) for (const name of topics) this.#reign.onTopicDeletion?.(name);
    for (const name of topics) {
      const topic = this.#reign.context.topics.get(name);
      if (topic?.deleting === true && isGone(topic)) await this.#complete(topic);
    }
  }

  async #begin(topics: readonly TopicEntry[]): Promise<void> {
    const { batch, context } = this.#reign;
    for (const topic of topics) {
      if (isGone(topic)) {
        await this.#complete(topic);
        continue;
      }
      const refs = refsOf(topic);
      if ([...topic.partitions.values()].some((entry) => entry.isReassigning)) continue;
      batch.addUpdateMetadata(context.brokers.keys(), topic.partitions.values());
      const dead = refs.filter(({ broker, entry }) => !context.isReplicaOnline(broker, entry));
      this.#replicas.mark(dead, 'deletion-ineligible');
      const alive = refs.filter(
        ({ broker, entry }) =>
          context.isReplicaOnline(broker, entry) &&
          entry.replicas.get(broker) !== 'deletion-started' &&
          entry.replicas.get(broker) !== 'deletion-successful',
      );
      for (const entry of topic.partitions.values()) entry.phase = 'offline';
      this.#replicas.mark(alive, 'offline');
      this.#replicas.toDeletionStarted(alive);
    }
    this.#reign.send();
  }

  async #complete(topic: TopicEntry): Promise<void> {
    const { writer, context, logger } = this.#reign;
    const ops = removalOps(topic);
    const outcome = ops.length <= OPS_PER_REMOVAL_MAX ? await writer.write(ops) : undefined;
    if (outcome?.ok !== true && !(await this.#removeTree(topic.name))) {
      logger.warn(`The nodes of topic ${topic.name} can't be removed now`);
      this.#reign.onTopicDeletion?.(topic.name);
      return;
    }
    context.removeTopic(topic.name);
    this.#reign.onTopicDeletion?.(topic.name);
    logger.info(`Deletion of topic ${topic.name} successfully completed`);
  }

  /** The topic's nodes one level at a time: when there are many, or others than those expected. False when some are left. */
  async #removeTree(topic: string): Promise<boolean> {
    const { coordination, writer } = this.#reign;
    const levels: string[][] = [];
    let level = [paths.topicPath(topic)];
    while (level.length > 0) {
      levels.push(level);
      const below: string[] = [];
      for (const path of level) {
        const listed = await coordination.children(path);
        if (listed.ok) below.push(...listed.names.map((name) => joinPath(path, name)));
      }
      level = below;
    }
    for (const nodes of levels.reverse()) {
      await writer.writeAll(nodes.map((path): MultiOp[] => [{ op: 'delete', path, version: -1 }]));
    }
    await writer.writeAll([
      [{ op: 'delete', path: paths.configPath('topics', topic), version: -1 }],
      removeRequest(topic),
    ]);
    for (const path of [paths.topicPath(topic), paths.deleteTopicPath(topic)]) {
      const there = await coordination.exists(path);
      if (!there.ok || there.stat !== null) return false;
    }
    return true;
  }
}

function refsOf(topic: TopicEntry): ReplicaRef[] {
  const refs: ReplicaRef[] = [];
  for (const entry of topic.partitions.values()) {
    for (const broker of entry.assignment.replicas) refs.push({ entry, broker });
  }
  return refs;
}

function isGone(topic: TopicEntry): boolean {
  return refsOf(topic).every(({ entry, broker }) => entry.replicas.get(broker) === 'deletion-successful');
}

function removeRequest(topic: string): MultiOp[] {
  return [{ op: 'delete', path: paths.deleteTopicPath(topic), version: -1 }];
}

function removalOps(topic: TopicEntry): MultiOp[] {
  const ops: MultiOp[] = [];
  let anyLed = false;
  for (const entry of topic.partitions.values()) {
    if (entry.leadership === undefined) continue;
    anyLed = true;
    ops.push(remove(paths.partitionStatePath(topic.name, entry.partition)));
    ops.push(remove(paths.partitionPath(topic.name, entry.partition)));
  }
  if (anyLed) ops.push(remove(paths.topicPartitionsPath(topic.name)));
  ops.push(remove(paths.topicPath(topic.name)));
  ops.push(remove(paths.configPath('topics', topic.name)));
  ops.push(remove(paths.deleteTopicPath(topic.name)));
  return ops;
}

function remove(path: string): MultiOp {
  return { op: 'delete', path, version: -1 };
}
