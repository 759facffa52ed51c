/*
 * kafkajs's run: batches to a handler, so many partitions at a time, each from where its last one was resolved. An error of
 * a handler stops all of them, is tried again with growing waits, and in the end is a crash.
 */
import { deferred } from '@ottla/common';
import { ErrorCode } from '@ottla/protocol';
import type { AssignedPartition } from '../consumer/assigned-partition.ts';
import type { ConsumerCore } from '../consumer/consumer-core.ts';
import { KafkaError } from '../errors.ts';
import { RecordBatch } from './batch.ts';
import { EARLIEST_OFFSET } from './constants.ts';
import type { BatchProcessPayload, ConsumerPayloads, ConsumerRunConfig } from './consumer-types.ts';
import { protocolError, toKafkaJSError } from './error-mapping.ts';
import { KafkaJSError, KafkaJSNotImplemented } from './errors.ts';
import type { Events } from './events.ts';
import type { Logger } from './logger.ts';
import type { OffsetManager } from './offset-manager.ts';
import type { Pauses, Seeks } from './placed-state.ts';
import { type RetryOptions, RetrySeries } from './retrier.ts';

export interface RunnerOptions {
  readonly core: ConsumerCore;
  readonly config: ConsumerRunConfig;
  readonly offsets: OffsetManager;
  readonly seeks: Seeks;
  readonly pauses: Pauses;
  readonly events: Events<ConsumerPayloads>;
  readonly logger: Logger;
  readonly retry: RetryOptions;
  readonly pause: (topic: string, partition: number) => void;
  readonly resume: (topic: string, partition: number) => void;
}

/** Our member joins again by itself after these. */
const REJOINING: ReadonlySet<string> = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
]);
const REJOINING_CODES: ReadonlySet<string> = new Set(['SESSION_EXPIRED', 'MAX_POLL_EXCEEDED']);

export class BatchRunner {
  isRunning = true;
  readonly #options: RunnerOptions;
  readonly #busy = new Set<AssignedPartition>();
  readonly #stopping = new AbortController();
  readonly #ended = deferred();
  readonly #concurrency: number;
  #failure: { readonly error: unknown } | undefined;
  #series: RetrySeries;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#concurrency = Math.max(1, options.config.partitionsConsumedConcurrently ?? 1);
    this.#series = this.#newSeries();
  }

  /** Resolves when it was stopped; rejects with what it crashes of. */
  async run(): Promise<void> {
    try {
      while (this.isRunning) {
        try {
          await this.#step();
        } catch (error) {
          if (this.isRunning) await this.#recover(error);
        }
      }
    } finally {
      this.isRunning = false;
      while (this.#busy.size > 0) await this.#options.core.wait();
      this.#ended.resolve();
    }
  }

  /** Resolves when the handlers are done. */
  stop(): Promise<void> {
    this.isRunning = false;
    this.#stopping.abort();
    this.#options.core.wake();
    return this.#ended.promise;
  }

  /** The group was joined again: what failed before does not count any more. */
  joined(): void {
    this.#series = this.#newSeries();
  }

  /** A member that is about to lose partitions commits what is done. */
  async revoked(): Promise<void> {
    await this.#options.offsets.autoCommit().catch((error: unknown) => {
      this.#options.logger.debug(`Committing before a rebalance failed: ${toKafkaJSError(error).message}`);
    });
  }

  #newSeries(): RetrySeries {
    const { cluster } = this.#options.core;
    return new RetrySeries(this.#options.retry, { clock: cluster.clock, random: cluster.platform.random });
  }

  async #step(): Promise<void> {
    const { core } = this.#options;
    const failure = this.#failure;
    if (failure !== undefined && this.#busy.size === 0) {
      this.#failure = undefined;
      throw failure.error;
    }
    core.throwFailure();
    core.step();
    await this.#applySeeks();
    const isFull = failure !== undefined || this.#busy.size >= this.#concurrency;
    const partition = isFull ? undefined : core.nextPartition((candidate) => !this.#busy.has(candidate));
    if (partition === undefined) await core.wait();
    else this.#start(partition);
  }

  async #recover(thrown: unknown): Promise<void> {
    const { logger, core } = this.#options;
    const error = toKafkaJSError(thrown);
    const isRejoining =
      ('type' in error && REJOINING.has(String(error.type))) ||
      (thrown instanceof KafkaError && REJOINING_CODES.has(thrown.code));
    if (isRejoining) {
      logger.warn('The group is rebalancing, re-joining', { groupId: core.group, error: error.message });
      return;
    }
    if (error instanceof KafkaJSNotImplemented) throw error;
    logger.debug('Error while consuming, trying again', { groupId: core.group, error: error.message });
    await this.#series.next(error, this.#stopping.signal).catch((reason: unknown) => {
      if (this.isRunning) throw reason;
    });
  }

  async #applySeeks(): Promise<void> {
    const { core, seeks, offsets, config } = this.#options;
    for (const { topic, partition: number, offset } of seeks.list()) {
      const partition = core.state.get({ topic, partition: number });
      if (partition === undefined || partition.isHeld || this.#busy.has(partition)) continue;
      seeks.done(topic, number);
      offsets.forget(partition);
      if (offset < 0) partition.seekToEnd(offset === EARLIEST_OFFSET ? 'earliest' : 'latest');
      else partition.seek(offset, -1);
      core.pump();
      if (offset >= 0 && (config.autoCommit ?? true))
        await core.commit([{ topic, partition: number, offset }], undefined);
    }
  }

  #start(partition: AssignedPartition): void {
    const { core } = this.#options;
    this.#busy.add(partition);
    partition.handOut();
    void this.#work(partition)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .then(() => {
        this.#busy.delete(partition);
        this.#goOn(partition);
        partition.release(false);
        core.wake();
      });
  }

  /** From where it is resolved, which may be before what was handed out. */
  #goOn(partition: AssignedPartition): void {
    const { offsets, core } = this.#options;
    const next = offsets.next(partition);
    if (partition.isEnded || partition.need !== 'nothing' || next === undefined) return;
    if (next === partition.position) partition.finish(next, partition.positionEpoch);
    else {
      partition.seek(next, -1);
      core.pump();
    }
  }

  async #work(partition: AssignedPartition): Promise<void> {
    const { core, offsets, events, config } = this.#options;
    const from = partition.position;
    offsets.begin(partition, from);
    const records = core.takeRecords(partition, Number.MAX_SAFE_INTEGER);
    const batch = new RecordBatch(partition, from, records);
    if (batch.isEmptyIncludingFiltered()) return;
    const startedMs = core.cluster.clock.wallMs();
    const payload = payloadOf(batch);
    events.emit('consumer.start_batch_process', payload);
    if (batch.isEmpty()) {
      offsets.resolve(partition, batch.nextOffset - 1);
      await offsets.autoCommitIfNecessary();
    } else if (config.eachMessage !== undefined && config.eachMessage !== null)
      await this.#eachMessage(partition, batch);
    else if (config.eachBatch !== undefined && config.eachBatch !== null) await this.#eachBatch(partition, batch);
    const duration = core.cluster.clock.wallMs() - startedMs;
    events.emit('consumer.end_batch_process', { ...payload, duration });
    if (!batch.isEmpty()) await offsets.autoCommit();
  }

  async #eachMessage(partition: AssignedPartition, batch: RecordBatch): Promise<void> {
    const { offsets, core, config, pauses } = this.#options;
    const { topic, partition: number } = batch;
    const heartbeat = (): Promise<void> => this.#heartbeat(partition);
    const pause = this.#pauser(topic, number);
    for (const message of batch.messages) {
      if (!this.isRunning || this.#isStale(partition)) return;
      try {
        await config.eachMessage?.({ topic, partition: number, message, heartbeat, pause });
      } catch (error) {
        this.#report('eachMessage', error, topic, number, message.offset);
        await offsets.autoCommit();
        throw error;
      }
      offsets.resolve(partition, Number(message.offset));
      core.steps++;
      await offsets.autoCommitIfNecessary();
      if (pauses.has(topic, number)) return;
    }
    offsets.resolve(partition, batch.nextOffset - 1);
  }

  async #eachBatch(partition: AssignedPartition, batch: RecordBatch): Promise<void> {
    const { offsets, config } = this.#options;
    const { topic, partition: number, messages } = batch;
    const lastOffset = messages[messages.length - 1].offset;
    try {
      await config.eachBatch?.({
        batch,
        resolveOffset: (offset) =>
          offsets.resolve(partition, String(offset) === lastOffset ? batch.nextOffset - 1 : Number(offset)),
        heartbeat: () => this.#heartbeat(partition),
        pause: this.#pauser(topic, number),
        commitOffsetsIfNecessary: (given) =>
          given === undefined || given === null ? offsets.commitIfNecessary() : offsets.commit(given),
        uncommittedOffsets: () => offsets.uncommitted(),
        isRunning: () => this.isRunning,
        isStale: () => this.#isStale(partition),
      });
    } catch (error) {
      this.#report('eachBatch', error, topic, number, batch.firstOffset());
      await offsets.autoCommit();
      throw error;
    }
    if (config.eachBatchAutoResolve ?? true) offsets.resolve(partition, batch.nextOffset - 1);
  }

  #pauser(topic: string, partition: number): () => () => void {
    return () => {
      this.#options.pause(topic, partition);
      return () => this.#options.resume(topic, partition);
    };
  }

  /** The member beats by itself; this tells the handler that a rebalance waits for it. */
  async #heartbeat(partition: AssignedPartition): Promise<void> {
    this.#options.core.steps++;
    if (!partition.isHeld && !partition.isEnded) return;
    await this.#options.offsets.autoCommit();
    throw protocolError(ErrorCode.REBALANCE_IN_PROGRESS);
  }

  #isStale(partition: AssignedPartition): boolean {
    return partition.isHeld || partition.isEnded || this.#options.seeks.has(partition.topic.name, partition.partition);
  }

  #report(what: string, thrown: unknown, topic: string, partition: number, offset: string | null): void {
    if (thrown instanceof KafkaJSError) return;
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    this.#options.logger.error(`Error when calling ${what}`, { topic, partition, offset, stack, error: thrown });
  }
}

function payloadOf(batch: RecordBatch): BatchProcessPayload {
  return {
    topic: batch.topic,
    partition: batch.partition,
    highWatermark: batch.highWatermark,
    offsetLag: batch.offsetLag(),
    offsetLagLow: batch.offsetLagLow(),
    batchSize: batch.messages.length,
    firstOffset: batch.firstOffset(),
    lastOffset: batch.lastOffset(),
  };
}
