// npm run build: what bin/ starts, bundled into dist/, and with --libraries also the packages' own dist folders (tsc).
import { existsSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './lib/bundle.mjs';
import { must, ROOT } from './lib/run.mjs';

must(process.execPath, [join(ROOT, 'scripts', 'generate.mjs')]);
if (!process.argv.includes('--bin-only'))
  must(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-b']);
const out = join(ROOT, 'dist');
if (existsSync(out)) rmSync(out, { recursive: true });
await bundle();
const now = new Date();
utimesSync(join(out, 'ottla.mjs'), now, now);
