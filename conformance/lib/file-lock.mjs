// One process at a time, across processes: two test runs may need the same download at once.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pause } from './wait.mjs';

const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/**
 * Runs the body while holding `path` (a folder; its creation is the atomic step). A holder that died is replaced.
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function withFileLock(path, body) {
  mkdirSync(dirname(path), { recursive: true });
  for (;;) {
    try {
      mkdirSync(path);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      let holder = 0;
      try {
        holder = Number(readFileSync(join(path, 'pid'), 'utf8'));
      } catch {}
      if (holder > 0 && !alive(holder)) rmSync(path, { recursive: true, force: true });
      else await pause(200);
    }
  }
  writeFileSync(join(path, 'pid'), String(process.pid));
  try {
    return await body();
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}
