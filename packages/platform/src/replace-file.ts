import type { Disk } from './disk.ts';
import { PathQueue } from './path-queue.ts';

/** `Disk.replaceFile` out of a disk's other methods. Two replacements of one path would write the same `.tmp`: they queue. */
export class FileReplacer {
  readonly #disk: Pick<Disk, 'open' | 'rename' | 'syncDirectory'>;
  readonly #queue = new PathQueue();

  constructor(disk: Pick<Disk, 'open' | 'rename' | 'syncDirectory'>) {
    this.#disk = disk;
  }

  replace(path: string, content: Uint8Array | string): Promise<void> {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    return this.#queue.run(path, async () => {
      const file = await this.#disk.open(`${path}.tmp`, { mode: 'write', create: true, truncate: true });
      try {
        await file.write(bytes, 0, bytes.length, 0);
        await file.sync();
      } finally {
        await file.close();
      }
      await this.#disk.rename(`${path}.tmp`, path);
      await this.#disk.syncDirectory(path.slice(0, Math.max(1, path.lastIndexOf('/'))));
    });
  }
}
