/**
 * Which log directory has the metadata tree: the one where it is, whatever order `log.dirs` has; the first one for a new
 * broker. While a directory is unusable that might have it, nothing may begin in another one: the topics would be gone, and
 * there would be two trees once it is back.
 */
import { ConfigException } from '@ottla/common';
import { JOURNAL_NAME, SNAPSHOT_NAME } from '@ottla/coordination/embedded';
import type { Disk } from '@ottla/platform';

/** Rejects with ConfigException, DiskError. */
export async function metadataDirectory(
  disk: Disk,
  live: readonly string[],
  offline: readonly string[],
): Promise<string> {
  const found: string[] = [];
  for (const directory of live) if (await hasTree(disk, directory)) found.push(directory);
  const [first, ...others] = found;
  if (others.length > 0) {
    throw new ConfigException(
      `The metadata tree (${JOURNAL_NAME}, ${SNAPSHOT_NAME}) is in more than one log directory: ${found.join(', ')}. Configure the directories of one broker.`,
    );
  }
  if (first !== undefined) return first;
  if (offline.length > 0) {
    throw new ConfigException(
      `The metadata tree (${JOURNAL_NAME}, ${SNAPSHOT_NAME}) is in none of the log directories that can be read (${live.join(', ')}), and may be in ${offline.join(', ')}. Repair these, or remove them from log.dirs.`,
    );
  }
  return live[0] ?? '';
}

async function hasTree(disk: Disk, directory: string): Promise<boolean> {
  for (const name of [JOURNAL_NAME, SNAPSHOT_NAME]) {
    if ((await disk.stat(`${directory}/${name}`)) !== undefined) return true;
  }
  return false;
}
