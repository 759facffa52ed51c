import { subtractInt64 } from '@ottla/common';
import type { AppendOrigin } from './append.ts';
import { refusedProducersMax } from './limits.ts';
import type { ProducerAppend } from './producer-batch.ts';
import { applyAppend, beginningRefusal, type CompletedTxn, type ProducerRefusal, refusalOf } from './producer-check.ts';
import { encodeProducerSnapshot } from './producer-snapshot.ts';
import { type ProducerBatch, ProducerStateEntry } from './producer-state-entry.ts';
import type { ProducerStateSummary } from './read.ts';

export type StageOutcome =
  | { readonly kind: 'staged' }
  | { readonly kind: 'duplicate'; readonly batch: ProducerBatch }
  | { readonly kind: 'refused'; readonly refusal: ProducerRefusal };

const STAGED: StageOutcome = { kind: 'staged' };

/**
 * What a partition knows of its idempotent and transactional producers (Java: ProducerStateManager). It has two layers:
 * what was appended, and over it what is staged, so that the next batch of a pipelining producer is checked against the one
 * that is not on disk yet.
 */
export class ProducerStateManager {
  readonly #where: string;
  readonly #entries = new Map<number, ProducerStateEntry>();
  readonly #staged = new Map<number, ProducerStateEntry>();
  /**
   * Producers of which nothing is in the log, because the write of their first batches failed: the first of these by
   * producer id, oldest first. One that pipelines may not begin with a later batch.
   */
  readonly #refused = new Map<number, ProducerAppend>();
  /** Open transactions: producer id by first offset, in offset order. */
  readonly #ongoing = new Map<number, number>();
  /** Ended ones whose marker is at or above the high watermark: last offset by first offset. */
  readonly #unreplicated = new Map<number, number>();
  /** The state covers the log up to here. */
  mapEndOffset: number;
  /** Where the snapshot was taken that the state began with. */
  #loadedAt: number;

  constructor(where: string, startOffset: number) {
    this.#where = where;
    this.mapEndOffset = startOffset;
    this.#loadedAt = startOffset;
  }

  get count(): number {
    return this.#entries.size;
  }

  /** Where the first transaction that is not decided, or not known to be replicated, begins. */
  get firstUnstableOffset(): number | undefined {
    let first = this.#firstUndecidedOffset();
    for (const offset of this.#unreplicated.keys()) if (first === undefined || offset < first) first = offset;
    return first;
  }

  /** Checks the batches of one append on top of everything staged, and stages them: all or none. */
  stage(appends: readonly ProducerAppend[], origin: AppendOrigin): StageOutcome {
    const changed = new Map<number, ProducerStateEntry>();
    for (const append of appends) {
      const id = append.producerId;
      const known = changed.get(id) ?? this.#staged.get(id) ?? this.#entries.get(id);
      if (origin === 'client' && known !== undefined) {
        const batch = known.findDuplicate(append.producerEpoch, append.firstSequence, append.lastSequence);
        if (batch !== undefined) return { kind: 'duplicate', batch };
      }
      const refusal =
        known === undefined && origin === 'client'
          ? beginningRefusal(this.#refused.get(id), append, this.#where)
          : refusalOf(known, append, origin, this.#where);
      if (refusal !== undefined) return { kind: 'refused', refusal };
      const entry = changed.get(id) ?? known?.copy() ?? new ProducerStateEntry(id);
      applyAppend(entry, append);
      changed.set(id, entry);
    }
    for (const [id, entry] of changed) this.#staged.set(id, entry);
    return STAGED;
  }

  /** Nothing is staged any more: all of it was appended, or dropped. */
  unstageAll(): void {
    if (this.#staged.size > 0) this.#staged.clear();
  }

  /** The write of what was staged failed: nothing of it is in the log. */
  dropped(appends: Iterable<ProducerAppend>): void {
    this.unstageAll();
    for (const append of appends) {
      const id = append.producerId;
      if (append.isControl || this.#entries.has(id)) continue;
      const first = this.#refused.get(id);
      if (first !== undefined && first.producerEpoch >= append.producerEpoch) continue;
      this.#refused.set(id, append);
      const [oldest] = this.#refused.keys();
      if (this.#refused.size > refusedProducersMax && oldest !== undefined) this.#refused.delete(oldest);
    }
  }

  /** Notes a batch of the log. Returns the transaction that it ended; `complete` must follow. */
  apply(append: ProducerAppend): CompletedTxn | undefined {
    let entry = this.#entries.get(append.producerId);
    if (entry === undefined) {
      if (append.isControl && append.marker === undefined) return undefined;
      entry = new ProducerStateEntry(append.producerId);
      this.#entries.set(append.producerId, entry);
      this.#refused.delete(append.producerId);
    }
    const openBefore = entry.transactionFirstOffset;
    const completed = applyAppend(entry, append);
    if (openBefore < 0 && entry.transactionFirstOffset >= 0) {
      this.#ongoing.set(entry.transactionFirstOffset, append.producerId);
    }
    return completed;
  }

  /** The last stable offset after `completed`, as the transaction index records it: others may still be open. */
  lastStableOffsetAfter(completed: CompletedTxn): number {
    for (const [firstOffset, producerId] of this.#ongoing) {
      if (producerId !== completed.producerId) return firstOffset;
    }
    return completed.lastOffset + 1;
  }

  complete(completed: CompletedTxn): void {
    this.#ongoing.delete(completed.firstOffset);
    this.#unreplicated.set(completed.firstOffset, completed.lastOffset);
  }

  /** Transactions whose marker lies below `offset` are stable. True when there was one. */
  highWatermarkMoved(offset: number): boolean {
    let removed = false;
    for (const [firstOffset, lastOffset] of this.#unreplicated) {
      if (lastOffset >= offset) continue;
      this.#unreplicated.delete(firstOffset);
      removed = true;
    }
    return removed;
  }

  /** Forgets producers that have been silent for `expirationMs` and have no open transaction. */
  removeExpired(wallMs: number, expirationMs: number): void {
    for (const entry of this.#entries.values()) {
      if (entry.transactionFirstOffset >= 0) continue;
      if (subtractInt64(wallMs, entry.lastTimestamp) >= expirationMs) this.#entries.delete(entry.producerId);
    }
  }

  /** The log now starts at `offset`. */
  logStartMoved(offset: number): void {
    this.highWatermarkMoved(offset);
    this.mapEndOffset = Math.max(this.mapEndOffset, offset);
  }

  clear(mapEndOffset: number): void {
    this.#entries.clear();
    this.#staged.clear();
    this.#refused.clear();
    this.#ongoing.clear();
    this.#unreplicated.clear();
    this.mapEndOffset = mapEndOffset;
    this.#loadedAt = mapEndOffset;
  }

  /** Replaces everything by a snapshot taken at `offset`, without what has expired since. */
  load(entries: readonly ProducerStateEntry[], offset: number, wallMs: number, expirationMs: number): void {
    this.clear(offset);
    const open: ProducerStateEntry[] = [];
    for (const entry of entries) {
      if (entry.transactionFirstOffset >= 0) open.push(entry);
      else if (subtractInt64(wallMs, entry.lastTimestamp) >= expirationMs) continue;
      this.#entries.set(entry.producerId, entry);
    }
    open.sort((left, right) => left.transactionFirstOffset - right.transactionFirstOffset);
    for (const entry of open) this.#ongoing.set(entry.transactionFirstOffset, entry.producerId);
  }

  snapshot(): Buffer {
    return encodeProducerSnapshot(this.#entries.values(), this.#entries.size);
  }

  /** Does the state know of anything at or beyond `offset`? If not, cutting the log there leaves it as it is. */
  reaches(offset: number): boolean {
    if (offset < this.#loadedAt) return true;
    for (const entry of this.#entries.values()) {
      if (entry.lastOffset >= offset || entry.lastMarkerOffset >= offset) return true;
    }
    return false;
  }

  hasOngoingTransaction(producerId: number, producerEpoch: number): boolean {
    const entry = this.#staged.get(producerId) ?? this.#entries.get(producerId);
    return entry !== undefined && entry.transactionFirstOffset >= 0 && entry.producerEpoch === producerEpoch;
  }

  summaries(): ProducerStateSummary[] {
    return [...this.#entries.values()].map((entry) => ({
      producerId: entry.producerId,
      producerEpoch: entry.producerEpoch,
      lastSequence: entry.lastSequence,
      lastTimestamp: entry.lastTimestamp,
      coordinatorEpoch: entry.coordinatorEpoch,
      currentTransactionStartOffset: entry.transactionFirstOffset,
    }));
  }

  #firstUndecidedOffset(): number | undefined {
    for (const firstOffset of this.#ongoing.keys()) return firstOffset;
    return undefined;
  }
}
