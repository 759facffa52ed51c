import { ErrorCode } from '@ottla/protocol';
import type { AppendResult, AppendSink } from '@ottla/storage';
import type { Partition } from '../../replication/partition.ts';
import type { ReplicatedLog } from './replicated-log.ts';

const ALL = -1;
/** No client's Produce request brought the batch. */
const NO_VERSION = -1;

/** A partition of an internal topic, for as long as this broker leads it in one epoch. */
export class PartitionLog implements ReplicatedLog, AppendSink {
  readonly leaderEpoch: number;
  readonly #partition: Partition;
  /** Answers of staged appends by token; the log answers in staging order. */
  readonly #waiting = new Map<number, (error: ErrorCode) => void>();
  #nextToken = 0;

  constructor(partition: Partition) {
    this.#partition = partition;
    this.leaderEpoch = partition.leaderEpoch;
  }

  get logStartOffset(): number {
    return this.#partition.log.logStartOffset;
  }

  get stagedEndOffset(): number {
    return this.#partition.log.stagedEndOffset;
  }

  /** Of this epoch only: what another leader's watermark passed says nothing about our records (KAFKA-20634). */
  get highWatermark(): number {
    return this.#leads ? this.#partition.highWatermark : -1;
  }

  get #leads(): boolean {
    return this.#partition.isLeader && this.#partition.leaderEpoch === this.leaderEpoch;
  }

  append(batch: Buffer, written: (error: ErrorCode) => void): ErrorCode {
    if (!this.#leads) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    const token = this.#nextToken++;
    const refusal = this.#partition.appendRecords(
      batch,
      { acks: ALL, origin: 'coordinator', produceVersion: NO_VERSION },
      this,
      token,
    );
    if (refusal !== undefined) return refusal.error;
    this.#waiting.set(token, written);
    return ErrorCode.NONE;
  }

  appended(token: number, result: AppendResult): void {
    const written = this.#waiting.get(token);
    this.#waiting.delete(token);
    written?.(result.error);
  }

  onHighWatermark(listener: () => void): () => void {
    return this.#partition.onHighWatermark(listener);
  }

  read(
    offset: number,
    maxBytes: number,
  ): { readonly error: ErrorCode } | { readonly error: 0; readonly records: Buffer } {
    const outcome = this.#partition.log.read(offset, maxBytes, 'log-end', true);
    if (outcome.error !== ErrorCode.NONE) return { error: outcome.error };
    try {
      return { error: ErrorCode.NONE, records: outcome.records.toBuffer() };
    } finally {
      outcome.records.release();
    }
  }
}
