/**
 * What went wrong, in POSIX's words. ENOENT, EEXIST, ENOTEMPTY, ENOTDIR, EACCES, EROFS, EMFILE concern one call;
 * ENOSPC and EDQUOT mean "cut back and try later"; anything else (EIO first) means the directory cannot be trusted.
 */
export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly code: string;
  readonly path: string;
  readonly operation: string;
  constructor(code: string, operation: string, path: string, detail?: string) {
    super(`${code}: ${operation} '${path}'${detail === undefined ? '' : ` (${detail})`}`);
    this.code = code;
    this.operation = operation;
    this.path = path;
  }
}

export interface FileStat {
  readonly kind: 'file' | 'directory' | 'other';
  readonly sizeBytes: number;
  /** Wall clock of the last modification, ms. */
  readonly modifiedMs: number;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'other';
}

export interface OpenOptions {
  /** Default `read`: an existing file for reading only. `write`: reading and writing. */
  readonly mode?: 'read' | 'write';
  /** With `write`: make the file when it is missing. */
  readonly create?: boolean;
  /** With `create`: fail with EEXIST when the file is there. */
  readonly exclusive?: boolean;
  /** With `write`: cut an existing file to nothing. */
  readonly truncate?: boolean;
}

/**
 * An open file, positional only. Offsets and lengths are bytes. The synchronous calls block the loop: at most 1 MiB
 * a call, and never anything that waits for the device. All methods throw or reject with `DiskError`.
 */
export interface DiskFile {
  readonly path: string;
  /** Size now (fstat). */
  sizeSync(): number;
  /** Reads up to `length` bytes at `position` into `target` from `targetStart`; returns the bytes read, 0 at the end. */
  readSync(target: Uint8Array, targetStart: number, length: number, position: number): number;
  /** Writes all of `source[start, start + length)` at `position`, or throws; what was written before the throw is unknown. */
  writeSync(source: Uint8Array, start: number, length: number, position: number): void;
  read(target: Uint8Array, targetStart: number, length: number, position: number): Promise<number>;
  write(source: Uint8Array, start: number, length: number, position: number): Promise<void>;
  /** Cuts or extends (with zeros) to `length`. */
  truncateSync(length: number): void;
  truncate(length: number): Promise<void>;
  /** fdatasync. A rejected sync leaves the file's content unknown: never try again, take the directory offline. */
  sync(): Promise<void>;
  /**
   * Has the system begin to write these bytes to the device: a later `sync` finds less to do. Says nothing about what is
   * durable. False where that cannot be done: to go on with the next bytes is of no use.
   */
  writeOut(position: number, length: number): Promise<boolean>;
  /** Idempotent. The file must not be used afterwards. */
  closeSync(): void;
  close(): Promise<void>;
}

/** Paths are absolute, separated by `/`. */
export interface Disk {
  open(path: string, options?: OpenOptions): Promise<DiskFile>;
  /** For rolling a segment within a turn; bounded work only. */
  openSync(path: string, options?: OpenOptions): DiskFile;
  /** Undefined when nothing is there. */
  stat(path: string): Promise<FileStat | undefined>;
  /** Sorted by name. ENOENT when the directory is missing. */
  list(path: string): Promise<DirectoryEntry[]>;
  /** Makes the directory and its parents; no error when it is there. */
  makeDirectory(path: string): Promise<void>;
  makeDirectorySync(path: string): void;
  /** Atomic; replaces a file at `to`. */
  rename(from: string, to: string): Promise<void>;
  renameSync(from: string, to: string): void;
  unlink(path: string): Promise<void>;
  /** Removes a directory and all below it; no error when it is missing. */
  removeTree(path: string): Promise<void>;
  /** Makes creations, renames and unlinks within the directory survive a power loss. */
  syncDirectory(path: string): Promise<void>;
  readFile(path: string): Promise<Buffer>;
  /** Write `path.tmp`, sync it, rename it over `path`, sync the directory: Kafka's way with every checkpoint. */
  replaceFile(path: string, content: Uint8Array | string): Promise<void>;
  /** Bytes free and in all for the file system of `path`. */
  space(path: string): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>;
  /** A name for the directory that two paths to it share (device and inode), for the one-broker-per-directory lock. */
  identity(path: string): Promise<string>;
}
