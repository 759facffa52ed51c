import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Made and not removed yet: a process that ends without `stop` leaves none either. */
const directories = new Set<string>();

const removeAll = (): void => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
};

export async function makeTemporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ottla-'));
  if (directories.size === 0) process.on('exit', removeAll);
  directories.add(directory);
  return directory;
}

export async function removeTemporaryDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  directories.delete(directory);
  if (directories.size === 0) process.off('exit', removeAll);
}
