/*
 * Transaction index (.txnindex), 34 bytes an entry, aborted transactions only, sorted by last offset:
 *   0  int16  version = 0          10  int64  first offset          26  int64  last stable offset after the marker
 *   2  int64  producer id          18  int64  last offset (of the marker)
 */
import { readInt64, toSafeNumber, writeInt64 } from '@ottla/common';
import type { PooledFile } from './file-pool.ts';
import { IndexFile } from './index-file.ts';

const ENTRY_BYTES = 34;

/** Java: AbortedTxn. */
export interface AbortedTxnEntry {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly lastStableOffset: number;
}

/** The file is made with its first entry: most segments have none. */
export class TransactionIndex {
  readonly index: IndexFile;

  constructor(file: PooledFile, isNew: boolean) {
    this.index = new IndexFile(file, ENTRY_BYTES, isNew ? 0 : -1);
  }

  get entries(): number {
    return this.index.entries;
  }

  append(entry: AbortedTxnEntry): void {
    const { bytes, at } = this.index.push();
    bytes.writeInt16BE(0, at);
    writeInt64(bytes, entry.producerId, at + 2);
    writeInt64(bytes, entry.firstOffset, at + 10);
    writeInt64(bytes, entry.lastOffset, at + 18);
    writeInt64(bytes, entry.lastStableOffset, at + 26);
  }

  entry(index: number): AbortedTxnEntry {
    const { bytes, at } = this.index.entry(index);
    return {
      producerId: toSafeNumber(readInt64(bytes, at + 2)),
      firstOffset: toSafeNumber(readInt64(bytes, at + 10)),
      lastOffset: toSafeNumber(readInt64(bytes, at + 18)),
      lastStableOffset: toSafeNumber(readInt64(bytes, at + 26)),
    };
  }

  /**
   * Adds to `found` the transactions that overlap [from, upTo). True when later segments can have none: the last stable
   * offset had passed `upTo` by then.
   */
  collect(from: number, upTo: number, found: AbortedTxnEntry[]): boolean {
    const entries = this.index.entries;
    if (entries === 0) return false;
    const first = this.index.countNotBeyond((bytes, at) => readInt64(bytes, at + 18) >= from);
    for (let index = first; index < entries; index++) {
      const entry = this.entry(index);
      if (entry.firstOffset < upTo) found.push(entry);
      if (entry.lastStableOffset >= upTo) return true;
    }
    return false;
  }

  /** Keeps transactions whose marker lies below `offset`. */
  truncateTo(offset: number): void {
    this.index.truncate(this.index.countNotBeyond((bytes, at) => readInt64(bytes, at + 18) >= offset));
  }
}
