// npm run sim: whole brokers in a simulated world, each run from one seed. See packages/simulator/README.md.
//   --seed N [--verbose] [--trace]      one run, for reading; exit code 3 crash, 4 liveness, 5 correctness
//   --seeds A-B | --seeds COUNT         many runs on two processes; without a choice: --seeds 100
//   --mutate RULE                       with a rule of storage switched off: the checkers must notice
//   --recovery                          only runs about recovery, as with --mutate
//   --trace-proof                       the same seeds in two processes of different surroundings take the same path
//   --ci                                at least 200 seeds and as many as fit into a minute, and a trace proof
import { spawn } from 'node:child_process';

import { tmpdir } from 'node:os';

import { createInterface } from 'node:readline';
import { ROOT } from './lib/run.mjs';
import { bundled } from './lib/temporary-bundle.mjs';

const PROCESSES = 2;
const CI_SEEDS_MIN = 200;
const CI_MS = 60_000;
const PROOF_SEEDS = 3;
/** A run that takes longer than this, ms, hangs. */
const RUN_MS_MAX = 60_000;

const args = process.argv.slice(2);
const has = (name) => args.includes(name);
const valueOf = (name) => (has(name) ? args[args.indexOf(name) + 1] : undefined);
const fail = (message) => {
  process.stderr.write(`${message}\n`);
  process.exit(2);
};
const mutate = valueOf('--mutate');
const flags = [...(mutate === undefined ? [] : ['--mutate', mutate]), ...(has('--recovery') ? ['--recovery'] : [])];
const bundle = await bundled('packages/simulator/src/main.ts');

if (has('--seed')) process.exitCode = await one(numberOf(valueOf('--seed'), '--seed'));
else if (has('--trace-proof')) process.exitCode = (await traceProof()) ? 0 : 1;
else if (has('--ci')) await ci();
else await range(valueOf('--seeds') ?? '100');

async function one(seed) {
  const reading = args.filter((argument) => argument === '--verbose' || argument === '--trace');
  const child = spawn(process.execPath, ['--enable-source-maps', bundle, 'one', String(seed), ...reading, ...flags], {
    stdio: 'inherit',
  });
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function range(text) {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  const first = from === undefined ? 1 : Number(from);
  const last = to === undefined ? numberOf(text, '--seeds') : Number(to);
  report(await many(first, last, () => true));
}

/** All of it has to fit into a minute on two processors, so what is beyond the least number is cut off by the clock. */
async function ci() {
  const startedMs = performance.now();
  const isProven = await traceProof();
  const results = await many(
    1,
    Number.MAX_SAFE_INTEGER,
    (done) => done < CI_SEEDS_MIN || performance.now() - startedMs < CI_MS,
  );
  report(results, isProven ? 0 : 1);
}

function report(results, others = 0) {
  const failed = results.filter(({ kind }) => kind !== undefined);
  for (const { seed, message } of failed) process.stdout.write(`seed ${seed}: ${message}\n`);
  process.stdout.write(`${results.length - failed.length} seeds passed, ${failed.length + others} failed\n`);
  if (failed.length + others > 0) process.exitCode = 1;
}

/** Runs the seeds from `first` to `last` on two processes while `goesOn(done)`; every seed below the last one done is in it. */
async function many(first, last, goesOn) {
  const results = [];
  const processes = Array.from({ length: PROCESSES }, (_none, index) =>
    worker(first + index, last, PROCESSES, {}, (result) => {
      results.push(result);
      return goesOn(results.length);
    }),
  );
  await Promise.all(processes);
  return results.sort((left, right) => left.seed - right.seed);
}

/** One process that runs every `step`-th seed. `took` tells whether it shall go on. */
function worker(first, last, step, options, took) {
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', bundle, 'many', String(first), String(last), String(step), ...flags],
    { stdio: ['ignore', 'pipe', 'inherit'], ...options },
  );
  let next = first;
  let stopped = false;
  const stop = () => {
    stopped = true;
    child.kill('SIGKILL');
  };
  const hung = () => {
    took({ seed: next, kind: 'liveness', message: `hangs: no result within ${RUN_MS_MAX} ms` });
    stop();
  };
  let watchdog = setTimeout(hung, RUN_MS_MAX);
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (stopped) return;
    clearTimeout(watchdog);
    watchdog = setTimeout(hung, RUN_MS_MAX);
    const result = JSON.parse(line);
    next = result.seed + step;
    if (!took(result)) stop();
  });
  return new Promise((resolve) => {
    child.once('close', (code) => {
      clearTimeout(watchdog);
      if (!stopped && code !== 0) took({ seed: next, kind: 'crash', message: `the process ended with code ${code}` });
      resolve();
    });
  });
}

/** The same seeds in other time zones, folders and pool sizes: everything that happens must be the same. */
async function traceProof() {
  const first = numberOf(valueOf('--from') ?? '1', '--from');
  const hashes = await Promise.all(
    [
      { cwd: ROOT, env: { ...process.env, TZ: 'UTC', UV_THREADPOOL_SIZE: '4' } },
      { cwd: tmpdir(), env: { ...process.env, TZ: 'Asia/Kathmandu', UV_THREADPOOL_SIZE: '1', LANG: 'tr_TR.UTF-8' } },
    ].map(async (options) => {
      const found = [];
      await worker(first, first + PROOF_SEEDS - 1, 1, options, ({ seed, traceHash }) => {
        found.push(`${seed}:${traceHash}`);
        return true;
      });
      return found.join(' ');
    }),
  );
  const isSame = hashes[0] === hashes[1] && hashes[0] !== '';
  if (!isSame) process.stdout.write(`The same seeds took different paths:\n${hashes.join('\n')}\n`);
  else if (has('--trace-proof')) process.stdout.write(`The same in both processes: ${hashes[0]}\n`);
  return isSame;
}

/** The simulator as one file, made anew each time: it takes less than a second. */

function numberOf(text, name) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) fail(`${name} needs a whole number, not '${text}'`);
  return number;
}
