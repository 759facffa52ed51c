/**
 * The batches of one partition, and their numbering (KIP-98). Rules that keep order and prevent duplicates:
 * - a batch keeps its sequence through all retries, until the numbering starts over under a new epoch;
 * - a retry leaves only when nothing numbered before it is unanswered; a new batch only when no retry waits;
 * - when a number is lost (a batch failed or expired) nothing leaves until all is answered; then the epoch is raised and
 *   what is left is numbered from 0 (as Java's client does since KIP-360).
 */
import { incrementSequence } from '@ottla/protocol/records';
import type { ProducerBatch } from './batch.ts';
import { IDEMPOTENT_IN_FLIGHT_MAX } from './options.ts';
import type { ProducerIdentity } from './producer-id.ts';

export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  /** To be sent: retries in their order, then new ones; the last may be open. */
  readonly waiting: ProducerBatch[] = [];
  /** Sent, not answered, in the order they were sent. */
  readonly outstanding: ProducerBatch[] = [];
  waitingBytes = 0;
  /** The numbering has a hole. */
  needsNewEpoch = false;
  readonly #order = new Map<ProducerBatch, number>();
  #nextOrder = 0;
  #identity: ProducerIdentity | undefined;
  #nextSequence = 0;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  get isIdle(): boolean {
    return this.waiting.length === 0 && this.outstanding.length === 0;
  }

  /** The batch that takes another record of that size. */
  openBatch(recordBytes: number, batchBytes: number): ProducerBatch | undefined {
    const last = this.waiting.at(-1);
    if (last === undefined || last.isClosed || last.attempts > 0) return undefined;
    if (last.sizeBytes + recordBytes <= batchBytes) return last;
    last.isClosed = true;
    return undefined;
  }

  push(batch: ProducerBatch): void {
    this.waiting.push(batch);
  }

  /** Whether the order of an idempotent producer lets the first waiting batch leave. */
  mayLeave(head: ProducerBatch): boolean {
    if (this.needsNewEpoch) return this.outstanding.length === 0;
    if (this.outstanding.length >= IDEMPOTENT_IN_FLIGHT_MAX) return false;
    return !head.hasSequence || !this.#isAnyOutstandingBefore(head);
  }

  /** Takes the first waiting batch for sending; `identity` numbers it. */
  take(identity: ProducerIdentity | undefined): ProducerBatch | undefined {
    const batch = this.waiting.shift();
    if (batch === undefined) return undefined;
    this.waitingBytes -= batch.sizeBytes;
    batch.isClosed = true;
    if (identity !== undefined && !batch.hasSequence) this.#number(batch, identity);
    batch.isOutstanding = true;
    this.outstanding.push(batch);
    return batch;
  }

  /** It was answered, or its connection is gone. */
  answered(batch: ProducerBatch): void {
    batch.isOutstanding = false;
    const at = this.outstanding.indexOf(batch);
    if (at >= 0) this.outstanding.splice(at, 1);
  }

  /** To be sent again. */
  putBack(batch: ProducerBatch): void {
    const order = this.#order.get(batch);
    let at = 0;
    if (order !== undefined)
      while (at < this.waiting.length && (this.#order.get(this.waiting[at]) ?? Infinity) < order) at++;
    this.waiting.splice(at, 0, batch);
    this.waitingBytes += batch.sizeBytes;
  }

  /** Replaces a batch that was too large by parts of it, which take over its numbers. */
  putBackSplit(batch: ProducerBatch, parts: readonly ProducerBatch[]): void {
    const order = this.#order.get(batch);
    this.#order.delete(batch);
    if (batch.hasSequence && order !== undefined) {
      let sequence = batch.baseSequence;
      parts.forEach((part, index) => {
        part.number(batch.producerId, batch.producerEpoch, sequence);
        this.#order.set(part, order + index / parts.length);
        sequence = incrementSequence(sequence, part.recordCount);
      });
    }
    for (const part of [...parts].reverse()) this.putBack(part);
  }

  /** It is over for a batch that may wait no longer. `isLost`: its number was used up for nothing, or nobody knows. */
  settled(batch: ProducerBatch, isLost: boolean): void {
    const at = this.waiting.indexOf(batch);
    if (at >= 0) {
      this.waiting.splice(at, 1);
      this.waitingBytes -= batch.sizeBytes;
    }
    if (!this.#order.delete(batch) || !isLost) return;
    this.needsNewEpoch = true;
  }

  /** Whether an unanswered or waiting batch has a lower number. */
  isFirst(batch: ProducerBatch): boolean {
    const order = this.#order.get(batch) ?? 0;
    for (const [other, otherOrder] of this.#order) if (other !== batch && otherOrder < order) return false;
    return true;
  }

  /** Under which its batches are numbered now. */
  get identity(): ProducerIdentity | undefined {
    return this.#identity;
  }

  /** Numbers what waits from 0. Only while nothing is outstanding. */
  renumber(identity: ProducerIdentity): void {
    this.needsNewEpoch = false;
    this.#identity = identity;
    this.#nextSequence = 0;
    for (const batch of this.waiting) if (batch.hasSequence) this.#assign(batch, identity);
  }

  /** Everything that is not settled. */
  unsettled(): ProducerBatch[] {
    return [...this.outstanding, ...this.waiting].filter((batch) => !batch.isDone);
  }

  #number(batch: ProducerBatch, identity: ProducerIdentity): void {
    const known = this.#identity;
    const isNew = known === undefined || known.producerId !== identity.producerId || known.epoch !== identity.epoch;
    // Another epoch of ours begins at 0, and only when nothing of the old one is under way.
    if (isNew && this.#order.size === 0) {
      this.#identity = identity;
      this.#nextSequence = 0;
    }
    this.#order.set(batch, this.#nextOrder++);
    this.#assign(batch, this.#identity ?? identity);
  }

  #assign(batch: ProducerBatch, identity: ProducerIdentity): void {
    batch.number(identity.producerId, identity.epoch, this.#nextSequence);
    this.#nextSequence = incrementSequence(this.#nextSequence, batch.recordCount);
  }

  #isAnyOutstandingBefore(head: ProducerBatch): boolean {
    const order = this.#order.get(head) ?? 0;
    return this.outstanding.some((batch) => (this.#order.get(batch) ?? Infinity) < order);
  }
}
