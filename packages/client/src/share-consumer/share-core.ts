/*
 * What drives a share consumer: membership, a session at each broker that leads something, and between them and the
 * application what is acquired: `ready` for it, or in its `hand` until it says what became of it.
 */
import type { Timer } from '@ottla/platform';
import { partitionName } from '../consumer/topic-partition.ts';
import { WaitingReads } from '../consumer/waiting-reads.ts';
import { closedError, KafkaError } from '../errors.ts';
import type { Cluster, OwnConnections } from '../network/cluster.ts';
import { operation } from '../network/operation.ts';
import type { CallOptions } from '../options.ts';
import { type AnyTopic, topic as untyped } from '../serdes/index.ts';
import type { AcknowledgeType } from './acknowledgements.ts';
import { acquiredIn } from './acquired.ts';
import type { Acknowledged, ShareConsumerSettings } from './options.ts';
import type { FetchedShare } from './share-answers.ts';
import { ShareBroker } from './share-broker.ts';
import type { ShareContext } from './share-context.ts';
import { ShareMember, type ShareMemberHost } from './share-member.ts';
import { type RecordKeeper, ShareRecord } from './share-record.ts';
import type { SharePartition } from './share-session.ts';

export class ShareCore implements ShareContext, ShareMemberHost, RecordKeeper {
  readonly cluster: Cluster;
  readonly settings: ShareConsumerSettings;
  readonly connections: OwnConnections;
  steps = 0;
  lockMs: number | undefined;
  readonly #reads: WaitingReads;
  readonly #closing = new AbortController();
  readonly #brokers = new Map<number, ShareBroker>();
  readonly #topics = new Map<string, AnyTopic>();
  #member: ShareMember;
  #isMember = false;
  #unwatch: () => void = () => {};
  readonly #unsubscribe: () => void;
  #assigned: readonly SharePartition[] = [];
  #ready: ShareRecord[] = [];
  readonly #hand = new Set<ShareRecord>();
  #failure: { readonly error: unknown } | undefined;
  #refused = new Map<string, KafkaError>();
  #isRefreshing = false;
  #timer: Timer | undefined;

  constructor(cluster: Cluster, settings: ShareConsumerSettings) {
    this.cluster = cluster;
    this.settings = settings;
    this.connections = cluster.ownConnections();
    this.#reads = new WaitingReads(cluster.clock);
    this.#member = new ShareMember(this);
    this.#unsubscribe = cluster.metadata.subscribe(() => this.pump());
  }

  get context(): this {
    return this;
  }

  get group(): string {
    return this.settings.group;
  }

  get memberId(): string {
    return this.#member.id;
  }

  get isReading(): boolean {
    return this.#reads.isAny;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  topicNames(): string[] {
    return [...this.#topics.keys()].toSorted();
  }

  subscribe(topics: readonly AnyTopic[]): void {
    this.throwIfClosed();
    this.#topics.clear();
    for (const topic of topics) this.#topics.set(topic.name, topic);
    const unwatch = this.#unwatch;
    this.#unwatch = this.cluster.watch(this.topicNames());
    unwatch();
    if (this.#isMember) this.#member.subscriptionChanged();
  }

  /** The application reads: whatever is not running starts, and what failed gets another try. */
  step(): void {
    this.steps++;
    if (this.isClosed || this.#topics.size === 0) return;
    this.#isMember = true;
    this.#member.resume();
  }

  assigned(partitions: readonly SharePartition[]): void {
    this.#assigned = partitions;
    this.pump();
  }

  throwIfClosed(): void {
    if (this.isClosed) throw closedError('share consumer');
  }

  /** Throws what went wrong since the last read, once. */
  throwFailure(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  fail(error: unknown): void {
    if (this.isClosed) return;
    this.#failure ??= { error };
    this.wake();
  }

  wake(): void {
    this.#reads.wake();
    this.pump();
  }

  async wait(timeoutMs = Number.POSITIVE_INFINITY, signal?: AbortSignal): Promise<void> {
    if (this.isClosed && signal?.aborted !== true) return;
    const waiting = this.#reads.wait(timeoutMs, signal);
    this.pump();
    try {
      await waiting;
    } finally {
      this.steps++;
    }
  }

  pump(): void {
    if (this.isClosed) return;
    const wantsRecords = this.isReading && this.#ready.length === 0;
    const byNode = new Map<number, SharePartition[]>();
    for (const place of this.#assigned) {
      const node = this.cluster.metadata.partition(place.topic, place.partition)?.leader ?? -1;
      if (node < 0) this.outdated();
      else byNode.set(node, [...(byNode.get(node) ?? []), place]);
    }
    for (const node of byNode.keys()) this.#broker(node);
    // Where the limit is strict, one broker at a time is asked, in turn.
    const isStrict = this.settings.acquireMode === 'record-limit';
    const brokers = [...this.#brokers.values()].toSorted((a, b) => a.fetchedAtMs - b.fetchedAtMs);
    for (const broker of brokers) {
      const isTaken = isStrict && brokers.some(({ isFetching }) => isFetching);
      broker.pump(byNode.get(broker.node) ?? [], wantsRecords && !isTaken);
    }
  }

  pumpIn(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.cluster.clock.setTimer(Math.max(1, delayMs), () => this.pump());
  }

  outdated(): void {
    if (this.#isRefreshing || this.isClosed) return;
    this.#isRefreshing = true;
    const { signal } = this.#closing;
    // What it brings wakes the pump; if it brings nothing, a later try may.
    void this.cluster
      .refresh(this.topicNames(), { signal })
      .catch(() => {})
      .then(() => this.cluster.clock.sleep(this.cluster.options.retryBackoffMs, signal))
      .catch(() => {})
      .then(() => {
        this.#isRefreshing = false;
        this.pump();
      });
  }

  acquired(broker: ShareBroker, { lockMs, partitions }: FetchedShare): void {
    this.lockMs = lockMs;
    const lockedUntilMs = this.cluster.clock.wallMs() + lockMs;
    for (const { place, data } of partitions) {
      const topic = this.#topics.get(place.topic) ?? untyped(place.topic);
      const { records, gaps, unreadable, error } = acquiredIn(topic, data, this.settings);
      for (const offset of gaps) broker.acknowledge(place, offset, 'gap');
      for (const offset of unreadable) broker.acknowledge(place, offset, 'release');
      for (const { record, deliveryCount } of records)
        this.#ready.push(new ShareRecord(record, deliveryCount, lockedUntilMs, { place, broker, keeper: this }));
      if (error !== undefined) this.fail(error);
    }
    if (this.#ready.length > 0) this.#reads.wake();
  }

  sessionLost(broker: ShareBroker): void {
    this.#ready = this.#ready.filter((record) => record.origin.broker !== broker);
  }

  /** Up to `max` records, of one partition if `isOne`. What was locked too long ago is somebody else's. */
  take(max: number, isOne: boolean): ShareRecord[] {
    const now = this.cluster.clock.wallMs();
    this.#ready = this.#ready.filter(({ lockedUntilMs }) => lockedUntilMs > now);
    const [first] = this.#ready;
    if (first === undefined) return [];
    let count = 1;
    const isSame = ({ topic, partition }: ShareRecord): boolean =>
      topic === first.topic && partition === first.partition;
    while (count < Math.min(max, this.#ready.length) && (!isOne || isSame(this.#ready[count]))) count++;
    const taken = this.#ready.splice(0, count);
    for (const record of taken) this.#hand.add(record);
    return taken;
  }

  /** The application goes on: what it said nothing about is accepted, or an error. */
  settle(): void {
    if (this.#hand.size === 0) return;
    if (this.settings.acknowledgement === 'explicit') {
      const [{ topic, partition, offset }] = this.#hand;
      throw new KafkaError(
        'ILLEGAL_STATE',
        `All records must be acknowledged in explicit acknowledgement mode: ${this.#hand.size} are not, the first at offset ${offset} of ${topic}-${partition}`,
        { topic, partition },
      );
    }
    for (const record of [...this.#hand]) record.accept();
  }

  /** Read and not processed: anybody may have it. */
  giveBack(records: Iterable<ShareRecord>): void {
    for (const record of records) if (record.said === undefined) record.release();
  }

  acknowledge(record: ShareRecord, type: AcknowledgeType): void {
    this.#hand.delete(record);
    const { broker, place, generation } = record.origin;
    if (broker.generation !== generation || this.isClosed) {
      record.isSent = true;
      const { topic, partition, offset } = record;
      const text = 'The session that the record was acquired in is over: it is delivered again';
      const error = new KafkaError('SHARE_SESSION_NOT_FOUND', text, { topic, partition, retriable: false });
      this.acknowledged([{ topic, partition, offsets: [offset], error }]);
    } else broker.acknowledge(place, record.offset, type, record);
  }

  async renew(record: ShareRecord, options: CallOptions): Promise<void> {
    const { broker, place } = record.origin;
    await operation(
      this.cluster,
      `Renewing the lock of ${partitionName(place.topic, place.partition)}`,
      options,
      async () => {
        const lockMs = await broker.renew(place, record);
        record.lockedUntilMs = this.cluster.clock.wallMs() + lockMs;
      },
    );
  }

  acknowledged(results: readonly Acknowledged[]): void {
    for (const { topic, partition, error } of results)
      if (error !== undefined) this.#refused.set(partitionName(topic, partition), error);
    try {
      this.settings.onAcknowledged?.(results);
    } catch (error) {
      this.cluster.log.warn('onAcknowledged failed', error);
    }
  }

  /** Sends what was acknowledged. Rejects when any acknowledgement failed since the last commit, with `failures`. */
  async commit(options: CallOptions): Promise<void> {
    await operation(this.cluster, `Acknowledging records of share group ${this.group}`, options, async (op) => {
      await op.wait(Promise.all(Array.from(this.#brokers.values(), (broker) => broker.flush())));
    });
    const failures = this.#refused;
    this.#refused = new Map();
    const [first] = failures.values();
    if (first === undefined) return;
    const { code, message, topic, partition, broker } = first;
    throw new KafkaError(code, message, { topic, partition, broker, cause: first, failures, retriable: false });
  }

  async leave(deadlineMs: number): Promise<void> {
    this.#assigned = [];
    this.#ready = [];
    await this.#within(deadlineMs, Promise.all(Array.from(this.#brokers.values(), (broker) => broker.close())));
    this.#hand.clear();
    const member = this.#member;
    await member.stop();
    await member.leave(deadlineMs);
    this.#isMember = false;
    this.#topics.clear();
    if (!this.isClosed) this.#member = new ShareMember(this);
  }

  async close(deadlineMs: number): Promise<void> {
    if (this.isClosed) return;
    this.#closing.abort(closedError('share consumer'));
    this.#reads.wake();
    this.#timer?.cancel();
    this.#unsubscribe();
    this.#unwatch();
    await this.leave(deadlineMs);
    this.connections.close();
  }

  async #within(deadlineMs: number, work: Promise<unknown>): Promise<void> {
    const sleeping = new AbortController();
    const late = this.cluster.clock.sleep(deadlineMs, sleeping.signal).catch(() => {});
    await Promise.race([work, late]);
    sleeping.abort();
  }

  #broker(node: number): ShareBroker {
    const known = this.#brokers.get(node) ?? new ShareBroker(this, node);
    this.#brokers.set(node, known);
    return known;
  }
}
