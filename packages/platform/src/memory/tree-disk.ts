import type { DirectoryEntry, Disk, DiskFile, FileStat, OpenOptions } from '../disk.ts';
import { DiskError } from '../disk.ts';
import { FileReplacer } from '../replace-file.ts';
import type { FileNode, FileTree } from './file-tree.ts';
import { TreeFile } from './tree-file.ts';

/** One call of a disk, before it has happened. */
export interface DiskCall<Result> {
  readonly operation: string;
  readonly path: string;
  /** Bytes it moves, 0 where that means nothing. */
  readonly bytes: number;
  /** The file's node, for calls on an open file. */
  readonly file: FileNode | undefined;
  /** Where in the file, for reads and writes. */
  readonly position: number;
  /** What a write writes, so that a driver can note it. */
  readonly source?: Uint8Array;
  /** Makes it happen, whole. */
  run(): Result;
  /** For writes: makes only the first `bytes` happen, as a crash may. */
  runPart?(bytes: number): void;
}

/** When and whether calls happen: at once in memory, by the event queue and with faults in a simulated world. */
export interface DiskDriver {
  wallMs(): number;
  now<Result>(call: DiskCall<Result>): Result;
  later<Result>(call: DiskCall<Result>): Promise<Result>;
  /** Makes the names of a directory, and the content of a file, survive a power loss. */
  syncFile(file: FileNode): void;
  syncDirectory(path: string): void;
  /** Bytes there would be for `growthBytes` more: throws nothing, returns what fits. */
  room(growthBytes: number): number;
  space(): { readonly freeBytes: number; readonly totalBytes: number };
  /** Is there anything beside this memory to write to? */
  readonly hasDevice: boolean;
  /** Told of every file that is opened, and once when it is closed. */
  fileOpened?(path: string): void;
  fileClosed?(path: string): void;
  /** Names the file system, as a device number does. */
  readonly device: string;
}

/** `Disk` over a tree in memory. */
export class TreeDisk implements Disk {
  readonly #tree: FileTree;
  readonly #driver: DiskDriver;
  readonly #replacer = new FileReplacer(this);

  constructor(tree: FileTree, driver: DiskDriver) {
    this.#tree = tree;
    this.#driver = driver;
  }

  open(path: string, options?: OpenOptions): Promise<DiskFile> {
    return this.#later('open', path, () => this.#open(path, options));
  }

  openSync(path: string, options?: OpenOptions): DiskFile {
    return this.#now('open', path, () => this.#open(path, options));
  }

  stat(path: string): Promise<FileStat | undefined> {
    return this.#later('stat', path, () => {
      const node = this.#tree.find(path);
      if (node === undefined) return undefined;
      const sizeBytes = node.kind === 'file' ? node.content.size : 4096;
      return { kind: node.kind, sizeBytes, modifiedMs: node.modifiedMs };
    });
  }

  list(path: string): Promise<DirectoryEntry[]> {
    return this.#later('list', path, () => {
      const entries = [...this.#tree.directory('list', path).entries];
      return entries
        .map(([name, node]): DirectoryEntry => ({ name, kind: node.kind }))
        .sort((left, right) => (left.name < right.name ? -1 : 1));
    });
  }

  makeDirectory(path: string): Promise<void> {
    return this.#later('mkdir', path, () => this.#tree.makeDirectory(path, this.#driver.wallMs()));
  }

  makeDirectorySync(path: string): void {
    this.#now('mkdir', path, () => this.#tree.makeDirectory(path, this.#driver.wallMs()));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#later('rename', from, () => this.#tree.rename(from, to, this.#driver.wallMs()));
  }

  renameSync(from: string, to: string): void {
    this.#now('rename', from, () => this.#tree.rename(from, to, this.#driver.wallMs()));
  }

  unlink(path: string): Promise<void> {
    return this.#later('unlink', path, () => this.#tree.unlink(path, this.#driver.wallMs()));
  }

  removeTree(path: string): Promise<void> {
    return this.#later('remove', path, () => this.#tree.removeTree(path, this.#driver.wallMs()));
  }

  syncDirectory(path: string): Promise<void> {
    return this.#later('syncDirectory', path, () => {
      this.#tree.directory('sync', path);
      this.#driver.syncDirectory(path);
    });
  }

  readFile(path: string): Promise<Buffer> {
    const tree = this.#tree;
    return this.#later('read', path, () => {
      const { content } = tree.file('read', path);
      const bytes = Buffer.alloc(content.size);
      content.read(bytes, 0, bytes.length, 0);
      return bytes;
    });
  }

  replaceFile(path: string, content: Uint8Array | string): Promise<void> {
    return this.#replacer.replace(path, content);
  }

  space(path: string): Promise<{ freeBytes: number; totalBytes: number }> {
    return this.#later('statfs', path, () => {
      if (this.#tree.find(path) === undefined) throw new DiskError('ENOENT', 'statfs', path);
      return { ...this.#driver.space() };
    });
  }

  identity(path: string): Promise<string> {
    return this.#later('stat', path, () => {
      const node = this.#tree.find(path);
      if (node === undefined) throw new DiskError('ENOENT', 'stat', path);
      return `${this.#driver.device}:${node.inode}`;
    });
  }

  #open(path: string, options: OpenOptions | undefined): DiskFile {
    const writable = options?.mode === 'write';
    const create = writable && options.create === true;
    const nowMs = this.#driver.wallMs();
    const file = this.#tree.openFile(path, create, options?.exclusive === true, nowMs);
    if (writable && options.truncate === true && file.content.size > 0) {
      file.content.truncate(0);
      file.modifiedMs = nowMs;
    }
    return new TreeFile(path, file, writable, this.#driver);
  }

  #now<Result>(operation: string, path: string, run: () => Result): Result {
    return this.#driver.now({ operation, path, bytes: 0, file: undefined, position: 0, run });
  }

  #later<Result>(operation: string, path: string, run: () => Result): Promise<Result> {
    return this.#driver.later({ operation, path, bytes: 0, file: undefined, position: 0, run });
  }
}
