import type { Watch } from '@ottla/coordination';
import { decodeTopic, encodeFeature, encodeTopic, paths } from '@ottla/coordination/cluster';
import type { Crypto } from '@ottla/platform';
import { ErrorCode } from '@ottla/protocol';
import { AlterPartitionService } from './alter-partition.task.ts';
import { childNames, loadBrokers, loadCluster, loadTopics, must } from './cluster-loader.task.ts';
import type { PartitionEntry, ReplicaPhase, ReplicaRef } from './controller-context.ts';
import { PartitionEntry as Entry } from './controller-context.ts';
import { LeaderElections } from './leader-elections.task.ts';
import { PartitionStates } from './partition-states.task.ts';
import { Reassignments } from './reassignments.task.ts';
import type { MessageReply, Reign } from './reign.ts';
import { ReplicaStates } from './replica-states.task.ts';
import type { OutgoingMessage } from './request-batch.ts';
import { TopicDeletion } from './topic-deletion.task.ts';

/** Phases of a replica whose log must not be made anew. */
const DELETED: ReadonlySet<ReplicaPhase | undefined> = new Set(['deletion-started', 'deletion-successful']);

/** What the controller does when the cluster changes (KafkaController's event handlers). One at a time, from its queue. */
export class ReignEvents {
  readonly reign: Reign;
  readonly partitions: PartitionStates;
  readonly replicas: ReplicaStates;
  readonly deletion: TopicDeletion;
  readonly reassignments: Reassignments;
  readonly elections: LeaderElections;
  readonly alterPartition: AlterPartitionService;
  readonly #crypto: Crypto;

  constructor(reign: Reign, crypto: Crypto) {
    this.reign = reign;
    this.#crypto = crypto;
    this.partitions = new PartitionStates(reign);
    this.replicas = new ReplicaStates(reign, this.partitions);
    this.deletion = new TopicDeletion(reign, this.replicas);
    this.reassignments = new Reassignments(reign, this.partitions, this.replicas, this.deletion);
    this.elections = new LeaderElections(reign, this.partitions);
    this.alterPartition = new AlterPartitionService(reign, this.reassignments);
    reign.onReply = (message, reply) => this.#replied(message, reply);
    reign.onRetry = () => this.#retry();
  }

  /**
   * Takes over: what a newly elected controller does, in Kafka's order. `restarted` is the own broker id when its last
   * run ended without a clean shutdown: what it leads gets a new leader epoch.
   */
  async begin(restarted: number | undefined): Promise<void> {
    const { coordination, context, batch, writer } = this.reign;
    await writer.write([
      { op: 'create', path: paths.FEATURE, data: encodeFeature({ enabled: true, levels: new Map() }) },
    ]);
    await childNames(
      coordination,
      paths.BROKER_IDS,
      this.#watch('BrokerChange', () => this.brokersChanged()),
    );
    await childNames(
      coordination,
      paths.TOPICS,
      this.#watch('TopicChange', () => this.topicsChanged()),
    );
    const deletions = await childNames(coordination, paths.DELETE_TOPICS, this.#deletionWatch());
    await this.#dropNotifications(paths.LOG_DIR_EVENTS);
    await this.#dropNotifications(paths.ISR_CHANGES);
    await loadCluster(this.reign, this, this.#crypto);
    for (const name of deletions) {
      const topic = context.topics.get(name);
      if (topic !== undefined && this.reign.settings.deleteTopicEnable()) topic.deleting = true;
    }
    batch.addUpdateMetadata(context.brokers.keys(), []);
    this.reign.send();
    this.partitions.initialize();
    this.replicas.initialize();
    const alive: ReplicaRef[] = [];
    for (const entry of context.partitions()) {
      if (entry.leadership?.state.leader === restarted) entry.phase = 'offline';
      for (const broker of context.liveReplicas(entry)) alive.push({ entry, broker });
    }
    this.replicas.toOnline(alive);
    batch.addUpdateMetadata(context.brokers.keys(), context.partitions());
    await this.partitions.triggerOnline();
    this.reign.send();
    await this.reassignments.resumeAll();
    await this.deletion.requested(deletions);
    await this.deletion.resume();
    this.elections.startRebalancing();
  }

  broker(id: number): Watch {
    return this.#watch(`BrokerModification ${id}`, () => this.brokersChanged());
  }

  topic(name: string): Watch {
    return (event) => {
      if (event.type === 'data') this.reign.enqueue(`PartitionModification ${name}`, () => this.topicChanged(name));
    };
  }

  async brokersChanged(): Promise<void> {
    const { coordination, context } = this.reign;
    const names = await childNames(
      coordination,
      paths.BROKER_IDS,
      this.#watch('BrokerChange', () => this.brokersChanged()),
    );
    const now = await loadBrokers(coordination, names.map(Number), this);
    const live = new Map(now.map((broker) => [broker.id, broker]));
    const gone = [...context.brokers.values()].filter(({ id, epoch }) => live.get(id)?.epoch !== epoch);
    const come = now.filter(({ id, epoch }) => context.brokers.get(id)?.epoch !== epoch);
    const changed = now.filter(
      ({ id, znode }) => JSON.stringify(context.brokers.get(id)?.znode) !== JSON.stringify(znode),
    );
    for (const { id } of gone) await this.#brokerFailed(id);
    for (const broker of changed) context.brokers.set(broker.id, broker);
    for (const broker of come) context.brokers.set(broker.id, broker);
    if (come.length > 0) await this.#brokersStarted(come.map(({ id }) => id));
    else if (changed.length > 0) {
      this.reign.batch.addUpdateMetadata(context.brokers.keys(), []);
      this.reign.send();
    }
  }

  async #brokersStarted(ids: readonly number[]): Promise<void> {
    const { batch, context } = this.reign;
    for (const id of ids) context.offlineLogs.delete(id);
    const others = [...context.brokers.keys()].filter((id) => !ids.includes(id));
    batch.addUpdateMetadata(others, []);
    this.reign.send();
    batch.addUpdateMetadata(ids, context.partitions());
    this.replicas.toOnline(ids.flatMap((id) => context.replicasOn(id)));
    await this.#resume();
  }

  /** What waited for replicas that are there now. */
  async #resume(): Promise<void> {
    await this.partitions.triggerOnline();
    this.reign.send();
    await this.reassignments.resumeAll();
    await this.deletion.resume();
  }

  async #brokerFailed(id: number): Promise<void> {
    const { batch, context } = this.reign;
    context.brokers.delete(id);
    context.shuttingDown.delete(id);
    context.offlineLogs.delete(id);
    this.reign.dropChannel(id);
    await this.#replicasFailed(context.replicasOn(id));
    batch.addUpdateMetadata(context.brokers.keys(), []);
    this.reign.send();
  }

  /** Leaders among them are replaced, then all of them leave their ISRs. */
  async #replicasFailed(refs: readonly ReplicaRef[]): Promise<void> {
    const { context } = this.reign;
    const live = refs.filter(({ entry }) => context.topics.get(entry.topic)?.deleting !== true);
    this.partitions.toOffline(
      live.filter(({ entry, broker }) => entry.leadership?.state.leader === broker).map(({ entry }) => entry),
    );
    await this.partitions.triggerOnline();
    await this.replicas.toOffline(live);
    for (const ref of refs) {
      if (!live.includes(ref)) this.replicas.mark([ref], 'deletion-ineligible');
    }
    this.reign.send();
  }

  async topicsChanged(): Promise<void> {
    const { coordination, context } = this.reign;
    const names = await childNames(
      coordination,
      paths.TOPICS,
      this.#watch('TopicChange', () => this.topicsChanged()),
    );
    const listed = new Set(names);
    for (const name of context.topics.keys()) if (!listed.has(name)) context.removeTopic(name);
    const added = await loadTopics(
      this.reign,
      names.filter((name) => !context.topics.has(name)),
      this,
      this.#crypto,
    );
    await this.#create(added.flatMap((topic) => [...topic.partitions.values()]));
  }

  /** The topic's node was rewritten: it has more partitions now, or a reassignment wrote it. */
  async topicChanged(name: string): Promise<void> {
    const { coordination, context, writer, logger } = this.reign;
    const topic = context.topics.get(name);
    const node = await coordination.get(paths.topicPath(name), this.topic(name));
    const znode = node.ok ? decodeTopic(node.data) : undefined;
    if (topic === undefined || !node.ok || znode === undefined) return;
    const more = [...znode.partitions].filter(([partition]) => !topic.partitions.has(partition));
    if (more.length === 0) return;
    if (topic.deleting) {
      logger.error(`Topic ${name} is being deleted; its new partitions are taken back`);
      const partitions = new Map([...topic.partitions].map(([partition, entry]) => [partition, entry.assignment]));
      const data = encodeTopic({ topicId: topic.id, partitions });
      await writer.write([{ op: 'set', path: paths.topicPath(name), data, version: node.stat.version }]);
      return;
    }
    const entries = more.map(([partition, assignment]) => new Entry(name, partition, assignment));
    for (const entry of entries) topic.partitions.set(entry.partition, entry);
    await this.#create(entries);
  }

  async deletionsChanged(): Promise<void> {
    const names = await childNames(this.reign.coordination, paths.DELETE_TOPICS, this.#deletionWatch());
    await this.deletion.requested(names);
  }

  async #create(entries: readonly PartitionEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const refs = entries.flatMap((entry) => entry.assignment.replicas.map((broker) => ({ entry, broker })));
    for (const entry of entries) entry.phase = 'new';
    this.replicas.toNew(refs);
    await this.partitions.toOnline(entries, 'offline');
    this.replicas.toOnline(refs);
    this.reign.send();
  }

  /** Partitions without a leader, reassignments and deletions that are not done. */
  async #retry(): Promise<void> {
    const { context } = this.reign;
    await this.partitions.triggerOnline();
    const waiting: ReplicaRef[] = [];
    for (const entry of context.partitions()) {
      for (const broker of context.liveReplicas(entry)) {
        if (entry.phase === 'online' && entry.replicas.get(broker) !== 'online') waiting.push({ entry, broker });
      }
    }
    this.replicas.toOnline(waiting);
    this.reign.send();
    await this.reassignments.resumeAll();
    await this.deletion.resume();
  }

  async #replied(message: OutgoingMessage, reply: MessageReply): Promise<void> {
    const { context, logger } = this.reign;
    if (reply.errorCode !== ErrorCode.NONE) {
      logger.error(`Broker ${message.broker} refused ${message.kind} with error ${reply.errorCode}`);
      return;
    }
    if (message.kind === 'leader-and-isr') {
      await this.#logsFailed(message.broker, reply);
      await this.#logsMade(message.broker, reply);
      return;
    }
    if (message.kind !== 'stop-replica') return;
    const failedPartitions = reply.partitions.filter(({ errorCode }) => errorCode !== ErrorCode.NONE);
    const refs: ReplicaRef[] = [];
    const failed = new Set<ReplicaRef>();
    for (const { topicName, partitionStates } of message.request.topicStates) {
      for (const state of partitionStates) {
        const entry = context.partition(topicName, state.partitionIndex);
        if (entry === undefined || !state.deletePartition) continue;
        const ref = { entry, broker: message.broker };
        refs.push(ref);
        if (failedPartitions.some((item) => item.topic === topicName && item.partition === state.partitionIndex)) {
          failed.add(ref);
        }
      }
    }
    await this.deletion.replicasStopped(refs, failed);
    this.reassignments.replicasStopped(refs, failed);
  }

  /** KAFKA_STORAGE_ERROR: the log is in a directory that failed. */
  async #logsFailed(broker: number, reply: MessageReply): Promise<void> {
    const { context } = this.reign;
    const failed: ReplicaRef[] = [];
    for (const { topic, partition, errorCode } of reply.partitions) {
      const entry = context.partition(topic, partition);
      if (entry === undefined || errorCode !== ErrorCode.KAFKA_STORAGE_ERROR) continue;
      const offline = context.offlineLogs.get(broker) ?? new Set();
      offline.add(entry);
      context.offlineLogs.set(broker, offline);
      failed.push({ entry, broker });
    }
    if (failed.length > 0) await this.#replicasFailed(failed);
  }

  /** Replicas that had no log have one now: there was no room for it before. */
  async #logsMade(broker: number, reply: MessageReply): Promise<void> {
    const { context } = this.reign;
    const offline = context.offlineLogs.get(broker);
    if (offline === undefined) return;
    const before = offline.size;
    const made: ReplicaRef[] = [];
    for (const { topic, partition, errorCode } of reply.partitions) {
      const entry = context.partition(topic, partition);
      if (entry === undefined || errorCode !== ErrorCode.NONE || !offline.delete(entry)) continue;
      if (context.topics.get(topic)?.deleting !== true) made.push({ entry, broker });
    }
    if (offline.size === before) return;
    this.replicas.toOnline(made);
    await this.#resume();
  }

  /** The broker's failed log directory: its replicas are told their state again, and those in it answer with an error. */
  async logDirEvent(): Promise<void> {
    const { coordination, context, writer } = this.reign;
    const watch = this.#watch('LogDirEvent', () => this.logDirEvent());
    const names = await childNames(coordination, paths.LOG_DIR_EVENTS, watch);
    if (names.length === 0) return;
    for (const broker of context.brokers.keys()) {
      for (const { entry } of context.replicasOn(broker)) {
        const isGoing = DELETED.has(entry.replicas.get(broker));
        if (entry.leadership !== undefined && !isGoing) this.reign.batch.addLeaderAndIsr([broker], entry, false);
      }
    }
    this.reign.send();
    await writer.writeAll(
      names.map((name) => [{ op: 'delete', path: `${paths.LOG_DIR_EVENTS}/${name}`, version: -1 }]),
    );
  }

  async #dropNotifications(path: string): Promise<void> {
    const { coordination, writer } = this.reign;
    const watch = path === paths.LOG_DIR_EVENTS ? this.#watch('LogDirEvent', () => this.logDirEvent()) : undefined;
    const { names } = must(await coordination.children(path, watch), path);
    await writer.writeAll(names.map((name) => [{ op: 'delete', path: `${path}/${name}`, version: -1 }]));
  }

  #deletionWatch(): Watch {
    return this.#watch('TopicDeletion', () => this.deletionsChanged());
  }

  #watch(name: string, run: () => Promise<void>): Watch {
    return () => this.reign.enqueue(name, run);
  }
}
