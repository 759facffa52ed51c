/*
 * Time index (.timeindex), 12 bytes an entry, sorted by both:
 *   0  int64  largest timestamp seen in the segment so far
 *   8  int32  offset of its batch's last record, less the base offset of the segment
 * A record newer than an entry's timestamp lies behind the entry's offset. Empty for magic 0.
 */
import { type Int64, readInt64, writeInt64 } from '@ottla/common';
import type { PooledFile } from './file-pool.ts';
import { IndexFile } from './index-file.ts';

const ENTRY_BYTES = 12;

export interface TimeIndexEntry {
  readonly timestamp: Int64;
  readonly offset: number;
}

export class TimeIndex {
  readonly #baseOffset: number;
  readonly index: IndexFile;
  #last: TimeIndexEntry | undefined;
  #lastKnown: boolean;

  constructor(file: PooledFile, baseOffset: number, isNew: boolean) {
    this.#baseOffset = baseOffset;
    this.index = new IndexFile(file, ENTRY_BYTES, isNew ? 0 : -1);
    this.#lastKnown = isNew;
  }

  get entries(): number {
    return this.index.entries;
  }

  /** One place is kept for the entry that is added when the segment closes. */
  isFull(bytesMax: number): boolean {
    return this.index.entries >= Math.floor(bytesMax / ENTRY_BYTES) - 1;
  }

  /** Adds the entry when its timestamp is newer than the last one's; otherwise it would say nothing. */
  maybeAppend(timestamp: Int64, offset: number): void {
    const last = this.last();
    if (timestamp <= (last === undefined ? -1 : last.timestamp)) return;
    const { bytes, at } = this.index.push();
    writeInt64(bytes, timestamp, at);
    bytes.writeInt32BE(offset - this.#baseOffset, at + 8);
    this.#last = { timestamp, offset };
    this.#lastKnown = true;
  }

  last(): TimeIndexEntry | undefined {
    if (!this.#lastKnown) {
      const entries = this.index.entries;
      this.#last = entries === 0 ? undefined : this.entry(entries - 1);
      this.#lastKnown = true;
    }
    return this.#last;
  }

  entry(index: number): TimeIndexEntry {
    const { bytes, at } = this.index.entry(index);
    return { timestamp: readInt64(bytes, at), offset: this.#baseOffset + bytes.readInt32BE(at + 8) };
  }

  /** Offset from which a record with at least `timestamp` has to be looked for; the base offset when there is no entry so old. */
  lookup(timestamp: Int64): number {
    const count = this.index.countNotBeyond((bytes, at) => readInt64(bytes, at) > timestamp);
    return count === 0 ? this.#baseOffset : this.entry(count - 1).offset;
  }

  /** Keeps entries below `offset`. */
  truncateTo(offset: number): void {
    const relative = offset - this.#baseOffset;
    this.index.truncate(this.index.countNotBeyond((bytes, at) => bytes.readInt32BE(at + 8) >= relative));
    this.#lastKnown = false;
  }

  forget(): void {
    this.index.forget();
    this.#lastKnown = false;
  }
}
