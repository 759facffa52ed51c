import type { Disk } from '@ottla/platform';

const ENTRIES_PER_READ = 16 * 1024;

/** The whole entries of an index file, in order; each is valid until the next one is asked for. */
export async function* entriesOf(disk: Disk, path: string, entryBytes: number): AsyncGenerator<Buffer, void> {
  const file = await disk.open(path);
  try {
    const count = Math.floor(file.sizeSync() / entryBytes);
    const chunk = Buffer.allocUnsafe(Math.min(count, ENTRIES_PER_READ) * entryBytes);
    for (let first = 0; first < count; first += ENTRIES_PER_READ) {
      const entries = Math.min(ENTRIES_PER_READ, count - first);
      await file.read(chunk, 0, entries * entryBytes, first * entryBytes);
      for (let at = 0; at < entries; at++) yield chunk.subarray(at * entryBytes, (at + 1) * entryBytes);
    }
  } finally {
    await file.close();
  }
}
