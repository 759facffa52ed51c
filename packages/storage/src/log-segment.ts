import { type Int64, subtractInt64 } from '@ottla/common';
import type { Clock } from '@ottla/platform';
import { batchLastOffset, batchMaxTimestamp } from '@ottla/protocol/records';
import type { FilePool, PooledFile } from './file-pool.ts';
import { walkHeaders } from './header-walk.ts';
import {
  DELETED_SUFFIX,
  LOG_SUFFIX,
  OFFSET_INDEX_SUFFIX,
  segmentFileName,
  TIME_INDEX_SUFFIX,
  TXN_INDEX_SUFFIX,
} from './log-files.ts';
import { OffsetIndex } from './offset-index.ts';
import { RecentBatches } from './recent-batches.ts';
import { TimeIndex, type TimeIndexEntry } from './time-index.ts';
import { TransactionIndex } from './transaction-index.ts';

export interface SegmentOptions {
  readonly directory: string;
  readonly baseOffset: number;
  /** Size of the .log file; 0 for a new segment, whose files are made by `createFiles`. */
  readonly sizeBytes: number;
  readonly isNew: boolean;
  /** Monotonic clock at creation or load: the age of a segment without timestamps. */
  readonly createdMs: number;
  /** Wall clock of the last write: the age, for retention, of a segment without timestamps. */
  readonly modifiedMs: number;
  /** How much earlier than `segment.ms` this segment rolls. */
  readonly jitterMs: number;
}

const RELATIVE_OFFSET_MAX = 2 ** 31 - 1;

/** A file of batches with its three indexes (Java: LogSegment). It is told what was written; it does not write batches itself. */
export class LogSegment {
  readonly baseOffset: number;
  readonly log: PooledFile;
  readonly offsetIndex: OffsetIndex;
  readonly timeIndex: TimeIndex;
  readonly txnIndex: TransactionIndex;
  readonly createdMs: number;
  readonly jitterMs: number;
  modifiedMs: number;
  sizeBytes: number;
  /** Everything of it, the indexes too, is on the device. */
  isDurable: boolean;
  /** Grows with every cut; a reader of an earlier state notices. */
  truncations = 0;
  #directory: string;
  #suffix = '';
  #bytesSinceIndexEntry = 0;
  #recent: RecentBatches | undefined;
  /** Largest timestamp of the first append; undefined until known, -1 when it has none. */
  #firstTimestamp: Int64 | undefined;
  #max: TimeIndexEntry | undefined;

  constructor(pool: FilePool, options: SegmentOptions) {
    this.baseOffset = options.baseOffset;
    this.sizeBytes = options.sizeBytes;
    this.createdMs = options.createdMs;
    this.modifiedMs = options.modifiedMs;
    this.jitterMs = options.jitterMs;
    this.isDurable = !options.isNew;
    this.#directory = options.directory;
    const file = (suffix: string): PooledFile => pool.file(this.#path(suffix));
    this.log = pool.file(this.#path(LOG_SUFFIX), options.isNew);
    this.offsetIndex = new OffsetIndex(file(OFFSET_INDEX_SUFFIX), options.baseOffset, options.isNew);
    this.timeIndex = new TimeIndex(file(TIME_INDEX_SUFFIX), options.baseOffset, options.isNew);
    this.txnIndex = new TransactionIndex(file(TXN_INDEX_SUFFIX), options.isNew);
  }

  /** Makes the files of a new segment, empty. Throws DiskError. */
  createFiles(): void {
    for (const file of [this.log, this.offsetIndex.index.file, this.timeIndex.index.file]) {
      const handle = file.open(true);
      // Only where a failed roll left something: ext4 writes a file out when it is closed after it was cut to nothing.
      if (handle.sizeSync() > 0) handle.truncateSync(0);
    }
    // They are needed again only after some KB of records.
    this.offsetIndex.index.file.discard();
    this.timeIndex.index.file.discard();
  }

  /** Largest timestamp and the last offset of the batch that has it; timestamp -1 when there is none. */
  get maxTimestamp(): TimeIndexEntry {
    if (this.#max === undefined) this.#max = this.timeIndex.last() ?? { timestamp: -1, offset: this.baseOffset };
    return this.#max;
  }

  /** What retention by time goes by: the largest timestamp, or the last write where records have none. */
  get largestTimestampMs(): Int64 {
    const { timestamp } = this.maxTimestamp;
    return timestamp >= 0 ? timestamp : this.modifiedMs;
  }

  /** Can `offset` be written as an index entry? */
  holdsOffset(offset: number): boolean {
    return offset - this.baseOffset <= RELATIVE_OFFSET_MAX;
  }

  /** How long `segment.ms` has been running: in the time of the records, or of the clock where they have none. */
  ageMs(recordTimestamp: Int64, clock: Clock): Int64 {
    const first = this.#firstBatchTimestamp();
    if (first < 0) return clock.monotonicMs() - this.createdMs;
    return subtractInt64(recordTimestamp, first);
  }

  /** A batch that was written at `sizeBytes` is now part of the segment; `offsetOfMaxTimestamp` is a batch's last offset. */
  appended(
    bytes: number,
    lastOffset: number,
    maxTimestamp: Int64,
    offsetOfMaxTimestamp: number,
    indexIntervalBytes: number,
    wallMs: number,
  ): void {
    const position = this.sizeBytes;
    this.isDurable = false;
    if (position === 0) this.#firstTimestamp = maxTimestamp;
    if (maxTimestamp > this.maxTimestamp.timestamp) {
      this.#max = { timestamp: maxTimestamp, offset: offsetOfMaxTimestamp };
    }
    this.indexBatch(lastOffset, position, bytes, indexIntervalBytes);
    this.#recent ??= new RecentBatches();
    this.#recent.add(lastOffset, position, bytes);
    this.sizeBytes += bytes;
    this.modifiedMs = wallMs;
  }

  /** Adds the index entries that are due before a batch at `position`. */
  indexBatch(lastOffset: number, position: number, bytes: number, indexIntervalBytes: number): void {
    if (this.#bytesSinceIndexEntry > indexIntervalBytes) {
      this.offsetIndex.append(lastOffset, position);
      this.#addTimeEntry();
      this.offsetIndex.index.flushWhenMany();
      this.timeIndex.index.flushWhenMany();
      this.#bytesSinceIndexEntry = 0;
    }
    this.#bytesSinceIndexEntry += bytes;
  }

  /** The segment gets no more records for now: the time index ends with its largest timestamp and the indexes are in their files. */
  seal(): void {
    this.#recent = undefined;
    this.#addTimeEntry();
    this.offsetIndex.index.settle();
    this.timeIndex.index.settle();
    this.txnIndex.index.settle();
  }

  /** Position and size of the first batch at or after `start` whose last offset is at least `offset`. */
  locate(offset: number, end: number = this.sizeBytes): { position: number; sizeBytes: number } | undefined {
    const recent = this.#recent?.find(offset);
    if (recent !== undefined) return recent.position + recent.sizeBytes <= end ? recent : undefined;
    const start = this.offsetIndex.lookup(offset);
    return walkHeaders(this.log.open(), start, end, (bytes, at, position, sizeBytes) =>
      batchLastOffset(bytes, at) >= offset ? { position, sizeBytes } : undefined,
    );
  }

  /** Cuts what begins at `position`, the place of the batch that would hold `offset`. Throws DiskError. */
  truncateTo(offset: number, position: number): void {
    this.offsetIndex.truncateTo(offset);
    this.timeIndex.truncateTo(offset);
    this.txnIndex.truncateTo(offset);
    this.truncations++;
    this.isDurable = false;
    this.sizeBytes = position;
    this.log.open().truncateSync(position);
    this.#recent?.clear();
    this.#bytesSinceIndexEntry = 0;
    if (position === 0) this.#firstTimestamp = undefined;
    this.#max = undefined;
  }

  /** Empties the indexes for a rebuild. */
  resetIndexes(): void {
    this.isDurable = false;
    this.offsetIndex.index.file.open(true);
    this.timeIndex.index.file.open(true);
    this.offsetIndex.index.truncate(0);
    this.timeIndex.truncateTo(this.baseOffset);
    this.txnIndex.index.truncate(0);
    this.#bytesSinceIndexEntry = 0;
    this.#max = { timestamp: -1, offset: this.baseOffset };
  }

  /** Takes the largest timestamp found by a scan. */
  sawTimestamp(timestamp: Int64, offset: number): void {
    if (timestamp > this.maxTimestamp.timestamp) this.#max = { timestamp, offset };
  }

  /** Files that exist, or may: the transaction index comes with its first entry. */
  get files(): readonly PooledFile[] {
    const files = [this.log, this.offsetIndex.index.file, this.timeIndex.index.file];
    return this.txnIndex.entries > 0 ? [...files, this.txnIndex.index.file] : files;
  }

  /** Paths with the `.deleted` suffix, after `markDeleted`. */
  get paths(): readonly string[] {
    return [LOG_SUFFIX, OFFSET_INDEX_SUFFIX, TIME_INDEX_SUFFIX, TXN_INDEX_SUFFIX].map((suffix) => this.#path(suffix));
  }

  /** Renames the files to `.deleted`: a restart removes what is left of them. Throws DiskError. */
  markDeleted(rename: (from: string, to: string) => void): void {
    const files = this.files;
    this.#suffix = DELETED_SUFFIX;
    for (const file of files) {
      const to = file.path + DELETED_SUFFIX;
      rename(file.path, to);
      file.moved(to);
    }
  }

  /** The directory was renamed; open files go on serving. */
  moved(directory: string): void {
    this.#directory = directory;
    this.log.moved(this.#path(LOG_SUFFIX));
    this.offsetIndex.index.file.moved(this.#path(OFFSET_INDEX_SUFFIX));
    this.timeIndex.index.file.moved(this.#path(TIME_INDEX_SUFFIX));
    this.txnIndex.index.file.moved(this.#path(TXN_INDEX_SUFFIX));
  }

  /** Gives back the file handles, those of readers when they are done. */
  closeFiles(): void {
    this.log.retire();
    this.offsetIndex.index.file.retire();
    this.timeIndex.index.file.retire();
    this.txnIndex.index.file.retire();
  }

  #addTimeEntry(): void {
    const { timestamp, offset } = this.maxTimestamp;
    this.timeIndex.maybeAppend(timestamp, offset);
  }

  #firstBatchTimestamp(): Int64 {
    if (this.#firstTimestamp !== undefined) return this.#firstTimestamp;
    const first = walkHeaders(this.log.open(), 0, this.sizeBytes, (bytes, at) => batchMaxTimestamp(bytes, at)) ?? -1;
    if (this.sizeBytes > 0) this.#firstTimestamp = first;
    return first;
  }

  #path(suffix: string): string {
    return `${this.#directory}/${segmentFileName(this.baseOffset, suffix)}${this.#suffix}`;
  }
}
