// Makes packages/protocol/src/generated from the schemas; does nothing when that is up to date.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const protocol = join(root, 'packages/protocol');
const target = join(protocol, 'src/generated');
const stamp = join(target, '.hash');

function contentHash() {
  const hash = createHash('sha256');
  for (const folder of ['schemas', 'schemas/records', 'generator']) {
    for (const name of readdirSync(join(protocol, folder)).sort()) {
      if (!name.endsWith('.json') && !name.endsWith('.ts')) continue;
      hash.update(`${folder}/${name}\0`).update(readFileSync(join(protocol, folder, name)));
    }
  }
  return hash.digest('hex');
}

const wanted = contentHash();
const found = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
if (found !== wanted) {
  const { build } = await import('esbuild');
  const bundle = join(protocol, `generator/.bundle.${process.pid}.mjs`);
  try {
    await build({
      entryPoints: [join(protocol, 'generator/main.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: bundle,
      logLevel: 'warning',
    });
    const { writeGenerated } = await import(pathToFileURL(bundle).href);
    const count = writeGenerated(join(protocol, 'schemas'), target);
    writeFileSync(stamp, wanted);
    console.log(`generated ${count} files in packages/protocol/src/generated`);
  } finally {
    rmSync(bundle, { force: true });
  }
}
