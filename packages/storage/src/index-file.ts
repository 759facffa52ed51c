import { invariant } from '@ottla/common';
import { DiskError } from '@ottla/platform';
import { isPassing } from './disk-errors.ts';
import type { PooledFile } from './file-pool.ts';
import { indexTailEntriesMax } from './limits.ts';

const probe = Buffer.alloc(34);
const block = Buffer.alloc(8 * 1024);

/** Is the entry at `at` of `bytes` beyond what is looked for? */
type Beyond = (bytes: Buffer, at: number) => boolean;

/**
 * A sorted array of fixed-size entries in a file. The newest entries stay in memory and are appended to the file many at
 * a time; older ones are read where they lie, so that an index costs next to no memory whatever its size. A crash loses
 * at most entries that recovery rebuilds from the log.
 */
export class IndexFile {
  readonly entryBytes: number;
  readonly #file: PooledFile;
  /** Entries in the file; -1 until somebody asks. */
  #stored: number;
  #tail: Buffer | undefined;
  #tailEntries = 0;

  /** `stored`: 0 for a new file, -1 for one whose size shall tell. */
  constructor(file: PooledFile, entryBytes: number, stored: number) {
    this.#file = file;
    this.entryBytes = entryBytes;
    this.#stored = stored;
  }

  get path(): string {
    return this.#file.path;
  }

  get entries(): number {
    return this.#storedEntries() + this.#tailEntries;
  }

  get sizeBytes(): number {
    return this.entries * this.entryBytes;
  }

  get hasPending(): boolean {
    return this.#tailEntries > 0;
  }

  /** The next entry's place: the caller fills `entryBytes` at the returned position of `bytes` at once. */
  push(): { bytes: Buffer; at: number } {
    const size = this.entryBytes;
    if (this.#tail === undefined) this.#tail = Buffer.alloc(16 * size);
    const at = this.#tailEntries * size;
    if (at === this.#tail.length) {
      const larger = Buffer.alloc(this.#tail.length * 2);
      larger.set(this.#tail);
      this.#tail = larger;
    }
    this.#tailEntries++;
    return { bytes: this.#tail, at };
  }

  /** Appends the entries in memory to the file once there are enough of them. A full disk keeps them for later. */
  flushWhenMany(): void {
    if (this.#tailEntries >= indexTailEntriesMax) this.flushWhenPossible();
  }

  /** Appends the entries in memory to the file. A full disk keeps them for later. */
  flushWhenPossible(): void {
    try {
      this.flush();
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
  }

  /** Appends the entries in memory to the file, which is made when it is missing. */
  flush(): void {
    if (this.#tail === undefined || this.#tailEntries === 0) return;
    const stored = this.#storedEntries();
    this.#file.open(true).writeSync(this.#tail, 0, this.#tailEntries * this.entryBytes, stored * this.entryBytes);
    this.#stored = stored + this.#tailEntries;
    this.#tailEntries = 0;
  }

  /** Flushes and gives back the memory: nothing is appended for now. */
  settle(): void {
    this.flush();
    this.#tail = undefined;
  }

  /** Keeps the first `entries`. */
  truncate(entries: number): void {
    const stored = this.#storedEntries();
    if (entries >= stored) {
      this.#tailEntries = Math.min(this.#tailEntries, entries - stored);
      return;
    }
    this.#tailEntries = 0;
    this.#stored = entries;
    this.#file.open(true).truncateSync(entries * this.entryBytes);
  }

  /** How many entries come before the first one that is `beyond`. */
  countNotBeyond(beyond: Beyond): number {
    const size = this.entryBytes;
    const stored = this.#storedEntries();
    const tail = this.#tail;
    if (tail !== undefined && this.#tailEntries > 0 && (stored === 0 || !beyond(tail, 0))) {
      return stored + countIn(tail, this.#tailEntries, size, beyond);
    }
    if (stored === 0) return 0;
    const file = this.#file.open();
    const blockEntries = Math.floor(block.length / size);
    let low = 0;
    let high = stored;
    while (high - low > blockEntries) {
      const middle = (low + high) >>> 1;
      if (file.readSync(probe, 0, size, middle * size) < size) throw this.#short(middle);
      if (beyond(probe, 0)) high = middle;
      else low = middle + 1;
    }
    const length = (high - low) * size;
    if (length === 0) return low;
    if (file.readSync(block, 0, length, low * size) < length) throw this.#short(low);
    return low + countIn(block, high - low, size, beyond);
  }

  /** The entry's bytes, at `at` of `bytes`; good until the next call on any index. */
  entry(index: number): { bytes: Buffer; at: number } {
    const stored = this.#storedEntries();
    if (index < stored) {
      const size = this.entryBytes;
      if (this.#file.open().readSync(probe, 0, size, index * size) < size) throw this.#short(index);
      return { bytes: probe, at: 0 };
    }
    const at = (index - stored) * this.entryBytes;
    invariant(
      this.#tail !== undefined && at < this.#tailEntries * this.entryBytes,
      `no entry ${index} in ${this.path}`,
    );
    return { bytes: this.#tail, at };
  }

  /** fdatasync, for a file that is there. */
  pinned(): PooledFile {
    this.flush();
    return this.#file;
  }

  /** The size found on disk is to be looked up anew. */
  forget(): void {
    this.#tailEntries = 0;
    this.#tail = undefined;
    this.#stored = -1;
  }

  get file(): PooledFile {
    return this.#file;
  }

  #storedEntries(): number {
    if (this.#stored < 0) this.#stored = Math.floor(sizeOf(this.#file) / this.entryBytes);
    return this.#stored;
  }

  #short(index: number): DiskError {
    return new DiskError('EIO', 'read', this.path, `the file ends before entry ${index}`);
  }
}

function sizeOf(file: PooledFile): number {
  try {
    return file.open().sizeSync();
  } catch (error) {
    if (error instanceof DiskError && error.code === 'ENOENT') return 0;
    throw error;
  }
}

function countIn(bytes: Buffer, entries: number, size: number, beyond: Beyond): number {
  let low = 0;
  let high = entries;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (beyond(bytes, middle * size)) high = middle;
    else low = middle + 1;
  }
  return low;
}
