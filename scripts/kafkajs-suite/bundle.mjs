import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ROOT } from '../lib/run.mjs';

/** The entry point as one file that Jest's require() takes. @param {string} outfile */
export async function bundleForSuite(outfile) {
  const built = await build({
    absWorkingDir: ROOT,
    entryPoints: [join(ROOT, 'packages/client/src/kafkajs/index.ts')],
    write: false,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    supported: { 'dynamic-import': false },
    conditions: ['ottla-source'],
    external: ['@cloudpss/zstd', 'snappy', 'lz4-napi'],
    define: {
      'import.meta.url': JSON.stringify(pathToFileURL(join(ROOT, 'packages/platform/src/node/load-addon.ts')).href),
    },
    logLevel: 'warning',
  });
  // The suite's Jest 25 knows modules of Node.js by their old names alone.
  writeFileSync(outfile, built.outputFiles[0].text.replace(/(['"])node:(?=[a-z_/]+\1)/g, '$1'));
}
