import type { Disk } from '../disk.ts';
import type { DirectoryLock, DirectoryLocks } from '../ports.ts';
import { DirectoryLockedError } from '../ports.ts';

/** Locks among the brokers that share `held`, by the identity of the directory. */
export class MemoryDirectoryLocks implements DirectoryLocks {
  readonly #disk: Disk;
  readonly #held: Set<string>;

  constructor(disk: Disk, held: Set<string> = new Set()) {
    this.#disk = disk;
    this.#held = held;
  }

  async lock(path: string): Promise<DirectoryLock> {
    const identity = await this.#disk.identity(path);
    const lockFile = await this.#disk.open(`${path}/.lock`, { mode: 'write', create: true });
    await lockFile.close();
    if (this.#held.has(identity)) throw new DirectoryLockedError(path);
    this.#held.add(identity);
    let released = false;
    return {
      release: () => {
        if (!released) this.#held.delete(identity);
        released = true;
        return Promise.resolve();
      },
    };
  }
}
