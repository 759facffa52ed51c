import * as fs from 'node:fs';
import type { DirectoryEntry, Disk, DiskFile, FileStat, OpenOptions } from '../disk.ts';
import { FileReplacer } from '../replace-file.ts';
import { toDiskError } from './disk-error.ts';
import { NodeFile } from './disk-file.ts';
import { SystemCallsLoader } from './system-calls.ts';

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC } = fs.constants;

/** The machine's file system. */
export class NodeDisk implements Disk {
  readonly #replacer = new FileReplacer(this);
  readonly #systemCalls: SystemCallsLoader;

  constructor(systemCalls = new SystemCallsLoader(true)) {
    this.#systemCalls = systemCalls;
  }

  async open(path: string, options?: OpenOptions): Promise<DiskFile> {
    const descriptor = await call<number>('open', path, (callback) => fs.open(path, openFlags(options), callback));
    return new NodeFile(path, descriptor, this.#systemCalls);
  }

  openSync(path: string, options?: OpenOptions): DiskFile {
    return new NodeFile(
      path,
      callSync('open', path, () => fs.openSync(path, openFlags(options))),
      this.#systemCalls,
    );
  }

  async stat(path: string): Promise<FileStat | undefined> {
    try {
      const stats = await call<fs.Stats>('stat', path, (callback) => fs.stat(path, callback));
      return { kind: kindOf(stats), sizeBytes: stats.size, modifiedMs: Math.floor(stats.mtimeMs) };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async list(path: string): Promise<DirectoryEntry[]> {
    const found = await call<fs.Dirent[]>('list', path, (callback) =>
      fs.readdir(path, { withFileTypes: true }, callback),
    );
    const entries = await Promise.all(
      found.map(async (entry): Promise<DirectoryEntry> => {
        if (!entry.isSymbolicLink()) return { name: entry.name, kind: kindOf(entry) };
        // A partition may be a link to a folder on another file system: what counts is where it leads.
        return { name: entry.name, kind: (await this.stat(`${path}/${entry.name}`))?.kind ?? 'other' };
      }),
    );
    return entries.sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0));
  }

  async makeDirectory(path: string): Promise<void> {
    await call<string | undefined>('mkdir', path, (callback) => fs.mkdir(path, { recursive: true }, callback));
  }

  makeDirectorySync(path: string): void {
    callSync('mkdir', path, () => fs.mkdirSync(path, { recursive: true }));
  }

  rename(from: string, to: string): Promise<void> {
    return callVoid('rename', from, (callback) => fs.rename(from, to, callback), `to '${to}'`);
  }

  renameSync(from: string, to: string): void {
    callSync('rename', from, () => fs.renameSync(from, to), `to '${to}'`);
  }

  unlink(path: string): Promise<void> {
    return callVoid('unlink', path, (callback) => fs.unlink(path, callback));
  }

  removeTree(path: string): Promise<void> {
    return callVoid('remove', path, (callback) => fs.rm(path, { recursive: true, force: true }, callback));
  }

  async syncDirectory(path: string): Promise<void> {
    // Windows cannot sync a directory; NTFS journals its entries itself.
    if (process.platform === 'win32') return;
    const directory = await call<number>('open', path, (callback) => fs.open(path, O_RDONLY, callback));
    try {
      await callVoid('sync', path, (callback) => fs.fsync(directory, callback));
    } finally {
      fs.close(directory, () => undefined);
    }
  }

  readFile(path: string): Promise<Buffer> {
    return call<Buffer>('read', path, (callback) => fs.readFile(path, callback));
  }

  replaceFile(path: string, content: Uint8Array | string): Promise<void> {
    return this.#replacer.replace(path, content);
  }

  async space(path: string): Promise<{ freeBytes: number; totalBytes: number }> {
    const found = await call<fs.StatsFs>('statfs', path, (callback) => fs.statfs(path, callback));
    return { freeBytes: found.bavail * found.bsize, totalBytes: found.blocks * found.bsize };
  }

  async identity(path: string): Promise<string> {
    // As BigInt: inode numbers of some file systems pass 2^53.
    const stats = await call<fs.BigIntStats>('stat', path, (callback) => fs.stat(path, { bigint: true }, callback));
    return `${stats.dev}:${stats.ino}`;
  }
}

function openFlags(options: OpenOptions | undefined): number {
  if (options?.mode !== 'write') return O_RDONLY;
  const create = options.create === true ? O_CREAT | (options.exclusive === true ? O_EXCL : 0) : 0;
  return O_RDWR | create | (options.truncate === true ? O_TRUNC : 0);
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean }): 'file' | 'directory' | 'other' {
  return entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : 'other';
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function callSync<Result>(operation: string, path: string, run: () => Result, detail?: string): Result {
  try {
    return run();
  } catch (error) {
    throw toDiskError(error, operation, path, detail);
  }
}

type Callback<Result> = (error: NodeJS.ErrnoException | null, result: Result) => void;

function call<Result>(operation: string, path: string, start: (callback: Callback<Result>) => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    try {
      start((error, result) => (error === null ? resolve(result) : reject(toDiskError(error, operation, path))));
    } catch (error) {
      reject(toDiskError(error, operation, path));
    }
  });
}

function callVoid(
  operation: string,
  path: string,
  start: (callback: (error: NodeJS.ErrnoException | null) => void) => void,
  detail?: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    try {
      start((error) => (error === null ? resolve() : reject(toDiskError(error, operation, path, detail))));
    } catch (error) {
      reject(toDiskError(error, operation, path, detail));
    }
  });
}
