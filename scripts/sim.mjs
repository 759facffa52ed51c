// npm run sim -- --seed N [--verbose] [--trace] | --seeds A-B | --seeds COUNT | --ci | --trace-proof   (with --mutate RULE: that rule off)
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { bundleSimulator } from './lib/bundle.mjs';
import { must, ROOT } from './lib/run.mjs';

const PROCESSES = 2;
/** --ci: at least so many seeds, and as many more as fit. */
const CI_SEEDS_MIN = 200;
const CI_SECONDS = 60;
const PROOF_SEEDS = 4;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    mutate: { type: 'string' },
    verbose: { type: 'boolean' },
    trace: { type: 'boolean' },
    ci: { type: 'boolean' },
    'trace-proof': { type: 'boolean' },
  },
});
const flags = [
  ...(values.mutate === undefined ? [] : ['--mutate', values.mutate]),
  ...(values.verbose ? ['--verbose'] : []),
  ...(values.trace ? ['--trace'] : []),
];

must(process.execPath, [join(ROOT, 'scripts', 'generate.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] });
mkdirSync(join(ROOT, '.cache'), { recursive: true });
const program = join(ROOT, '.cache', 'simulator.mjs');
await bundleSimulator(program);

if (values['trace-proof']) process.exitCode = (await tracesAgree()) ? 0 : 1;
else if (values.ci) process.exitCode = await ci();
else if (values.seeds !== undefined) process.exitCode = report(await runSeeds(...range(values.seeds), () => false));
else process.exitCode = await one(values.seed ?? '1');

/** `A-B`, or a count from 1. */
function range(text) {
  const [first, last] = text.split('-').map(Number);
  return last === undefined ? [1, first] : [first, last];
}

function one(seed) {
  const child = spawn(process.execPath, [program, 'one', seed, ...flags], { stdio: 'inherit' });
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
}

/** Results of seeds first..last over the processes, until `enough` says so after a result. */
async function runSeeds(first, last, enough, environment = {}) {
  const results = [];
  let stopped = false;
  const children = Array.from({ length: Math.min(PROCESSES, last - first + 1) }, (_, index) =>
    run(first + index, last, PROCESSES, environment),
  );
  await Promise.all(
    children.map(async ({ child, lines, ended }) => {
      for await (const line of lines) {
        results.push(JSON.parse(line));
        if (enough(results.length)) {
          stopped = true;
          for (const each of children) each.child.kill();
          break;
        }
      }
      const code = await ended;
      if (code !== 0 && !stopped)
        results.push({ seed: -1, kind: 'crash', message: `a simulator process (pid ${child.pid}) ended with ${code}` });
    }),
  );
  return results;
}

function run(first, last, step, { cwd = ROOT, env = {} }) {
  const child = spawn(process.execPath, [program, 'many', String(first), String(last), String(step), ...flags], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return {
    child,
    lines: createInterface({ input: child.stdout }),
    ended: new Promise((resolve) => child.on('exit', resolve)),
  };
}

function report(results) {
  const failed = results.filter((result) => result.kind !== undefined).sort((a, b) => a.seed - b.seed);
  for (const { seed, kind, message } of failed)
    process.stdout.write(`seed ${seed}: ${kind}: ${message}\n  npm run sim -- --seed ${seed} --verbose\n`);
  process.stdout.write(`${results.length - failed.length} seeds passed, ${failed.length} failed\n`);
  return failed.length === 0 ? 0 : 1;
}

async function ci() {
  const deadline = performance.now() + CI_SECONDS * 1000;
  const agree = await tracesAgree();
  const results = await runSeeds(1, 1_000_000, (count) => count >= CI_SEEDS_MIN && performance.now() > deadline);
  const code = report(results);
  return agree ? code : 1;
}

/** One seed, one trace: whatever the time zone, the folder and the size of the thread pool. */
async function tracesAgree() {
  const places = [
    { cwd: ROOT, env: { TZ: 'UTC', UV_THREADPOOL_SIZE: '4' } },
    { cwd: tmpdir(), env: { TZ: 'Asia/Kathmandu', UV_THREADPOOL_SIZE: '1' } },
  ];
  const hashes = await Promise.all(
    places.map(async (place) => {
      const { lines, ended } = run(1, PROOF_SEEDS, 1, place);
      const found = [];
      for await (const line of lines) found.push(JSON.parse(line).traceHash);
      await ended;
      return found;
    }),
  );
  const agree = hashes[0].length === PROOF_SEEDS && hashes[0].join() === hashes[1].join();
  process.stdout.write(
    agree
      ? `traces of ${PROOF_SEEDS} seeds agree in two processes\n`
      : `traces differ between two processes:\n${hashes.map((each) => each.join(' ')).join('\n')}\n`,
  );
  return agree;
}
