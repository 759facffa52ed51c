// Where things are kept. Downloads and builds go to the cache, state of running peers to a folder of its own.
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const conformanceDir = join(dirname(fileURLToPath(import.meta.url)), '..');
export const repositoryDir = join(conformanceDir, '..');

/** Everything fetched or compiled; safe to delete, worth keeping between CI runs. */
export const cacheDir = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ottla');

/** Default home of peers started from the command line; tests use a temporary folder each. */
export const peersDir = process.env.PEERS_DIR || join(tmpdir(), 'ottla-peers');
