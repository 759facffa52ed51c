import { FileContent } from './file-content.ts';
import type { FileNode } from './file-tree.ts';
import { FileTree } from './file-tree.ts';
import type { DiskCall, DiskDriver } from './tree-disk.ts';
import { TreeDisk } from './tree-disk.ts';

export interface MemoryDiskOptions {
  /** Where stamps come from. */
  readonly wallMs: () => number;
  /** What `space` reports and ENOSPC enforces. Default 1 TiB. */
  readonly capacityBytes?: number;
}

let disks = 0;

/** A disk in memory that never fails and forgets all when dropped; asynchronous calls complete in a microtask. */
export class MemoryDisk extends TreeDisk {
  constructor(options: MemoryDiskOptions) {
    const tree = new FileTree(() => new FileContent());
    super(tree, new MemoryDriver(tree, options));
  }
}

class MemoryDriver implements DiskDriver {
  readonly device = `memory-${++disks}`;
  readonly #tree: FileTree;
  readonly #options: MemoryDiskOptions;
  readonly #capacityBytes: number;

  constructor(tree: FileTree, options: MemoryDiskOptions) {
    this.#tree = tree;
    this.#options = options;
    this.#capacityBytes = options.capacityBytes ?? 2 ** 40;
  }

  readonly hasDevice = false;

  wallMs(): number {
    return this.#options.wallMs();
  }

  now<Result>(call: DiskCall<Result>): Result {
    return call.run();
  }

  later<Result>(call: DiskCall<Result>): Promise<Result> {
    return Promise.resolve().then(() => call.run());
  }

  syncFile(_file: FileNode): void {}

  syncDirectory(_path: string): void {}

  room(growthBytes: number): number {
    // Walking the tree on every append would be dear: only a disk made small on purpose asks.
    return this.#options.capacityBytes === undefined ? growthBytes : Math.min(growthBytes, this.space().freeBytes);
  }

  space(): { freeBytes: number; totalBytes: number } {
    let usedBytes = 0;
    for (const { file } of this.#tree.files()) usedBytes += file.content.size;
    return { freeBytes: Math.max(0, this.#capacityBytes - usedBytes), totalBytes: this.#capacityBytes };
  }
}
