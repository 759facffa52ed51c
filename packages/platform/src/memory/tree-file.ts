import type { DiskFile } from '../disk.ts';
import { DiskError } from '../disk.ts';
import type { FileNode } from './file-tree.ts';
import type { DiskCall, DiskDriver } from './tree-disk.ts';

/** An open file of a `TreeDisk`. It keeps its node when the name is renamed, replaced or removed. */
export class TreeFile implements DiskFile {
  readonly path: string;
  readonly #file: FileNode;
  readonly #writable: boolean;
  readonly #driver: DiskDriver;
  #closed = false;

  constructor(path: string, file: FileNode, writable: boolean, driver: DiskDriver) {
    this.path = path;
    this.#file = file;
    this.#writable = writable;
    this.#driver = driver;
    driver.fileOpened?.(path);
  }

  sizeSync(): number {
    this.#check('fstat', false);
    return this.#file.content.size;
  }

  readSync(target: Uint8Array, targetStart: number, length: number, position: number): number {
    this.#check('read', false);
    return this.#driver.now(this.#read(target, targetStart, length, position));
  }

  writeSync(source: Uint8Array, start: number, length: number, position: number): void {
    this.#check('write', true);
    this.#driver.now(this.#write(source, start, length, position));
  }

  async read(target: Uint8Array, targetStart: number, length: number, position: number): Promise<number> {
    this.#check('read', false);
    return await this.#driver.later(this.#read(target, targetStart, length, position));
  }

  async write(source: Uint8Array, start: number, length: number, position: number): Promise<void> {
    this.#check('write', true);
    await this.#driver.later(this.#write(source, start, length, position));
  }

  truncateSync(length: number): void {
    this.#check('truncate', true);
    this.#driver.now(this.#truncate(length));
  }

  async truncate(length: number): Promise<void> {
    this.#check('truncate', true);
    await this.#driver.later(this.#truncate(length));
  }

  async sync(): Promise<void> {
    this.#check('sync', false);
    await this.#driver.later(this.#call('sync', 0, 0, () => this.#driver.syncFile(this.#file)));
  }

  async writeOut(_position: number, length: number): Promise<boolean> {
    this.#check('write out', false);
    if (!this.#driver.hasDevice || length <= 0) return false;
    await this.#driver.later(this.#call('write out', 0, 0, () => {}));
    return true;
  }

  closeSync(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#driver.fileClosed?.(this.path);
  }

  close(): Promise<void> {
    this.closeSync();
    return Promise.resolve();
  }

  #read(target: Uint8Array, targetStart: number, length: number, position: number): DiskCall<number> {
    checkRange('read', this.path, target, targetStart, length, position);
    return this.#call('read', length, position, () => this.#file.content.read(target, targetStart, length, position));
  }

  #write(source: Uint8Array, start: number, length: number, position: number): DiskCall<void> {
    checkRange('write', this.path, source, start, length, position);
    const put = (bytes: number): void => {
      const growth = Math.max(0, position + bytes - this.#file.content.size);
      const fits = bytes - growth + (growth === 0 ? 0 : this.#driver.room(growth));
      if (fits > 0) this.#file.content.write(source, start, fits, position);
      this.#file.modifiedMs = this.#driver.wallMs();
      if (fits < bytes) throw new DiskError('ENOSPC', 'write', this.path);
    };
    return {
      ...this.#call('write', length, position, () => put(length)),
      source: source.subarray(start, start + length),
      runPart: put,
    };
  }

  #truncate(length: number): DiskCall<void> {
    return this.#call('truncate', length, 0, () => {
      this.#file.content.truncate(length);
      this.#file.modifiedMs = this.#driver.wallMs();
    });
  }

  #call<Result>(operation: string, bytes: number, position: number, run: () => Result): DiskCall<Result> {
    return { operation, path: this.path, bytes, file: this.#file, position, run };
  }

  #check(operation: string, forWriting: boolean): void {
    if (this.#closed) throw new DiskError('EBADF', operation, this.path, 'the file is closed');
    if (forWriting && !this.#writable) {
      // What the operating system says: ftruncate answers EINVAL, a write EBADF.
      throw new DiskError(operation === 'truncate' ? 'EINVAL' : 'EBADF', operation, this.path, 'opened for reading');
    }
  }
}

function checkRange(
  operation: string,
  path: string,
  bytes: Uint8Array,
  start: number,
  length: number,
  position: number,
): void {
  if (start >= 0 && length >= 0 && start + length <= bytes.length && Number.isSafeInteger(position) && position >= 0)
    return;
  throw new DiskError(
    'EINVAL',
    operation,
    path,
    `${length} bytes at ${start} of ${bytes.length}, position ${position}`,
  );
}
