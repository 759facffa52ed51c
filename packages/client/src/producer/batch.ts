/** A batch on its way: open (records are added), closed, sent, and sent again with the same bytes until it is settled. */
import { type Deferred, deferred } from '@ottla/common';
import type { CompressionType } from '@ottla/protocol/compression';
import {
  BatchBuilder,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  type RecordHeaderInput,
  setBatchProducer,
} from '@ottla/protocol/records';
import type { KafkaError } from '../errors.ts';
import type { Delivery, Outcome, RecordErrors } from './delivery.ts';

export interface BatchSettings {
  readonly compression: CompressionType;
  readonly compressionLevel: number | undefined;
  readonly isTransactional: boolean;
}

/** What one record of magic 2 takes besides key, value and headers, at most. */
const RECORD_OVERHEAD_MAX = 21;
const BATCH_OVERHEAD = 61;

export class ProducerBatch {
  /** When its first record came, monotonic ms. */
  readonly createdMs: number;
  readonly deliveries: Delivery[] = [];
  attempts = 0;
  /** Not before this time, monotonic ms. */
  retryAtMs = 0;
  /** The request it is in has no answer yet. */
  isOutstanding = false;
  /** Settled; what a late answer says matters for its sequence only. */
  isDone = false;
  /** It has records that nobody waits for: if they fail, `flush` must tell. */
  isUnobserved = false;
  /** Takes no more records. */
  isClosed = false;
  producerId = NO_PRODUCER_ID;
  producerEpoch = -1;
  baseSequence = NO_SEQUENCE;
  lastError: KafkaError | undefined;
  readonly #builder: BatchBuilder;
  #bytes: Buffer | undefined;
  #done: Deferred<void> | undefined;

  constructor(settings: BatchSettings, nowMs: number, firstBytes: number) {
    this.createdMs = nowMs;
    this.#builder = new BatchBuilder({
      compression: settings.compression,
      isTransactional: settings.isTransactional,
      initialCapacityBytes: firstBytes,
      ...(settings.compressionLevel === undefined ? {} : { compressionLevel: settings.compressionLevel }),
    });
  }

  get recordCount(): number {
    return this.#builder.recordCount;
  }

  /** Before compression. */
  get sizeBytes(): number {
    return this.#builder.sizeInBytes;
  }

  get hasSequence(): boolean {
    return this.baseSequence !== NO_SEQUENCE;
  }

  add(
    timestamp: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: readonly RecordHeaderInput[],
  ): number {
    return this.#builder.append(timestamp, key, value, headers);
  }

  /** Gives it its place in the producer's sequence for the partition. */
  number(producerId: number, epoch: number, baseSequence: number): void {
    this.producerId = producerId;
    this.producerEpoch = epoch;
    this.baseSequence = baseSequence;
    if (this.#bytes === undefined) this.#builder.setProducer(producerId, epoch, baseSequence);
    else setBatchProducer(this.#bytes, 0, producerId, epoch, baseSequence);
  }

  /** What is sent. */
  bytes(): Buffer {
    this.isClosed = true;
    this.#bytes ??= this.#builder.build();
    return this.#bytes;
  }

  settle(outcome: Outcome, error: KafkaError | undefined, recordErrors: RecordErrors | undefined): void {
    if (this.isDone) return;
    this.isDone = true;
    for (let i = 0; i < this.deliveries.length; i++) this.deliveries[i].settle(outcome, error, recordErrors);
    this.#done?.resolve();
  }

  /** Resolves when it is settled, whatever came of it. */
  settled(): Promise<void> {
    if (this.isDone) return Promise.resolve();
    this.#done ??= deferred();
    return this.#done.promise;
  }

  /** Its records go on in others, which `settled` then stands for. */
  replacedBy(batches: readonly ProducerBatch[]): void {
    this.isDone = true;
    const done = this.#done;
    if (done !== undefined) void Promise.all(batches.map((batch) => batch.settled())).then(() => done.resolve());
  }
}

/** At most what a record adds to a batch. */
export function recordBytesMax(
  key: Uint8Array | null,
  value: Uint8Array | null,
  headers: readonly RecordHeaderInput[],
): number {
  let size = RECORD_OVERHEAD_MAX + (key === null ? 0 : key.length) + (value === null ? 0 : value.length);
  for (const header of headers) size += 10 + header.key.length * 3 + (header.value === null ? 0 : header.value.length);
  return size;
}

export function emptyBatchBytes(): number {
  return BATCH_OVERHEAD;
}
