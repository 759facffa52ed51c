import type { Clock } from '@ottla/platform';
import { ErrorCode } from '@ottla/protocol';
import { batchRecordCount, setBatchBaseOffset } from '@ottla/protocol/records';
import type { ReplicatedLog } from '../runtime/replicated-log.ts';

/**
 * A partition whose replication a test drives: batches are written at the end of the turn, the high watermark follows
 * unless it is held, and the next write can be made to fail.
 */
export class ScriptedLog implements ReplicatedLog {
  readonly leaderEpoch: number;
  readonly logStartOffset = 0;
  readonly batches: Buffer[];
  stagedEndOffset = 0;
  highWatermark = 0;
  holdHighWatermark = false;
  refuseAppends: ErrorCode = ErrorCode.NONE;
  failWrites: ErrorCode = ErrorCode.NONE;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #writtenEnd = 0;

  constructor(clock: Clock, leaderEpoch = 0, batches: readonly Buffer[] = []) {
    this.#clock = clock;
    this.leaderEpoch = leaderEpoch;
    this.batches = [...batches];
    for (const batch of batches) this.stagedEndOffset += batchRecordCount(batch, 0);
    this.#writtenEnd = this.stagedEndOffset;
    this.highWatermark = this.stagedEndOffset;
  }

  append(batch: Buffer, written: (error: ErrorCode) => void): ErrorCode {
    if (this.refuseAppends !== ErrorCode.NONE) return this.refuseAppends;
    const base = this.stagedEndOffset;
    setBatchBaseOffset(batch, 0, base);
    this.stagedEndOffset += batchRecordCount(batch, 0);
    this.#clock.endOfTurn(() => {
      if (this.failWrites !== ErrorCode.NONE) {
        this.stagedEndOffset = this.#writtenEnd;
        return written(this.failWrites);
      }
      this.batches.push(batch);
      this.#writtenEnd = base + batchRecordCount(batch, 0);
      written(ErrorCode.NONE);
      if (!this.holdHighWatermark) this.commit();
      return undefined;
    });
    return ErrorCode.NONE;
  }

  /** The high watermark passes everything written. */
  commit(): void {
    this.highWatermark = this.#writtenEnd;
    for (const listener of this.#listeners) listener();
  }

  onHighWatermark(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  read(offset: number): { readonly error: 0; readonly records: Buffer } {
    let base = 0;
    const records: Buffer[] = [];
    for (const batch of this.batches) {
      if (base >= offset) records.push(batch);
      base += batchRecordCount(batch, 0);
    }
    return { error: 0, records: Buffer.concat(records) };
  }
}
