import { KafkaError } from '../errors.ts';
import type { Cluster } from '../network/cluster.ts';
import { operation } from '../network/operation.ts';
import type { CallOptions } from '../options.ts';
import type { ConsumerRecord, OffsetAndMetadata, TopicPartition } from '../records.ts';
import type { AnyTopic, RecordOf } from '../serdes/index.ts';
import { topic as untyped } from '../serdes/index.ts';
import type { ClientMetric } from '../telemetry/client-metric.ts';
import type { AssignedPartition } from './assigned-partition.ts';
import { BatchIterator } from './batch-iterator.ts';
import { fetchCommitted, type GroupMetadata } from './committed-offsets.ts';
import type { ConsumerBatch } from './consumer-batch.ts';
import { ConsumerCore } from './consumer-core.ts';
import { type FetchedRecord, typedRecords } from './fetched-record.ts';
import { EARLIEST, type FoundOffset, LATEST, lookUpOffsets, type TimestampOf } from './offset-lookup.ts';
import { type CommitOffset, type ConsumerOptions, consumerSettings } from './options.ts';
import { type PartitionStream, PartitionStreams } from './partition-streams.ts';
import { RecordIterator } from './record-iterator.ts';
import { type RunOptions, runConsumer } from './run.ts';
import { partitionName } from './topic-partition.ts';
import { readableOf } from './web-stream.ts';

/** What a subscription by name, without a declaration, reads. */
export type UntypedRecord = ConsumerRecord<string, Buffer, Buffer | null>;

/** A partition to read, and where from; without an offset from the committed one, or by the reset policy. */
export interface Assignment extends TopicPartition {
  readonly offset?: number | undefined;
}

function declared(topic: AnyTopic | string | readonly string[] | RegExp): AnyTopic[] {
  if (topic instanceof RegExp) return [];
  if (typeof topic === 'string') return [untyped(topic)];
  return 'name' in topic ? [topic] : topic.map((name) => untyped(name));
}

const CLOSE_TIMEOUT_MS = 30_000;

/**
 * Reads topics: as a member of a group (`subscribe`) or partitions of one's own choice (`assign`). One reader at a time:
 * an iteration, `poll` or `run`.
 */
export class Consumer<R = UntypedRecord> implements AsyncIterable<R>, AsyncDisposable {
  readonly #core: ConsumerCore;
  readonly #closed: () => void;
  #polled: AssignedPartition[] = [];

  /** `closed`: told when it is. */
  constructor(cluster: Cluster, options: ConsumerOptions, closed: () => void = () => {}) {
    this.#core = new ConsumerCore(cluster, consumerSettings(options));
    this.#closed = closed;
  }

  /** Topics in place of those before; the group shares out their partitions. Returns this consumer, typed. */
  subscribe<Topics extends readonly AnyTopic[]>(...topics: Topics): Consumer<RecordOf<Topics[number]>>;
  subscribe(...topics: readonly string[] | readonly [readonly string[]] | readonly [RegExp]): Consumer;
  subscribe(...topics: readonly (AnyTopic | string | readonly string[] | RegExp)[]): unknown {
    const core = this.#core;
    core.throwIfClosed();
    if (core.settings.group === undefined)
      throw new KafkaError('INVALID_GROUP_ID', 'Subscribing needs the option `group`; `assign` does without');
    const pattern = topics.find((topic) => topic instanceof RegExp);
    core.state.setMode(pattern === undefined ? 'topics' : 'pattern');
    core.state.pattern = pattern;
    core.state.declare(topics.flatMap(declared));
    core.topics.subscribed();
    core.subscriptionChanged();
    return this;
  }

  /** These partitions in place of those before, without a group's help. With topics that are declared: typed. */
  assign<Topics extends readonly AnyTopic[]>(
    partitions: readonly Assignment[],
    ...topics: Topics
  ): Consumer<[] extends Topics ? UntypedRecord : RecordOf<Topics[number]>>;
  assign(partitions: readonly Assignment[], ...topics: readonly AnyTopic[]): unknown {
    const core = this.#core;
    core.throwIfClosed();
    core.state.setMode('manual');
    core.state.declare(topics);
    const wanted = new Set(partitions.map(({ topic, partition }) => partitionName(topic, partition)));
    core.state.remove(
      [...core.state.partitions.values()].filter(({ name }) => !wanted.has(name)),
      undefined,
    );
    core.state.add(partitions);
    for (const place of partitions) if (place.offset !== undefined) core.state.get(place)?.seek(place.offset, -1);
    core.assigned();
    return this;
  }

  /** Leaves the group, or gives up what was assigned by hand. */
  async unsubscribe({ timeout = CLOSE_TIMEOUT_MS }: CallOptions = {}): Promise<void> {
    const core = this.#core;
    if (core.state.mode === 'manual') core.state.remove([...core.state.partitions.values()], undefined);
    else await core.leave(timeout);
    core.state.clear();
  }

  /** The partitions that this consumer has now. */
  get assignment(): TopicPartition[] {
    return this.#core.state.list();
  }

  /** The topics of the subscription; of a pattern: those that match now. */
  get subscription(): readonly string[] {
    return this.#core.topicNames();
  }

  /** Who this consumer is in its group: for transactions (KIP-447). Throws without a group. */
  get groupMetadata(): GroupMetadata {
    const { member } = this.#core;
    if (member === undefined) throw new KafkaError('INVALID_GROUP_ID', 'This consumer has no group');
    return member;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<R> {
    return new RecordIterator<R>(this.#core);
  }

  /** By record, until `signal`. */
  records(options: { readonly signal?: AbortSignal | undefined } = {}): AsyncIterableIterator<R> {
    return new RecordIterator<R>(this.#core, undefined, options.signal);
  }

  /** By batch: records of one partition. The fast path. */
  batches(
    options: { readonly maxRecords?: number | undefined; readonly signal?: AbortSignal | undefined } = {},
  ): AsyncIterableIterator<ConsumerBatch<R>> {
    return new BatchIterator<R>(
      this.#core,
      options.maxRecords ?? this.#core.settings.maxPollRecords,
      undefined,
      options.signal,
    );
  }

  /**
   * The records as a Web stream. Nothing is read ahead: a record counts as processed when the next is asked for. Cancelling
   * it leaves the last record unprocessed, as a `break` does; the consumer stays open.
   */
  readable(options: { readonly signal?: AbortSignal | undefined } = {}): ReadableStream<R> {
    return readableOf(new RecordIterator<R>(this.#core, undefined, options.signal));
  }

  /** A stream for each partition, as partitions come; each is to be read on its own. */
  partitions(options: { readonly signal?: AbortSignal | undefined } = {}): AsyncIterableIterator<PartitionStream<R>> {
    return new PartitionStreams<R>(this.#core, options.signal);
  }

  /** Hands every record to `each`, until it fails, `signal` is aborted or the consumer is closed. */
  run(options: RunOptions<R>): Promise<void> {
    return runConsumer(this.#core, options);
  }

  /** What is there, at most `maxPollRecords`; waits up to `timeout` ms for the first. Processed with the next call. */
  async poll({ timeout = 0, signal }: CallOptions = {}): Promise<R[]> {
    const core = this.#core;
    core.throwIfClosed();
    core.steps++;
    for (const partition of this.#polled.splice(0)) partition.release(true);
    const { clock } = core.cluster;
    const deadlineMs = clock.monotonicMs() + timeout;
    for (;;) {
      core.throwFailure();
      core.step();
      const records = this.#take(core.settings.maxPollRecords);
      const leftMs = deadlineMs - clock.monotonicMs();
      if (records.length > 0 || leftMs <= 0 || core.isClosed) return typedRecords<R>(records);
      await core.wait(leftMs, signal);
    }
  }

  #take(max: number): FetchedRecord[] {
    const taken: FetchedRecord[] = [];
    while (taken.length < max) {
      const partition = this.#core.nextPartition();
      if (partition === undefined) break;
      const records = this.#core.takeRecords(partition, max - taken.length);
      if (records.length === 0) continue;
      if (!this.#polled.includes(partition)) {
        partition.handOut();
        this.#polled.push(partition);
      }
      for (const record of records) taken.push(record);
    }
    return taken;
  }

  /** Commits these offsets: what lies below them counts as processed. Without any: behind all that was handed out. */
  commit(offsets: readonly CommitOffset[] = this.positions(), options?: CallOptions): Promise<void> {
    return this.#core.commit(offsets, options);
  }

  /** The same without waiting: what goes wrong is told to `done`, or else to the log. */
  commitAsync(offsets?: readonly CommitOffset[], done?: (error: KafkaError | undefined) => void): void {
    this.commit(offsets).then(
      () => done?.(undefined),
      (error: unknown) => {
        if (done === undefined) this.#core.cluster.log.warn('An asynchronous commit failed', error);
        else done(KafkaError.from(error));
      },
    );
  }

  /** Behind all that was handed out, with epochs: what `commit` commits, and `tx.offsets(consumer)` sends. */
  positions(): CommitOffset[] {
    return Array.from(this.#core.state.partitions.values())
      .filter(({ need, finished }) => need === 'nothing' && finished >= 0)
      .map(({ topic, partition, position, positionEpoch }) => ({
        topic: topic.name,
        partition,
        offset: position,
        leaderEpoch: positionEpoch,
      }));
  }

  /** By `topic-partition`; null: nothing committed. Default: of all partitions that this consumer has. */
  committed(
    partitions: readonly TopicPartition[] = this.assignment,
    options?: CallOptions,
  ): Promise<Map<string, OffsetAndMetadata | null>> {
    const { cluster, settings } = this.#core;
    const { groupId } = this.groupMetadata;
    return operation(cluster, `Reading the committed offsets of group ${groupId}`, options, (op) =>
      fetchCommitted(cluster, 'default', groupId, partitions, settings.isolation === 'read_committed', op),
    );
  }

  /** What was measured, as Java's consumer names it. */
  metrics(): ClientMetric[] {
    const { meters, settings, state } = this.#core;
    return meters.metrics(state.partitions.values(), settings.isolation === 'read_committed');
  }

  /** Bytes that are fetched and not handed out yet. */
  get prefetchedBytes(): number {
    let sum = 0;
    for (const { queuedBytes } of this.#core.state.partitions.values()) sum += queuedBytes;
    return sum;
  }

  /** The offset of the next record to be handed out; undefined while it is not known. */
  position(place: TopicPartition): number | undefined {
    const partition = this.#core.state.mustGet(place);
    return partition.need === 'nothing' ? partition.position : undefined;
  }

  /** Records that are not handed out yet; undefined before the first fetch. */
  lag(place: TopicPartition): number | undefined {
    const { highWatermark, lastStableOffset, position, need } = this.#core.state.mustGet(place);
    const end = this.#core.settings.isolation === 'read_committed' ? lastStableOffset : highWatermark;
    return end < 0 || need !== 'nothing' ? undefined : Math.max(0, end - position);
  }

  /** The next record of that partition is the one at `offset`, or the first one after it. */
  seek(place: TopicPartition, offset: number | bigint | OffsetAndMetadata): void {
    const target = typeof offset === 'object' ? offset : { offset: Number(offset) };
    if (!Number.isSafeInteger(target.offset) || target.offset < 0)
      throw new KafkaError('INVALID_ARGUMENT', `Offset ${target.offset} is not an integer from 0 on`, { ...place });
    const partition = this.#core.state.mustGet(place);
    partition.seek(target.offset, target.leaderEpoch ?? -1);
    if (target.leaderEpoch !== undefined && target.leaderEpoch >= 0) partition.need = 'validation';
    this.#core.pump();
  }

  seekToBeginning(...places: readonly TopicPartition[]): void {
    this.#seekToEnd(places, 'earliest');
  }

  seekToEnd(...places: readonly TopicPartition[]): void {
    this.#seekToEnd(places, 'latest');
  }

  #seekToEnd(places: readonly TopicPartition[], to: 'earliest' | 'latest'): void {
    const chosen = places.length === 0 ? this.assignment : places;
    for (const place of chosen) this.#core.state.mustGet(place).seekToEnd(to);
    this.#core.pump();
  }

  /** Nothing of these partitions is handed out until `resume`; they stay this consumer's. */
  pause(...places: readonly TopicPartition[]): void {
    for (const place of places) this.#core.state.mustGet(place).isPaused = true;
  }

  resume(...places: readonly TopicPartition[]): void {
    for (const place of places) this.#core.state.mustGet(place).isPaused = false;
    this.#core.wake();
  }

  get paused(): TopicPartition[] {
    return this.assignment.filter((place) => this.#core.state.get(place)?.isPaused === true);
  }

  /** By `topic-partition`: the first record at or after that time; null when there is none. */
  async offsetsForTimes(
    times: readonly TimestampOf[],
    options?: CallOptions,
  ): Promise<Map<string, FoundOffset | null>> {
    const found = await this.#lookUp('Looking up offsets by time', times, options);
    return new Map(found.map((each) => [partitionName(each.topic, each.partition), each.offset < 0 ? null : each]));
  }

  /** By `topic-partition`. */
  async beginningOffsets(places: readonly TopicPartition[], options?: CallOptions): Promise<Map<string, number>> {
    return this.#ends(places, EARLIEST, options);
  }

  /** By `topic-partition`; for read_committed the last stable offset. */
  async endOffsets(places: readonly TopicPartition[], options?: CallOptions): Promise<Map<string, number>> {
    return this.#ends(places, LATEST, options);
  }

  async #ends(
    places: readonly TopicPartition[],
    timestamp: number,
    options?: CallOptions,
  ): Promise<Map<string, number>> {
    const wanted = places.map(({ topic, partition }) => ({ topic, partition, timestamp }));
    const found = await this.#lookUp('Looking up offsets', wanted, options);
    return new Map(found.map(({ topic, partition, offset }) => [partitionName(topic, partition), offset]));
  }

  #lookUp(what: string, wanted: readonly TimestampOf[], options?: CallOptions): Promise<FoundOffset[]> {
    const { cluster, settings } = this.#core;
    return operation(cluster, what, options, async (op) => {
      const topics = [...new Set(wanted.map(({ topic }) => topic))];
      if (topics.some((topic) => cluster.metadata.topic(topic) === undefined))
        await cluster.refresh(topics, { signal: op.signal });
      return lookUpOffsets(cluster, wanted, settings.isolation, op);
    });
  }

  /** Commits what was processed (if commits are automatic), revokes, leaves the group. Idempotent. */
  async close({ timeout = CLOSE_TIMEOUT_MS }: Pick<CallOptions, 'timeout'> = {}): Promise<void> {
    this.#closing ??= this.#core.close(timeout).finally(this.#closed);
    await this.#closing;
  }
  #closing: Promise<void> | undefined;

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
