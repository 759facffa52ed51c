// npm run fuzz: mutated input for every decoder. --seconds N (30) --seed S (drawn, and printed) --only TEXT (of a subject's name)
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { ROOT } from './lib/run.mjs';
import { bundled } from './lib/temporary-bundle.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    only: { type: 'string', default: '' },
  },
});
const bundle = await bundled('packages/simulator/src/fuzz/main.ts');
const { status } = spawnSync(
  process.execPath,
  ['--enable-source-maps', bundle, values.seconds, values.seed, values.only],
  { cwd: ROOT, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
