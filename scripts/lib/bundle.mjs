// One bundle with shared chunks for everything that bin/ starts: start time is a feature, and one file opens faster than 300.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run.mjs';

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  conditions: ['ottla-source'],
  external: ['@cloudpss/zstd'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  legalComments: 'none',
  logLevel: 'warning',
};

export async function bundle(outdir) {
  const { build } = await import('esbuild');
  await build({
    ...COMMON,
    entryPoints: { ottla: join(ROOT, 'packages/tools/src/main.ts') },
    outdir,
    splitting: true,
    outExtension: { '.js': '.mjs' },
    sourcemap: 'linked',
  });
  // Optional at run time: what is not there is done without.
  const addons = join(ROOT, 'packages/platform/native');
  cpSync(addons, join(outdir, 'native'), { recursive: true, filter: (path) => !/\.(c|json)$/.test(path) });
}

/** A program of the workspace's own, as one file. @param {string} entry below the root @param {string} outfile */
export async function bundleProgram(entry, outfile) {
  const { build } = await import('esbuild');
  const external = [...COMMON.external, 'snappy', 'lz4-napi'];
  await build({ ...COMMON, external, entryPoints: [join(ROOT, entry)], outfile, sourcemap: 'linked' });
}

/** The codecs of record batches, for clients of other makers. */
export async function bundleCompression(outfile) {
  const { build } = await import('esbuild');
  await build({ ...COMMON, entryPoints: [join(ROOT, 'packages/protocol/src/compression/index.ts')], outfile });
}
