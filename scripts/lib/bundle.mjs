// One bundle with shared chunks for everything that bin/ starts: start time is a feature, and one file opens faster than 300.
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
}

/** The simulator's program, as one file. */
export async function bundleSimulator(outfile) {
  const { build } = await import('esbuild');
  await build({ ...COMMON, entryPoints: [join(ROOT, 'packages/simulator/src/main.ts')], outfile });
}
