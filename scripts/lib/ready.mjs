// Makes a fresh clone runnable with only Node.js: installs, generates and bundles what is missing or out of date, nothing else.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { newest } from './freshness.mjs';
import { must, ROOT } from './run.mjs';

const NODE_MIN = [20, 19];

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  process.stderr.write(
    `Ottla needs Node.js ${NODE_MIN.join('.')} or newer; this is ${process.versions.node}. Install a newer Node.js and try again.\n`,
  );
  process.exit(1);
}

/** Installs the locked dependencies when they are missing or older than the lockfile. */
export function ensureInstalled() {
  const marker = join(ROOT, 'node_modules', '.package-lock.json');
  if (existsSync(marker) && newest(marker) >= newest(join(ROOT, 'package-lock.json')) - 1) return;
  process.stdout.write('Installing dependencies (first start only)...\n');
  must('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']);
}

/** Bundles what bin/ starts when a source is newer than the bundle. */
export function ensureBuilt() {
  const bundle = join(ROOT, 'dist', 'ottla.mjs');
  const sources = Math.max(newest(join(ROOT, 'packages')), newest(join(ROOT, 'scripts', 'lib', 'bundle.mjs')));
  if (existsSync(bundle) && newest(bundle) >= sources) return;
  process.stdout.write('Building...\n');
  must(process.execPath, [join(ROOT, 'scripts', 'build.mjs'), '--bin-only']);
}
