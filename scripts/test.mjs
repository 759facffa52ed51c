// npm test: tidy, unit tests and the simulator's seeds; needs only Node.js. Ends with `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, requireNode } from './lib/ready.mjs';
import { must, ROOT } from './lib/run.mjs';

requireNode();
ensureInstalled();
must(process.execPath, [join(ROOT, 'scripts', 'generate.mjs')]);

const folder = mkdtempSync(join(tmpdir(), 'ottla-test-'));
const report = join(folder, 'vitest.json');
const totals = { passed: 0, failed: 0, skipped: 0 };
let broken = false;

const unit = spawnSync(
  process.execPath,
  [
    join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--reporter=dot',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: ROOT, stdio: 'inherit' },
);
try {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  totals.passed += result.numPassedTests;
  totals.failed += result.numFailedTests;
  totals.skipped += result.numPendingTests + (result.numTodoTests ?? 0);
  // A file that does not load has no test of its own to fail.
  totals.failed += result.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
} catch {
  broken = true;
}
broken ||= unit.status !== 0;

if (process.argv.length === 2) {
  const seeds = spawnSync(process.execPath, [join(ROOT, 'scripts', 'sim.mjs'), '--ci'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  process.stdout.write(seeds.stdout ?? '');
  const line = /^(\d+) seeds passed, (\d+) failed$/m.exec(seeds.stdout ?? '');
  if (line === null) broken = true;
  else {
    totals.passed += Number(line[1]);
    totals.failed += Number(line[2]);
  }
  broken ||= seeds.status !== 0;
}
rmSync(folder, { recursive: true, force: true });
if (broken && totals.failed === 0) totals.failed = 1;
if (process.env.CI && totals.skipped > 0) {
  process.stdout.write('A skipped test counts as failed where CI is set.\n');
  broken = true;
}
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
process.exitCode = broken ? 1 : 0;
