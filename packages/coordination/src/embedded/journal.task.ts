import type { Disk, DiskFile, Logger } from '@ottla/platform';
import { DiskError } from '@ottla/platform';
import type { JournaledTransaction } from './journal-format.ts';
import {
  decodeSnapshot,
  encodeOpened,
  encodeSnapshot,
  encodeTransactions,
  JOURNAL_NAME,
  replayJournal,
  SNAPSHOT_NAME,
  ZXIDS_PER_EPOCH,
} from './journal-format.ts';
import { Tree } from './tree.ts';

/** A journal smaller than this is never replaced by a snapshot, bytes. Above it: once it is twice the last snapshot. */
export const JOURNAL_SNAPSHOT_BYTES_MIN = 4 * 1024 * 1024;
/** Largest synchronous write, bytes; a larger frame goes through the pool. */
const SYNC_WRITE_BYTES_MAX = 256 * 1024;

export interface JournalOptions {
  readonly disk: Disk;
  /** The first log directory. */
  readonly directory: string;
  readonly logger: Logger;
  /** False skips every fsync: for brokers whose data need not outlive a power loss. */
  readonly sync: boolean;
  readonly snapshotBytesMin?: number;
  /** Told once, when no write can succeed any more. */
  readonly onBroken?: (reason: string, error: unknown) => void;
}

/** The files behind an embedded tree: everything that was acknowledged, in the order of zxids. */
export class Journal {
  readonly #options: JournalOptions;
  readonly #file: DiskFile;
  readonly tree: Tree;
  readonly #epoch: number;
  #length: number;
  #lastZxid: number;
  #snapshotBytes: number;
  #broken: string | undefined;

  private constructor(options: JournalOptions, file: DiskFile, loaded: Loaded) {
    this.#options = options;
    this.#file = file;
    this.tree = loaded.tree;
    this.#epoch = loaded.epoch;
    this.#length = loaded.length;
    this.#lastZxid = loaded.zxid;
    this.#snapshotBytes = loaded.snapshotBytes;
  }

  /**
   * Loads both files, cuts a torn tail, and begins a new epoch of zxids. Throws `MetadataCorruptError` when the files
   * do not hold what was acknowledged, `DiskError` when they can't be read or written.
   */
  static async open(options: JournalOptions): Promise<Journal> {
    const { disk, directory } = options;
    const path = `${directory}/${JOURNAL_NAME}`;
    const snapshot = await readIfThere(disk, `${directory}/${SNAPSHOT_NAME}`);
    const bytes = await readIfThere(disk, path);
    const start =
      snapshot === undefined
        ? { tree: new Tree(), epoch: 0, zxid: 0 }
        : decodeSnapshot(`${directory}/${SNAPSHOT_NAME}`, snapshot);
    const replayed =
      bytes === undefined
        ? { validBytes: 0, epoch: start.epoch, zxid: start.zxid }
        : replayJournal(path, bytes, start.tree, start.epoch);
    const epoch = replayed.epoch + 1;
    const file = await disk.open(path, { mode: 'write', create: true });
    if (bytes !== undefined && replayed.validBytes < bytes.length) {
      options.logger.warn(
        `Cut ${bytes.length - replayed.validBytes} bytes of an unfinished write off the end of ${path}`,
      );
      file.truncateSync(replayed.validBytes);
    }
    // The life before may have ended ahead of a sync: its last frame must not be torn behind a whole one of ours.
    if (bytes !== undefined && options.sync) await file.sync();
    const opened = encodeOpened(epoch, replayed.zxid);
    file.writeSync(opened, 0, opened.length, replayed.validBytes);
    if (options.sync) {
      await file.sync();
      if (bytes === undefined) await disk.syncDirectory(directory);
    }
    start.tree.advanceTo(epoch * ZXIDS_PER_EPOCH);
    return new Journal(options, file, {
      tree: start.tree,
      epoch,
      length: replayed.validBytes + opened.length,
      zxid: replayed.zxid,
      snapshotBytes: snapshot === undefined ? 0 : snapshot.length,
    });
  }

  /** Why no write can succeed any more, undefined while they can. */
  get broken(): string | undefined {
    return this.#broken;
  }

  /** Writes one frame and syncs it. False when it is not durable: the caller takes the transactions back. */
  async append(transactions: readonly JournaledTransaction[]): Promise<boolean> {
    if (this.#broken !== undefined) return false;
    const frame = encodeTransactions(transactions, this.#lastZxid);
    try {
      if (frame.length <= SYNC_WRITE_BYTES_MAX) this.#file.writeSync(frame, 0, frame.length, this.#length);
      else await this.#file.write(frame, 0, frame.length, this.#length);
    } catch (error) {
      this.#writeFailed(error);
      return false;
    }
    if (this.#options.sync) {
      try {
        await this.#file.sync();
      } catch (error) {
        // After a failed fsync nobody knows what the disk holds, and asking again would lie.
        this.#break('sync', error);
        return false;
      }
    }
    this.#length += frame.length;
    const last = transactions.at(-1);
    if (last !== undefined) this.#lastZxid = last.zxid;
    return true;
  }

  get wantsSnapshot(): boolean {
    const least = this.#options.snapshotBytesMin ?? JOURNAL_SNAPSHOT_BYTES_MIN;
    return this.#broken === undefined && this.#length > Math.max(least, 2 * this.#snapshotBytes);
  }

  /**
   * Replaces the snapshot and empties the journal. Nothing may be applied to the tree meanwhile that is not durable.
   * A failure is logged and the journal just goes on.
   */
  async snapshot(): Promise<void> {
    const { disk, directory, logger } = this.#options;
    const bytes = encodeSnapshot(this.tree, this.#epoch, this.#lastZxid);
    this.#snapshotBytes = bytes.length;
    try {
      await disk.replaceFile(`${directory}/${SNAPSHOT_NAME}`, bytes);
    } catch (error) {
      logger.warn(`Could not write ${directory}/${SNAPSHOT_NAME}; the journal goes on growing`, error);
      return;
    }
    try {
      // Frames up to the snapshot's zxid are skipped on load, so a crash between the two steps is harmless.
      this.#file.truncateSync(0);
      this.#length = 0;
      // Before the next frame: else a power loss may leave a part of it in front of old ones, which looks like damage.
      if (this.#options.sync) await this.#file.sync();
    } catch (error) {
      this.#break('truncate', error);
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #writeFailed(error: unknown): void {
    const full = error instanceof DiskError && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
    if (!full) {
      this.#break('write', error);
      return;
    }
    this.#options.logger.error(`No room for metadata in ${this.#options.directory}; the change is refused`, error);
    try {
      this.#file.truncateSync(this.#length);
    } catch (cutError) {
      this.#break('truncate', cutError);
    }
  }

  #break(operation: string, error: unknown): void {
    this.#broken = `${operation} of ${this.#file.path} failed`;
    this.#options.logger.fatal(`${this.#broken}; no further metadata change can be made`, error);
    this.#options.onBroken?.(this.#broken, error);
  }
}

interface Loaded {
  readonly tree: Tree;
  readonly epoch: number;
  readonly length: number;
  readonly zxid: number;
  readonly snapshotBytes: number;
}

async function readIfThere(disk: Disk, path: string): Promise<Buffer | undefined> {
  try {
    return await disk.readFile(path);
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
