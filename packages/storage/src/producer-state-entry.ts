import type { Int64 } from '@ottla/common';
import { producerBatchesKept } from './limits.ts';

/** A batch that a producer may retry (Java: BatchMetadata). */
export interface ProducerBatch {
  readonly lastSequence: number;
  readonly lastOffset: number;
  /** Last offset less first offset. */
  readonly offsetDelta: number;
  /** Largest timestamp of the batch. */
  readonly timestamp: Int64;
}

export const NO_PRODUCER_EPOCH = -1;
export const NO_SEQUENCE = -1;

/** Sequences count modulo 2^31. */
export function firstSequenceOf(batch: ProducerBatch): number {
  const first = batch.lastSequence - batch.offsetDelta;
  return first < 0 ? first + 0x80000000 : first;
}

/** What is known of one producer id (Java: ProducerStateEntry). */
export class ProducerStateEntry {
  readonly producerId: number;
  producerEpoch = NO_PRODUCER_EPOCH;
  coordinatorEpoch = -1;
  lastTimestamp: Int64 = -1;
  /** -1: no transaction is open. */
  transactionFirstOffset = -1;
  /** Of the newest marker that this process saw; -1: none. */
  lastMarkerOffset = -1;
  /** Oldest first, all of the current epoch. */
  batches: ProducerBatch[] = [];

  constructor(producerId: number) {
    this.producerId = producerId;
  }

  get lastSequence(): number {
    return this.batches[this.batches.length - 1]?.lastSequence ?? NO_SEQUENCE;
  }

  get lastOffset(): number {
    return this.batches[this.batches.length - 1]?.lastOffset ?? -1;
  }

  copy(): ProducerStateEntry {
    const copy = new ProducerStateEntry(this.producerId);
    copy.producerEpoch = this.producerEpoch;
    copy.coordinatorEpoch = this.coordinatorEpoch;
    copy.lastTimestamp = this.lastTimestamp;
    copy.transactionFirstOffset = this.transactionFirstOffset;
    copy.lastMarkerOffset = this.lastMarkerOffset;
    copy.batches = this.batches.slice();
    return copy;
  }

  /** A new epoch starts its sequences anew. */
  setEpoch(producerEpoch: number): void {
    if (this.producerEpoch === producerEpoch) return;
    this.producerEpoch = producerEpoch;
    this.batches.length = 0;
  }

  addBatch(producerEpoch: number, batch: ProducerBatch): void {
    this.setEpoch(producerEpoch);
    if (this.batches.length === producerBatchesKept) this.batches.shift();
    this.batches.push(batch);
    this.lastTimestamp = batch.timestamp;
  }

  findDuplicate(producerEpoch: number, firstSequence: number, lastSequence: number): ProducerBatch | undefined {
    if (producerEpoch !== this.producerEpoch) return undefined;
    return this.batches.find(
      (batch) => batch.lastSequence === lastSequence && firstSequenceOf(batch) === firstSequence,
    );
  }
}
