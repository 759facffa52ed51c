/*
 * Two-phase append. `stage` queues validated records; at the end of the turn `writeStaged` writes them, as many in one
 * call as fit into 1 MiB and the segment, and completes them: log end offset, producer state, epochs, indexes, sinks.
 *
 * A write fails whole: the file is cut back to the last completed append, everything staged is dropped with
 * KAFKA_STORAGE_ERROR, later appends try again. After anything but a lack of space the directory goes offline.
 *
 * A write goes to the pool when the policy says so, and completes after an fsync when `flush.messages` is reached. There is one of
 * these at a time; what arrives meanwhile is staged behind it. A log that is cut during one answers its appends with an
 * error at once, is cut again when the write is done, and takes no replicated records until then.
 */
import { type Deferred, deferred } from '@ottla/common';
import { ErrorCode } from '@ottla/protocol';
import { refused } from './append.ts';
import type { DirtyLog } from './append-queue.ts';
import { isPassing } from './disk-errors.ts';
import type { PooledFile } from './file-pool.ts';
import { makeFirstFiles } from './first-files.ts';
import { appendFailureLogMs, writeBytesMax } from './limits.ts';
import { roll, shouldRoll } from './log-roll.ts';
import type { LogState } from './log-state.ts';
import { writeInBackground } from './log-write.task.ts';
import type { StagedAppend } from './staged-append.ts';
import { writeAppends } from './write-appends.ts';

/** Appends that are being written by a task. */
export interface BackgroundWrite {
  readonly file: PooledFile;
  /** Undefined when they are in the file already and only the fsync is due. */
  readonly bytes: Buffer | undefined;
  readonly position: number;
  /** fsync before completion. */
  readonly mustSync: boolean;
  readonly appends: readonly StagedAppend[];
  isAbandoned: boolean;
}

export class LogWriter implements DirtyLog {
  readonly #log: LogState;
  #failureLoggedMs = Number.NEGATIVE_INFINITY;
  #failuresUnlogged = 0;
  #staged: StagedAppend[] = [];
  #background: BackgroundWrite | undefined;
  #isQueued = false;
  #lastWriteMs = 0;
  #stagedEndOffset = -1;
  #whenSettled: Deferred<void> | undefined;
  /** The last source of input that brought something; undefined before the first. */
  #source: number | undefined;

  constructor(log: LogState) {
    this.#log = log;
  }

  /** The offset that the next staged record gets. */
  get stagedEndOffset(): number {
    return this.#stagedEndOffset < 0 ? this.#log.logEndOffset : this.#stagedEndOffset;
  }

  /** A write that a task makes: the log cannot be written or cut otherwise without care. */
  get isWriting(): boolean {
    return this.#background !== undefined;
  }

  get hasStaged(): boolean {
    return this.#staged.length > 0 || (this.#background !== undefined && !this.#background.isAbandoned);
  }

  stage(append: StagedAppend): void {
    this.#staged.push(append);
    this.#stagedEndOffset = Math.max(this.stagedEndOffset, append.lastOffset + 1);
    this.#enqueue();
  }

  /** The staged append that will hold `offset`. */
  findStaged(offset: number): StagedAppend | undefined {
    const holds = (append: StagedAppend): boolean => append.firstOffset <= offset && offset <= append.lastOffset;
    const background = this.#background;
    const written = background?.isAbandoned === false ? background.appends.find(holds) : undefined;
    return written ?? this.#staged.find(holds);
  }

  isFedOnlyBy(source: number): boolean {
    const isOnly = this.#source === undefined || this.#source === source;
    this.#source = source;
    return isOnly;
  }

  /** Writes and completes all that is staged; called at the end of the turn, or of the input. */
  writeStaged(): void {
    this.#isQueued = false;
    if (this.#background !== undefined || this.#staged.length === 0) return;
    const appends = this.#staged;
    this.#staged = [];
    let next = 0;
    /** Completed: those before it. */
    let done = 0;
    try {
      while (next < appends.length && this.#background === undefined) {
        const end = this.#groupEnd(appends, next);
        const isWritten = this.#writeGroup(sliceOf(appends, next, end));
        next = end;
        if (isWritten) done = end;
      }
    } catch (error) {
      this.#tell(appends, done);
      this.#failed(appends.slice(done), error);
      return;
    }
    if (next < appends.length) this.#staged = [...appends.slice(next), ...this.#staged];
    this.#nothingStaged();
    this.#tell(appends, done);
  }

  /** Replicated records: written and completed before the call returns. Throws DiskError after cleaning up. */
  writeNow(appends: readonly StagedAppend[]): void {
    let next = 0;
    try {
      while (next < appends.length) {
        const end = this.#groupEnd(appends, next);
        const group = sliceOf(appends, next, end);
        this.#writeSync(group);
        this.#complete(group);
        next = end;
      }
    } catch (error) {
      this.#cutBack(error);
      throw error;
    }
  }

  /** Answers everything that is not completed with `error`. For a cut, a deletion, a directory gone offline. */
  drop(error: ErrorCode): void {
    const dropped = this.#staged;
    const background = this.#background;
    this.#staged = [];
    this.#stagedEndOffset = -1;
    this.#log.producers.unstageAll();
    let late: readonly StagedAppend[] = [];
    if (background !== undefined && !background.isAbandoned) {
      background.isAbandoned = true;
      late = background.appends;
    }
    this.#refuse([...late, ...dropped], error);
  }

  /** Resolves when no task writes. */
  settled(): Promise<void> {
    if (this.#background === undefined) return Promise.resolve();
    this.#whenSettled ??= deferred();
    return this.#whenSettled.promise;
  }

  /** The task is done. `error` undefined: everything is written, and synced where that was asked for. */
  backgroundDone(write: BackgroundWrite, error: unknown): void {
    this.#background = undefined;
    this.#log.isWriting = false;
    this.#lastWriteMs = 0;
    if (write.isAbandoned) {
      this.#cutAgain(write, error);
    } else if (error !== undefined) {
      if (write.mustSync) this.#log.fail(`Error while flushing log for ${this.#log.where}`, error);
      this.#failed(write.appends, error);
    } else {
      const end = write.appends[write.appends.length - 1];
      if (write.mustSync && end !== undefined) {
        this.#log.recoveryPoint = Math.max(this.#log.recoveryPoint, end.lastOffset + 1);
      }
      this.#completeWritten(write.appends);
    }
    if (this.#staged.length > 0) this.#enqueue();
    this.#whenSettled?.resolve();
    this.#whenSettled = undefined;
  }

  #completeWritten(appends: readonly StagedAppend[]): void {
    try {
      this.#complete(appends);
    } catch (error) {
      this.#failed(appends, error);
      return;
    }
    this.#nothingStaged();
    this.#tell(appends, appends.length);
  }

  #enqueue(): void {
    if (this.#isQueued || this.#background !== undefined) return;
    this.#isQueued = true;
    this.#log.owner.queue.add(this);
  }

  /** Index after the appends from `start` on that can be written in one call. Rolls when the first needs a new segment. */
  #groupEnd(appends: readonly StagedAppend[], start: number): number {
    const log = this.#log;
    let bytes = 0;
    let end = start;
    for (; end < appends.length; end++) {
      const append = appends[end];
      if (append === undefined) break;
      const size = append.bytes.length;
      if (size === 0) continue;
      if (bytes > 0 && bytes + size > writeBytesMax) break;
      if (bytes > 0 && log.active.sizeBytes + bytes + size > log.config.segmentBytes) break;
      if (shouldRoll(log, bytes + size, append.lastOffset, append.maxTimestamp)) {
        if (bytes > 0) break;
        roll(log, Math.max(append.firstOffset, log.logEndOffset));
      }
      bytes += size;
    }
    return end;
  }

  /** False when a task took the group over. */
  #writeGroup(group: readonly StagedAppend[]): boolean {
    const log = this.#log;
    let bytes = 0;
    for (const append of group) bytes += append.bytes.length;
    if (bytes === 0) return true;
    // Before the sync that may follow asks which segments it concerns.
    log.active.isDurable = false;
    const end = group[group.length - 1];
    const mustSync = end !== undefined && end.lastOffset + 1 - log.recoveryPoint >= log.config.flushMessages;
    const onPool = log.owner.writePolicy.writesOnPool(this.#lastWriteMs, bytes);
    if (onPool) this.#noteEpochs(group);
    else this.#writeSync(group);
    if (!mustSync && !onPool) {
      this.#complete(group);
      return true;
    }
    this.#background = {
      file: log.active.log,
      bytes: onPool ? joined(group) : undefined,
      position: log.active.sizeBytes,
      mustSync,
      appends: group,
      isAbandoned: false,
    };
    log.isWriting = true;
    void writeInBackground(log, this, this.#background);
    return false;
  }

  /** Puts the bytes of `group` behind the segment's last. */
  #writeSync(group: readonly StagedAppend[]): void {
    this.#noteEpochs(group);
    const log = this.#log;
    const { clock } = log.owner.platform;
    const file = log.active.log.open();
    const startedMs = clock.monotonicMs();
    writeAppends(file, group, log.active.sizeBytes, log.owner.queue.gatherBuffer);
    this.#lastWriteMs = clock.monotonicMs() - startedMs;
  }

  /** Epochs are on file before the first record that has them. */
  #noteEpochs(group: readonly StagedAppend[]): void {
    makeFirstFiles(this.#log);
    const { epochs } = this.#log;
    for (const append of group) {
      if (append.bytes.length > 0 && append.leaderEpoch >= 0) epochs.assign(append.leaderEpoch, append.firstOffset);
    }
  }

  /** The bytes are in the file: now they are part of the log. */
  #complete(group: readonly StagedAppend[]): void {
    const log = this.#log;
    const segment = log.active;
    for (const append of group) {
      if (append.bytes.length === 0) continue;
      segment.appended(
        append.bytes.length,
        append.lastOffset,
        append.maxTimestamp,
        append.offsetOfMaxTimestamp,
        log.config.indexIntervalBytes,
        append.stagedMs,
      );
      log.logEndOffset = append.lastOffset + 1;
      for (const producer of append.producers) {
        const completed = log.producers.apply(producer);
        if (completed === undefined) continue;
        if (completed.isAborted) {
          const lastStableOffset = log.producers.lastStableOffsetAfter(completed);
          segment.txnIndex.append({ ...completed, lastStableOffset });
          // The first one makes the file.
          log.names.changed();
        }
        log.producers.complete(completed);
      }
      log.producers.mapEndOffset = log.logEndOffset;
    }
    segment.txnIndex.index.flushWhenPossible();
  }

  #nothingStaged(): void {
    if (this.#staged.length > 0 || this.#background !== undefined) return;
    this.#stagedEndOffset = -1;
    this.#log.producers.unstageAll();
  }

  /** The first `count` of `appends` are part of the log. */
  #tell(appends: readonly StagedAppend[], count: number): void {
    for (let index = 0; index < count; index++) {
      const append = appends[index];
      append?.sink?.appended(append.token, append.result);
    }
  }

  #refuse(appends: readonly StagedAppend[], error: ErrorCode): void {
    const { logStartOffset } = this.#log;
    for (const append of appends) append.sink?.appended(append.token, refused(error, logStartOffset));
  }

  #failed(appends: readonly StagedAppend[], error: unknown): void {
    const dropped = [...appends, ...this.#staged];
    this.#staged = [];
    this.#stagedEndOffset = -1;
    this.#log.producers.dropped(dropped.flatMap(({ producers }) => producers));
    this.#cutBack(error);
    this.#refuse(dropped, ErrorCode.KAFKA_STORAGE_ERROR);
  }

  /** A full disk refuses thousands of appends a second: told once in a while. */
  #logPassing(reason: string, error: unknown): void {
    const { logger, owner } = this.#log;
    const nowMs = owner.platform.clock.monotonicMs();
    if (nowMs - this.#failureLoggedMs < appendFailureLogMs) {
      this.#failuresUnlogged++;
      return;
    }
    const others =
      this.#failuresUnlogged === 0 ? '' : ` (and ${this.#failuresUnlogged} times since the last such line)`;
    logger.error(`${reason}${others}`, error);
    this.#failureLoggedMs = nowMs;
    this.#failuresUnlogged = 0;
  }

  /** The file ends where the last completed append does; the rest of a failed write is gone. */
  #cutBack(error: unknown): void {
    const log = this.#log;
    if (log.isOffline || log.isClosed) return;
    const reason = `Error while appending records to ${log.where} in dir ${log.logDirectory}`;
    if (!isPassing(error)) {
      log.fail(reason, error);
      return;
    }
    this.#logPassing(reason, error);
    try {
      log.active.log.open().truncateSync(log.active.sizeBytes);
    } catch (second) {
      log.fail(reason, second);
    }
  }

  /** The log was cut, deleted or taken offline during the write, which may have put bytes behind the cut. */
  #cutAgain(write: BackgroundWrite, error: unknown): void {
    const log = this.#log;
    if (log.isOffline || log.isClosed) return;
    const reason = `Error while truncating ${log.where} in dir ${log.logDirectory}`;
    if (error !== undefined && !isPassing(error)) log.fail(reason, error);
    const segment = log.segments.all.find((candidate) => candidate.log === write.file);
    if (segment === undefined || log.isOffline) return;
    try {
      segment.log.open().truncateSync(segment.sizeBytes);
    } catch (second) {
      log.fail(reason, second);
    }
  }
}

function joined(group: readonly StagedAppend[]): Buffer {
  const parts = group.filter((append) => append.bytes.length > 0).map((append) => append.bytes);
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
}

/** All of them as they are, which is the common case. */
function sliceOf(appends: readonly StagedAppend[], start: number, end: number): readonly StagedAppend[] {
  return start === 0 && end === appends.length ? appends : appends.slice(start, end);
}
