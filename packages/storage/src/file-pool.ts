import type { Disk, DiskFile } from '@ottla/platform';
import { openFilesMax } from './limits.ts';

/**
 * A file that is opened when it is needed and closed when others are needed more. Whoever keeps it across turns, or
 * across an `await`, pins it.
 */
export class PooledFile {
  /** Counts up in the pool with every use: the smallest is closed first. */
  lastUse = 0;
  readonly #pool: FilePool;
  #path: string;
  #handle: DiskFile | undefined;
  #pins = 0;
  #discarded = false;
  #isRetired = false;
  /** Nobody has made it yet: whoever opens it first does. */
  #isNew: boolean;

  constructor(pool: FilePool, path: string, isNew: boolean) {
    this.#pool = pool;
    this.#path = path;
    this.#isNew = isNew;
  }

  get path(): string {
    return this.#path;
  }

  get isOpen(): boolean {
    return this.#handle !== undefined;
  }

  get isPinned(): boolean {
    return this.#pins > 0;
  }

  /** Open for reading and writing. Throws DiskError: ENOENT when the file is missing and `create` was not asked for. */
  open(create = false): DiskFile {
    if (this.#handle === undefined) {
      this.#handle = this.#pool.disk.openSync(this.#path, { mode: 'write', create: create || this.#isNew });
      this.#isNew = false;
      this.#pool.opened(this);
    } else this.#pool.used(this);
    return this.#handle;
  }

  /** Keeps the file open until `unpin`, deleted or not. */
  pin(): DiskFile {
    const handle = this.open();
    this.#pins++;
    return handle;
  }

  unpin(): void {
    this.#pins--;
    if (this.#pins === 0 && (this.#discarded || this.#isRetired)) this.#close();
    else this.#pool.trim();
  }

  /** The file lies elsewhere now; an open handle still serves it. */
  moved(path: string): void {
    this.#path = path;
  }

  /** Closes the handle now, or with the last pin. The file can be opened again. */
  discard(): void {
    if (this.#pins > 0) this.#discarded = true;
    else this.#close();
  }

  /** As `discard`, for good: whoever pins it once more, such as a flush that has begun, has it closed behind him. */
  retire(): void {
    this.#isRetired = true;
    this.discard();
  }

  #close(): void {
    this.#discarded = false;
    const handle = this.#handle;
    if (handle === undefined) return;
    this.#handle = undefined;
    this.#pool.closed(this);
    handle.closeSync();
  }
}

/** Bounds the open files of a log manager: beyond `limit` the least recently used that is not pinned is closed. */
export class FilePool {
  readonly disk: Disk;
  readonly limit: number;
  readonly #open = new Set<PooledFile>();
  #uses = 0;

  constructor(disk: Disk, limit: number = openFilesMax) {
    this.disk = disk;
    this.limit = limit;
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** `isNew`: it is made when it is first opened. */
  file(path: string, isNew = false): PooledFile {
    return new PooledFile(this, path, isNew);
  }

  used(file: PooledFile): void {
    file.lastUse = ++this.#uses;
  }

  opened(file: PooledFile): void {
    this.used(file);
    this.#open.add(file);
    this.trim();
  }

  closed(file: PooledFile): void {
    this.#open.delete(file);
  }

  trim(): void {
    while (this.#open.size > this.limit) {
      const oldest = this.#oldest();
      if (oldest === undefined) return;
      oldest.discard();
    }
  }

  /** Of those that can be closed; never the one that was asked for last. */
  #oldest(): PooledFile | undefined {
    let oldest: PooledFile | undefined;
    for (const file of this.#open) {
      if (file.isPinned || file.lastUse === this.#uses) continue;
      if (oldest === undefined || file.lastUse < oldest.lastUse) oldest = file;
    }
    return oldest;
  }
}
