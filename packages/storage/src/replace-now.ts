import type { Disk } from '@ottla/platform';

/** Replaces a small file within the call: readers find the old content or the new one. Not synced. Throws DiskError. */
export function replaceNow(disk: Disk, path: string, content: string): void {
  const bytes = Buffer.from(content);
  const file = disk.openSync(`${path}.tmp`, { mode: 'write', create: true, truncate: true });
  try {
    file.writeSync(bytes, 0, bytes.length, 0);
  } finally {
    file.closeSync();
  }
  disk.renameSync(`${path}.tmp`, path);
}
