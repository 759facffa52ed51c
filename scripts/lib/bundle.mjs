// One file of a program in TypeScript, made from the sources for as long as this process lives.
import { mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './run.mjs';

/** @param {string} entry path below the root @returns {Promise<string>} the bundle */
export async function bundled(entry) {
  const folder = join(ROOT, '.cache', `bundle-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, basename(entry).replace(/ts$/, 'mjs'));
  await build({
    absWorkingDir: ROOT,
    entryPoints: [join(ROOT, entry)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['ottla-source'],
    external: ['@cloudpss/zstd', 'snappy', 'lz4-napi'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    sourcemap: 'linked',
    legalComments: 'none',
    logLevel: 'warning',
  });
  return outfile;
}
