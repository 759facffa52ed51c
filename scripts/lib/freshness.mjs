// Whether what was built still matches its sources: newest modification time below a set of folders.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Newest modification time (ms) of the files below `path`, 0 when there is nothing. */
export function newest(path, skip = new Set(['node_modules', 'dist', 'generated'])) {
  let stat;
  try {
    stat = statSync(path);
  } catch {
    return 0;
  }
  if (!stat.isDirectory()) return stat.mtimeMs;
  let latest = 0;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (skip.has(entry.name) || entry.name.endsWith('.test.ts')) continue;
    const below = join(path, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(below, skip) : statSync(below).mtimeMs);
  }
  return latest;
}
