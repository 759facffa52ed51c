// One file of a program in TypeScript, made from the sources for as long as this process lives.
import { mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bundleProgram } from './bundle.mjs';
import { ROOT } from './run.mjs';

/** @param {string} entry path below the root @returns {Promise<string>} the bundle */
export async function bundled(entry) {
  const folder = join(ROOT, '.cache', `bundle-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, basename(entry).replace(/ts$/, 'mjs'));
  await bundleProgram(entry, outfile);
  return outfile;
}
