// Faults of the machine below a broker that is running: see faults.c.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cLibrary } from '../../conformance/lib/setup.mjs';
import { Target } from '../../conformance/lib/targets.mjs';

const source = join(dirname(fileURLToPath(import.meta.url)), 'faults.c');

export const ERRNO = { EIO: 5, ENOSPC: 28 };

export class Faults {
  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
  }

  /** @param {'clock' | 'write' | 'sync'} name @param {number} value */
  set(name, value) {
    writeFileSync(join(this.folder, name), String(value));
  }

  /** @param {'clock' | 'write' | 'sync'} name */
  clear(name) {
    rmSync(join(this.folder, name), { force: true });
  }
}

/**
 * A broker of its own whose machine can be made to fail.
 * @param {string} kind
 * @param {Record<string, string>} set properties
 * @param {(target: Target, faults: Faults) => Promise<void>} body
 */
export async function withFaults(kind, set, body) {
  const library = await cLibrary('faults', source);
  const target = new Target(kind, { set });
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  mkdirSync(target.dataDir, { recursive: true });
  const before = process.env;
  process.env = { ...before, LD_PRELOAD: library, FAULTS: folder, FAULTS_PATH: target.dataDir };
  try {
    await target.start();
    process.env = before;
    await body(target, new Faults(folder));
  } catch (error) {
    error.message += `\n  the end of the broker's log:\n${target.log(12)}`;
    throw error;
  } finally {
    process.env = before;
    await target.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}
