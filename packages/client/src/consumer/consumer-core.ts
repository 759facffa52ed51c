/*
 * What drives a consumer: fetches and positions in the background, membership, automatic commits; and the meeting point
 * of all that with the application's reads, which wait here and are woken here.
 */
import { AsyncMutex, deferred } from '@ottla/common';
import type { Timer } from '@ottla/platform';
import { closedError, KafkaError } from '../errors.ts';
import type { Cluster, OwnConnections } from '../network/cluster.ts';
import { operation } from '../network/operation.ts';
import type { CallOptions } from '../options.ts';
import { ConsumerMeters } from '../telemetry/consumer-meters.ts';
import type { AssignedPartition, Intercept } from './assigned-partition.ts';
import { commitOffsets, type GroupMetadata } from './committed-offsets.ts';
import type { ConsumerContext } from './context.ts';
import type { FetchedRecord } from './fetched-record.ts';
import { Fetcher } from './fetcher.ts';
import { ClassicMember } from './group/classic-member.ts';
import type { MemberHost, Membership } from './group/membership.ts';
import { ModernMember } from './group/modern-member.ts';
import { Ownership } from './group/ownership.ts';
import type { CommitOffset, ConsumerSettings } from './options.ts';
import { Positions } from './positions.ts';
import { SubscriptionState } from './subscription-state.ts';
import { TopicWatch } from './topic-watch.ts';
import { WaitingReads } from './waiting-reads.ts';

export class ConsumerCore implements ConsumerContext, MemberHost {
  readonly cluster: Cluster;
  readonly settings: ConsumerSettings;
  readonly connections: OwnConnections;
  readonly meters: ConsumerMeters;
  readonly state = new SubscriptionState();
  readonly ownership: Ownership;
  readonly positions: Positions;
  readonly intercept: Intercept;
  readonly topics: TopicWatch;
  steps = 0;
  readonly #fetcher: Fetcher;
  readonly #closing = new AbortController();
  readonly #commits = new AsyncMutex();
  readonly #stops = new Set<() => Promise<unknown>>();
  readonly #unsubscribe: () => void;
  readonly #reads: WaitingReads;
  #member: Membership | undefined;
  #failure: { readonly error: unknown } | undefined;
  #commitTimer: Timer | undefined;

  constructor(cluster: Cluster, settings: ConsumerSettings) {
    this.cluster = cluster;
    this.settings = settings;
    this.connections = cluster.ownConnections();
    this.meters = new ConsumerMeters(cluster, settings.group);
    this.#reads = new WaitingReads(cluster.clock);
    this.positions = new Positions(this);
    this.#fetcher = new Fetcher(this, this.positions);
    this.topics = new TopicWatch(this);
    this.ownership = new Ownership({
      context: this,
      commit: (partitions) => this.#commitProcessed(partitions),
      assigned: () => this.assigned(),
    });
    this.intercept = settings.interceptors.length === 0 ? (records) => records : (records) => this.#intercept(records);
    this.#unsubscribe = cluster.metadata.subscribe(() => {
      if (this.topics.changed()) this.#member?.subscriptionChanged();
      this.#fetcher.pump();
    });
  }

  get context(): ConsumerContext {
    return this;
  }

  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  get isReading(): boolean {
    return this.#reads.isAny;
  }

  get group(): string {
    return this.settings.group ?? '';
  }

  topicNames(): string[] {
    return this.topics.names;
  }

  /** Who commits; undefined without a group. */
  get member(): GroupMetadata | undefined {
    const { group, instanceId } = this.settings;
    if (group === undefined) return undefined;
    return this.#member?.metadata ?? { groupId: group, generationId: -1, memberId: '', groupInstanceId: instanceId };
  }

  /** The application reads: whatever is not running starts, and what failed gets another try. */
  step(): void {
    this.steps++;
    this.meters.polled();
    if (this.isClosed || this.state.mode === 'none') return;
    this.positions.unblock();
    if (this.state.mode !== 'manual') {
      this.topics.start();
      this.#member ??= this.settings.protocol === 'classic' ? new ClassicMember(this) : new ModernMember(this);
      if (this.topics.isKnown) this.#member.resume();
    }
    if (this.#commitTimer === undefined) this.#scheduleCommit();
  }

  subscriptionChanged(): void {
    this.#member?.subscriptionChanged();
    this.wake();
  }

  /** Partitions were added: their positions are looked up, and fetches go out. */
  assigned(): void {
    this.topics.watchAssigned();
    this.#fetcher.pump();
  }

  /** To be called when a partition may be fetched that could not be before. */
  pump(): void {
    this.positions.unblock();
    this.#fetcher.pump();
  }

  fail(error: unknown): void {
    if (this.isClosed) return;
    this.#failure ??= { error };
    this.wake();
  }

  wake(): void {
    this.#reads.wake();
    if (!this.isClosed) this.#fetcher.pump();
  }

  throwIfClosed(): void {
    if (this.isClosed) throw closedError('consumer');
  }

  /** Throws what went wrong since the last read, once. */
  throwFailure(): void {
    const failure = this.#failure;
    if (failure === undefined) return;
    this.#failure = undefined;
    throw failure.error;
  }

  /** The next partition that has records; a record of it is taken with `next` or `take`. */
  nextPartition(accepts?: (partition: AssignedPartition) => boolean): AssignedPartition | undefined {
    return this.state.nextDeliverable(accepts);
  }

  /** One record of a partition; undefined when there is none now. */
  nextRecord(partition: AssignedPartition): FetchedRecord | undefined {
    try {
      const { decodes, decodedRecords } = partition;
      const record = partition.next(this.settings.maxPollRecords, this.intercept);
      // There may be room for the next fetch.
      if (partition.decodes !== decodes) {
        this.meters.decoded(partition.decodedRecords - decodedRecords);
        this.#fetcher.pump();
      }
      return record;
    } catch (error) {
      throw this.#unreadable(partition, error);
    }
  }

  /** Up to `max` records of a partition; none when there are none now. */
  takeRecords(partition: AssignedPartition, max: number): FetchedRecord[] {
    try {
      const records = partition.take(max, this.intercept);
      if (records.length > 0) this.meters.decoded(records.length);
      if (partition.queuedBytes < this.settings.maxPartitionFetchBytes / 2) this.#fetcher.pump();
      return records;
    } catch (error) {
      throw this.#unreadable(partition, error);
    }
  }

  /** Until something changed, `timeoutMs` passed or `signal` was aborted (then it rejects). */
  async wait(timeoutMs = Number.POSITIVE_INFINITY, signal?: AbortSignal): Promise<void> {
    if (this.isClosed && signal?.aborted !== true) return;
    try {
      await this.#reads.wait(timeoutMs, signal);
    } finally {
      this.steps++;
    }
  }

  /** One after the other, so that an older commit never overtakes a newer one. */
  commit(offsets: readonly CommitOffset[], options: CallOptions | undefined): Promise<void> {
    const { group } = this.settings;
    if (group === undefined)
      return Promise.reject(new KafkaError('INVALID_GROUP_ID', 'Committing offsets needs the option `group`'));
    if (offsets.length === 0) return Promise.resolve();
    return this.#commits.run(() => this.#commitNow(group, offsets, options));
  }

  #commitNow(group: string, offsets: readonly CommitOffset[], options: CallOptions | undefined): Promise<void> {
    const commit = operation(this.cluster, `Committing offsets of group ${group}`, options, async (op) => {
      const member = (): GroupMetadata => this.member ?? NOBODY;
      await commitOffsets(this.cluster, 'default', member, offsets, op);
      for (const { topic, partition, offset, leaderEpoch = -1 } of offsets) {
        const assigned = this.state.get({ topic, partition });
        if (assigned === undefined) continue;
        assigned.committed = offset;
        assigned.finish(offset, leaderEpoch);
      }
      this.#tell((interceptor) => interceptor.onCommit?.(offsets));
    });
    return this.meters.committed(offsets, commit);
  }

  /** Leaves everything. Partitions that this consumer has are revoked first, as in a rebalance. */
  async close(deadlineMs: number): Promise<void> {
    if (this.isClosed) return;
    await this.#untilStopped(deadlineMs);
    this.#closing.abort(closedError('consumer'));
    this.#commitTimer?.cancel();
    this.#unsubscribe();
    this.topics.close();
    this.wake();
    const member = this.#member;
    await member?.stop();
    if (this.state.mode === 'manual') await this.#commitProcessed([...this.state.partitions.values()]);
    else await this.ownership.revoke(this.ownership.list, undefined, false);
    this.state.remove([...this.state.partitions.values()], closedError('consumer'));
    await member?.leave(deadlineMs, true);
    await this.#fetcher.close();
    this.connections.close();
    this.#tell((interceptor) => interceptor.close?.());
  }

  /** `stop` is called by `close`, which waits for the promise that it returns. */
  onClose(stop: () => Promise<unknown>): () => void {
    this.#stops.add(stop);
    return () => this.#stops.delete(stop);
  }

  async #untilStopped(deadlineMs: number): Promise<void> {
    if (this.#stops.size === 0) return;
    const late = deferred();
    const timer = this.cluster.clock.setTimer(deadlineMs, late.resolve);
    await Promise.race([Promise.all(Array.from(this.#stops, (stop) => stop())), late.promise]);
    timer.cancel();
  }

  /** Ends the membership, but not the consumer. */
  async leave(deadlineMs: number): Promise<void> {
    const member = this.#member;
    await member?.stop();
    await this.ownership.revoke(this.ownership.list, undefined, false);
    await member?.leave(deadlineMs, false);
    if (this.#member === member) this.#member = undefined;
  }

  #scheduleCommit(): void {
    const { autoCommitMs, group } = this.settings;
    if (autoCommitMs === undefined || group === undefined || this.isClosed) return;
    this.#commitTimer = this.cluster.clock.setTimer(autoCommitMs, () => {
      void this.#commitProcessed([...this.state.partitions.values()]).then(() => this.#scheduleCommit());
    });
  }

  async #commitProcessed(partitions: readonly AssignedPartition[]): Promise<void> {
    const { autoCommitMs, group } = this.settings;
    if (autoCommitMs === undefined || group === undefined) return;
    const timeout = this.cluster.options.requestTimeoutMs;
    const commit = this.#commits.run(async () => {
      // Looked up when its turn comes: what the application committed meanwhile may be further on.
      const offsets = processedOf(partitions);
      if (offsets.length > 0) await this.#commitNow(group, offsets, { timeout });
    });
    await commit.catch((error: unknown) => {
      this.cluster.log.warn(`Committing what was processed of group ${this.group} failed`, error);
    });
  }

  #intercept(records: FetchedRecord[]): readonly FetchedRecord[] {
    let kept: readonly FetchedRecord[] = records;
    this.#tell((interceptor) => {
      kept = interceptor.onConsume?.(kept) ?? kept;
    });
    return kept;
  }

  #tell(call: (interceptor: ConsumerSettings['interceptors'][number]) => void): void {
    for (const interceptor of this.settings.interceptors) {
      try {
        call(interceptor);
      } catch (error) {
        this.cluster.log.warn('An interceptor failed', error);
      }
    }
  }

  /** What could not be read is fetched again: it may have been damaged on its way. */
  #unreadable(partition: AssignedPartition, error: unknown): unknown {
    partition.dropBuffers();
    partition.retryAtMs = this.cluster.clock.monotonicMs() + this.cluster.options.retryBackoffMs;
    this.#fetcher.pump();
    return error;
  }
}

const NOBODY: GroupMetadata = { groupId: '', generationId: -1, memberId: '', groupInstanceId: undefined };

function processedOf(partitions: readonly AssignedPartition[]): CommitOffset[] {
  return partitions
    .filter(({ finished, committed, isEnded }) => finished >= 0 && finished !== committed && !isEnded)
    .map(({ topic, partition, finished, finishedEpoch }) => ({
      topic: topic.name,
      partition,
      offset: finished,
      leaderEpoch: finishedEpoch,
    }));
}
