/** What becomes of a batch: acknowledged, sent again, split, failed, expired. */
import { ExponentialBackoff } from '@ottla/common';
import { ErrorCode, isRetriable, type ProduceResponse } from '@ottla/protocol';
import { KafkaError } from '../errors.ts';
import type { Cluster } from '../network/cluster.ts';
import type { Accumulator } from './accumulator.ts';
import type { ProducerBatch } from './batch.ts';
import type { Outcome, RecordErrors } from './delivery.ts';
import type { ProducerSettings } from './options.ts';
import type { PartitionQueue } from './partition-queue.ts';
import { answerFor, hintOf, outcomeOf, recordErrorsOf } from './produce-answer.ts';
import { splitBatch } from './split-batch.ts';

export interface FateListener {
  isStopped(): boolean;
  /** A leader is not where it was thought to be. */
  staleMetadata(): void;
  failed(error: KafkaError, batch: ProducerBatch): void;
  settled(batch: ProducerBatch, error: KafkaError | undefined, outcome: Outcome): void;
}

interface Sent {
  readonly queue: PartitionQueue;
  readonly batch: ProducerBatch;
}

/** Errors that say that the metadata is out of date (Java: InvalidMetadataException). */
const STALE = new Set<number>([
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.LEADER_NOT_AVAILABLE,
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.REPLICA_NOT_AVAILABLE,
  ErrorCode.NETWORK_EXCEPTION,
  ErrorCode.KAFKA_STORAGE_ERROR,
  ErrorCode.FENCED_LEADER_EPOCH,
  ErrorCode.UNKNOWN_LEADER_EPOCH,
  ErrorCode.LISTENER_NOT_FOUND,
  ErrorCode.UNKNOWN_TOPIC_ID,
]);

/** Errors that say that the broker's idea of our numbers is another one. */
const NUMBERING = new Set<number>([
  ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
  ErrorCode.UNKNOWN_PRODUCER_ID,
  ErrorCode.INVALID_PRODUCER_EPOCH,
  ErrorCode.INVALID_PRODUCER_ID_MAPPING,
]);

export class BatchFate {
  readonly #cluster: Cluster;
  readonly #settings: ProducerSettings;
  readonly #accumulator: Accumulator;
  readonly #listener: FateListener;
  readonly #backoff: ExponentialBackoff;

  constructor(cluster: Cluster, settings: ProducerSettings, accumulator: Accumulator, listener: FateListener) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#accumulator = accumulator;
    this.#listener = listener;
    const { retryBackoffMs, retryBackoffMaxMs } = cluster.options;
    this.#backoff = new ExponentialBackoff(
      { initialMs: retryBackoffMs, maxMs: retryBackoffMaxMs },
      cluster.platform.random,
    );
  }

  answered(batches: readonly Sent[], answer: ProduceResponse): void {
    const { metadata } = this.#cluster;
    for (const { queue, batch } of batches) {
      queue.answered(batch);
      const { topic, partition } = queue;
      const result = answerFor(answer, topic, partition, metadata);
      if (result === undefined) {
        const message = `The answer to Produce lacks partition ${topic}-${partition}`;
        this.#retry(queue, batch, new KafkaError('MALFORMED_RESPONSE', message, { topic, partition, retriable: true }));
        continue;
      }
      const { errorCode } = result;
      if (errorCode === ErrorCode.NONE || errorCode === ErrorCode.DUPLICATE_SEQUENCE_NUMBER) {
        const outcome = outcomeOf(result, topic, partition);
        this.#settings.observer?.acknowledged?.(outcome);
        this.#succeed(queue, batch, outcome);
        continue;
      }
      const error = KafkaError.ofCode(errorCode, result.errorMessage, { topic, partition });
      const hint = hintOf(answer, result, topic, partition);
      const isHint = hint !== undefined && this.#cluster.leaderHint(hint);
      if (STALE.has(errorCode) && !isHint) this.#listener.staleMetadata();
      this.#errorOf(queue, batch, errorCode, error, isHint, recordErrorsOf(result, topic, partition));
    }
  }

  /** No answer: the batches may or may not have been written. */
  lost(batches: readonly Sent[], error: KafkaError): void {
    this.#listener.staleMetadata();
    for (const { queue, batch } of batches) {
      queue.answered(batch);
      if (error.retriable) this.#retry(queue, batch, error);
      else this.fail(queue, batch, error, true);
    }
  }

  /** With acks 0 sending is all there is. */
  unanswered(batches: readonly Sent[]): void {
    for (const { queue, batch } of batches) {
      queue.answered(batch);
      const { topic, partition } = queue;
      this.#succeed(queue, batch, { topic, partition, baseOffset: -1, logAppendTimeMs: -1 });
    }
  }

  /** Fails what is older than `delivery.timeout.ms`; when the next one will be. */
  expire(queue: PartitionQueue, nowMs: number): number {
    const { deliveryTimeoutMs } = this.#settings;
    let nextMs = Infinity;
    for (const batches of [queue.outstanding, queue.waiting]) {
      for (const batch of [...batches]) {
        if (batch.isDone) continue;
        const atMs = batch.createdMs + deliveryTimeoutMs;
        if (atMs > nowMs) {
          nextMs = Math.min(nextMs, atMs);
          break;
        }
        this.#expired(queue, batch);
      }
    }
    return nextMs;
  }

  /** `isLost`: its number, if it has one, cannot be used again. */
  fail(
    queue: PartitionQueue,
    batch: ProducerBatch,
    error: KafkaError,
    isLost: boolean,
    recordErrors?: RecordErrors,
  ): void {
    if (!batch.isOutstanding) queue.settled(batch, isLost);
    if (batch.isDone) return;
    const { topic, partition } = queue;
    this.#accumulator.usedBytes -= batch.sizeBytes;
    const outcome = { topic, partition, baseOffset: -1, logAppendTimeMs: -1 };
    batch.settle(outcome, error, recordErrors);
    this.#listener.failed(error, batch);
    this.#listener.settled(batch, error, outcome);
  }

  #succeed(queue: PartitionQueue, batch: ProducerBatch, outcome: Outcome): void {
    queue.settled(batch, false);
    if (batch.isDone) return;
    this.#accumulator.usedBytes -= batch.sizeBytes;
    batch.settle(outcome, undefined, undefined);
    this.#listener.settled(batch, undefined, outcome);
  }

  #errorOf(
    queue: PartitionQueue,
    batch: ProducerBatch,
    code: number,
    error: KafkaError,
    isHint: boolean,
    recordErrors: RecordErrors | undefined,
  ): void {
    const isPlain = this.#settings.idempotent && this.#settings.transactionalId === undefined;
    if (code === ErrorCode.MESSAGE_TOO_LARGE && batch.recordCount > 1 && !batch.isDone) {
      const parts = splitBatch(batch, this.#settings);
      this.#accumulator.usedBytes += parts.reduce((sum, part) => sum + part.sizeBytes, 0) - batch.sizeBytes;
      queue.putBackSplit(batch, parts);
      this.#accumulator.active.add(queue);
    } else if (NUMBERING.has(code) && !queue.isFirst(batch)) {
      // One before it is to blame: when that one is through, this one's number fits.
      this.#retry(queue, batch, error);
    } else if (NUMBERING.has(code) && isPlain) {
      queue.needsNewEpoch = true;
      this.#retry(queue, batch, error);
    } else if (isRetriable(code)) {
      this.#retry(queue, batch, error, isHint);
    } else {
      this.fail(queue, batch, error, true, recordErrors);
    }
  }

  #retry(queue: PartitionQueue, batch: ProducerBatch, error: KafkaError, isAtOnce = false): void {
    if (batch.isDone || this.#listener.isStopped() || batch.attempts > this.#settings.retries) {
      this.fail(queue, batch, error, true);
      return;
    }
    batch.lastError = error;
    const delayMs = isAtOnce ? 0 : this.#backoff.delayMs(batch.attempts - 1);
    batch.retryAtMs = this.#cluster.clock.monotonicMs() + delayMs;
    queue.putBack(batch);
    this.#accumulator.active.add(queue);
  }

  #expired(queue: PartitionQueue, batch: ProducerBatch): void {
    const { topic, partition } = queue;
    const { deliveryTimeoutMs } = this.#settings;
    const last = batch.lastError === undefined ? '' : `; last: ${batch.lastError.message}`;
    const error = new KafkaError(
      'TIMEOUT',
      `${batch.recordCount} records for ${topic}-${partition} were not acknowledged within ${deliveryTimeoutMs} ms${last}`,
      { topic, partition, retriable: true, cause: batch.lastError },
    );
    this.fail(queue, batch, error, true);
  }
}
