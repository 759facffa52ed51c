import type { Int64, Uuid } from '@ottla/common';
import { ErrorCode } from '@ottla/protocol';
import { RecordsError } from '@ottla/protocol/records';
import type { AppendOptions, AppendResult, AppendSink } from './append.ts';
import { appendAsFollower, stageAppend } from './log-append.ts';
import type { LogConfig } from './log-config.ts';
import { flushLog } from './log-flush.task.ts';
import { legacyOffsetsBefore, maxTimestampOffset, offsetForTimestamp } from './log-lookup.ts';
import { abortedTransactions, readLog } from './log-reader.ts';
import type { LogState } from './log-state.ts';
import { truncateFullyAndStartAt, truncateTo } from './log-truncate.ts';
import { LogWriter } from './log-writer.ts';
import type {
  AbortedTransaction,
  EpochEndOffset,
  ProducerStateSummary,
  ReadLimit,
  ReadOutcome,
  TimestampOffset,
} from './read.ts';
import { assignTopicId } from './topic-id.ts';
import { prepareTruncation } from './truncation.task.ts';

/**
 * One partition's records on this broker (Java: UnifiedLog). Every method is synchronous unless it returns a promise; none throws
 * for a failing disk: the log goes offline, answers KAFKA_STORAGE_ERROR, and the manager's listeners hear of it.
 */
export class Log {
  readonly #state: LogState;
  readonly #writer: LogWriter;

  /** For LogManager, which loads and makes logs. */
  constructor(state: LogState) {
    this.#state = state;
    this.#writer = new LogWriter(state);
  }

  get topic(): string {
    return this.#state.topic;
  }

  get partition(): number {
    return this.#state.partition;
  }

  /** `<log.dir>/<topic>-<partition>` */
  get directory(): string {
    return this.#state.directory;
  }

  /** The `log.dirs` entry it lies in. */
  get logDirectory(): string {
    return this.#state.logDirectory;
  }

  get topicId(): Uuid | undefined {
    return this.#state.topicId;
  }

  /** Once; throws InconsistentTopicIdError when the log has another id. Written to partition.metadata. */
  set topicId(topicId: Uuid) {
    assignTopicId(this.#state, topicId);
  }

  get config(): LogConfig {
    return this.#state.config;
  }

  get logStartOffset(): number {
    return this.#state.logStartOffset;
  }

  /** The offset after the last record that is written and complete. */
  get logEndOffset(): number {
    return this.#state.logEndOffset;
  }

  /** The offset that the next append gets. */
  get stagedEndOffset(): number {
    return this.#writer.stagedEndOffset;
  }

  get highWatermark(): number {
    return this.#state.highWatermark;
  }

  get lastStableOffset(): number {
    return this.#state.lastStableOffset;
  }

  /** Everything below is on the device. */
  get recoveryPoint(): number {
    return this.#state.recoveryPoint;
  }

  get sizeBytes(): number {
    return this.#state.segments.sizeBytes;
  }

  get segmentCount(): number {
    return this.#state.segments.count;
  }

  get latestEpoch(): number | undefined {
    return this.#state.epochs.latestEpoch;
  }

  /** The directory has failed, or the log was deleted or shut down. */
  get isOffline(): boolean {
    return this.#state.isOffline || this.#state.isClosed;
  }

  /**
   * A write runs in the background: until `settled`, `appendAsFollower` answers KAFKA_STORAGE_ERROR. Only a log that was a
   * leader's a moment ago can be in this state.
   */
  get isWriting(): boolean {
    return this.#writer.isWriting;
  }

  /** `flush.messages` is reached by replicated records: await `flush` before telling the leader how far this log is. */
  get flushIsDue(): boolean {
    return this.logEndOffset - this.recoveryPoint >= this.config.flushMessages;
  }

  appendAsLeader(
    records: Uint8Array,
    options: AppendOptions,
    sink: AppendSink,
    token: number,
  ): AppendResult | undefined {
    return stageAppend(this.#state, this.#writer, records, options, sink, token);
  }

  /**
   * Records as the leader has them: offsets and epochs are kept. On disk when the call returns. Refused:
   * OFFSET_OUT_OF_RANGE when they begin below the log end (the caller must truncate), CORRUPT_MESSAGE, INVALID_RECORD
   * (offsets out of order), KAFKA_STORAGE_ERROR. With `leaderEpoch`, batches of later epochs are left out (they are
   * of a leader that this replica does not follow yet).
   */
  appendAsFollower(records: Uint8Array, leaderEpoch?: number): AppendResult {
    return appendAsFollower(this.#state, this.#writer, records, leaderEpoch);
  }

  read(fetchOffset: number, maxBytes: number, upTo: ReadLimit, minOneBatch: boolean): ReadOutcome {
    return readLog(this.#state, fetchOffset, maxBytes, upTo, minOneBatch);
  }

  updateHighWatermark(offset: number): boolean {
    const log = this.#state;
    const clamped = Math.min(Math.max(offset, log.logStartOffset), log.logEndOffset);
    if (clamped === log.highWatermark) return false;
    log.highWatermark = clamped;
    log.producers.highWatermarkMoved(clamped);
    return true;
  }

  /** On becoming leader: records of `epoch` begin at the log end. On file before it returns; where nobody else has the log, with the next flush. */
  assignEpoch(epoch: number, isShared = true): void {
    if (this.isOffline) return;
    const state = this.#state;
    // Of a log with records the first time a file is made. Replacing one makes the file system write out the new one at once, which takes ms.
    state.epochsMayWait = !isShared && (state.hasEpochFile || state.lacksFiles);
    state.epochs.assign(epoch, this.stagedEndOffset);
    state.epochsMayWait = false;
  }

  endOffsetForEpoch(epoch: number): EpochEndOffset {
    return this.#state.epochs.endOffsetFor(epoch, this.logEndOffset);
  }

  /** The leader epoch of the record at `offset`; undefined when unknown. */
  epochForOffset(offset: number): number | undefined {
    return this.#state.epochs.epochOf(offset);
  }

  offsetForTimestamp(timestamp: Int64): TimestampOffset | undefined {
    return this.#reading(() => offsetForTimestamp(this.#state, timestamp));
  }

  maxTimestampOffset(): TimestampOffset | undefined {
    return this.#reading(() => maxTimestampOffset(this.#state));
  }

  legacyOffsetsBefore(timestamp: Int64, maxOffsets: number): number[] {
    return legacyOffsetsBefore(this.#state, timestamp, maxOffsets);
  }

  /** Records below `offset`, at most the high watermark, are no longer visible; their segments go with the next retention run. */
  incrementLogStartOffset(offset: number): void {
    const log = this.#state;
    const start = Math.min(offset, log.highWatermark);
    if (start <= log.logStartOffset || this.isOffline) return;
    log.logStartOffset = start;
    log.epochs.truncateFromStart(start);
    log.producers.logStartMoved(start);
  }

  /**
   * To be awaited before `truncateTo` or `truncateFullyAndStartAt`, by whoever cares for power losses: without it, one in the
   * next moments may undo a part of the cut. At once where nothing below the recovery point is cut. Never rejects.
   */
  prepareTruncation(offset: number): Promise<void> {
    return prepareTruncation(this.#state, offset);
  }

  truncateTo(offset: number): void {
    this.#changing(() => truncateTo(this.#state, this.#writer, offset));
  }

  truncateFullyAndStartAt(offset: number): void {
    this.#changing(() => truncateFullyAndStartAt(this.#state, this.#writer, offset));
  }

  producers(): ProducerStateSummary[] {
    return this.#state.producers.summaries();
  }

  /** Has this producer, in this epoch, a transaction open here (KIP-890)? */
  hasOngoingTransaction(producerId: number, producerEpoch: number): boolean {
    return this.#state.producers.hasOngoingTransaction(producerId, producerEpoch);
  }

  abortedTransactions(from: number, upTo: number): AbortedTransaction[] {
    return this.#reading(() => abortedTransactions(this.#state, from, upTo)) ?? [];
  }

  /** Resolves when no write runs in the background. */
  settled(): Promise<void> {
    return this.#writer.settled();
  }

  /** fsync up to the log end. Never rejects; false when the directory failed, or the log was cut meanwhile. */
  flush(): Promise<boolean> {
    return flushLog(this.#state);
  }

  #reading<Result>(read: () => Result): Result | undefined {
    if (this.isOffline) return undefined;
    try {
      return read();
    } catch (error) {
      if (error instanceof RecordsError) {
        this.#state.logger.error(`Records of ${this.#state.where} cannot be read`, error);
      } else {
        this.#state.fail(`Error while reading from ${this.#state.where}`, error);
      }
      return undefined;
    }
  }

  #changing(change: () => void): void {
    if (this.isOffline) return;
    try {
      change();
    } catch (error) {
      this.#state.fail(`Error while truncating ${this.#state.where} in dir ${this.#state.logDirectory}`, error);
    }
  }

  /** The directory failed, or the log goes: nothing is written any more, everything staged is refused. For LogManager. */
  stop(): void {
    this.#writer.drop(ErrorCode.KAFKA_STORAGE_ERROR);
  }

  /** For LogManager and its tasks. */
  get state(): LogState {
    return this.#state;
  }

  /** For LogManager and its tasks. */
  get writer(): LogWriter {
    return this.#writer;
  }
}
