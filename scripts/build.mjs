// npm run build: what bin/ starts, bundled into dist/, and with --libraries also the packages' own dist folders (tsc).
import { renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './lib/bundle.mjs';
import { must, ROOT } from './lib/run.mjs';

must(process.execPath, [join(ROOT, 'scripts', 'generate.mjs')]);
if (!process.argv.includes('--bin-only'))
  must(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-b']);
// Built aside and swapped in: a broker that starts meanwhile finds the old bundle or the new one.
const out = join(ROOT, 'dist');
const fresh = `${out}.new`;
rmSync(fresh, { recursive: true, force: true });
await bundle(fresh);
rmSync(out, { recursive: true, force: true });
renameSync(fresh, out);
const now = new Date();
utimesSync(join(out, 'ottla.mjs'), now, now);
