// One bundle with shared chunks for everything that bin/ starts: start time is a feature, and one file opens faster than 300.
import { join } from 'node:path';
import { ROOT } from './run.mjs';

export async function bundle(outdir) {
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: ROOT,
    entryPoints: { ottla: join(ROOT, 'packages/tools/src/main.ts') },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outExtension: { '.js': '.mjs' },
    conditions: ['ottla-source'],
    external: ['@cloudpss/zstd', 'snappy', 'lz4-napi'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    sourcemap: 'linked',
    legalComments: 'none',
    logLevel: 'warning',
  });
}
