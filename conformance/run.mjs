#!/usr/bin/env node
// Real clients and real tools against a broker. See README.md.
import { parseArgs } from 'node:util';
import { CELLS, CODE } from './cases/all-cells.mjs';
import { Context, endServed, Waiting } from './lib/cells.mjs';
import { endJavaTools } from './lib/java-tools.mjs';
import { disagreements, matrix } from './lib/matrix.mjs';
import { writeReport } from './lib/report.mjs';
import { passedOn, proofs, record } from './lib/results.mjs';
import { Missing } from './lib/setup.mjs';
import { TARGETS, Target } from './lib/targets.mjs';
import { within } from './lib/wait.mjs';
import { prepare } from './setup.mjs';

const USAGE = `usage: npm run conformance -- [options]
  --against NAME   ${TARGETS.join(', ')} (ottla)
  --only REGEX     the cells whose name matches
  --jobs N         cells at a time (2)
  --list           print the names
  --record         keep what passed in results.json and write docs/conformance.md from it
ROUNDS=N sets the kills of the crash cell (20). With CI set a skipped cell is a failure. KEEP=1 keeps the brokers' folders.`;

const { values: options } = parseArgs({
  options: {
    against: { type: 'string', default: 'ottla' },
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '2' },
    list: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}

const only = new RegExp(options.only);
const chosen = CELLS.filter((cell) => only.test(cell.name));
if (options.list) {
  for (const cell of chosen) console.log(cell.name);
  process.exit(0);
}

// A broker that answers nothing must not hold up whoever waits for the result.
const RUN_LIMIT_MS = 40 * 60_000;
const runBegan = performance.now();
const target = new Target(options.against);
const cells = chosen.filter((cell) => cell.suits?.(target) ?? true);
const tally = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const failures = [];
/** @type {Map<string, import('./lib/results.mjs').Outcome>} */
const outcomes = new Map();

/** @param {import('./lib/cells.mjs').Cell} cell */
async function check(cell) {
  const began = performance.now();
  const notes = [];
  const context = new Context(target, (line) => notes.push(line));
  let result = 'ok  ';
  let story = '';
  try {
    if (!target.isUp) throw new Error('not run: the broker has ended');
    if (performance.now() - runBegan > RUN_LIMIT_MS) throw new Error('not run: the time for the whole run is over');
    await within(cell.name, cell.limitMs ?? 180_000, cell.check(context));
    tally.passed++;
    outcomes.set(cell.name, true);
  } catch (error) {
    if (error instanceof Missing && !process.env.CI) {
      tally.skipped++;
      result = 'skip';
      story = `: ${error.message}`;
    } else if (error instanceof Waiting && passedOn(target.kind, cell.name) === undefined) {
      outcomes.set(cell.name, 'waiting');
      result = 'wait';
      story = `: ${error.message}`;
    } else {
      tally.failed++;
      outcomes.set(cell.name, false);
      result = 'FAIL';
      failures.push(cell.name);
      story = `\n  ${error.message}${error instanceof Waiting ? ', and it passed here before' : ''}`;
      if (!(error instanceof Missing) && error.stack && !error.message) story = `\n  ${error.stack}`;
    }
  } finally {
    await context.end();
  }
  // At once, so that a run that is cut short keeps what it showed.
  if (options.record) record(target.kind, target.release, outcomes, CODE.cells);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${result} ${cell.name} (${seconds} s)${notes.map((note) => ` ${note}`).join('')}${story}`);
}

/** @param {import('./lib/cells.mjs').Cell[]} list @param {number} jobs */
async function checkAll(list, jobs) {
  const queue = [...list];
  const worker = async () => {
    for (let cell = queue.shift(); cell; cell = queue.shift()) await check(cell);
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

// What runs against this broker has passed on Apache Kafka, and matrix.json says so.
for (const problem of disagreements(matrix, CODE, (cell) => target.isKafka || proofs(cell).length > 0)) {
  tally.failed++;
  failures.push(`matrix.json: ${problem}`);
  console.log(`FAIL matrix.json: ${problem}`);
}

try {
  await prepare(new Set(cells.flatMap((cell) => cell.uses)), () => {});
  await target.start();
  console.log(`${cells.length} cells against ${target.kind}`);
  await checkAll(
    cells.filter((cell) => !cell.alone),
    Number(options.jobs),
  );
  await checkAll(
    cells.filter((cell) => cell.alone),
    1,
  );
  if (!target.isUp) throw new Error(`the broker ended by itself; the end of its log:\n${target.log(30)}`);
  await target.stop();
} catch (error) {
  tally.failed += Math.max(1, cells.length - tally.passed - tally.failed - tally.skipped);
  console.log(`FAIL ${error.message}`);
} finally {
  await endServed();
  await endJavaTools();
  await target.remove();
}
if (options.record) writeReport();
if (failures.length > 0) console.log(`\nfailed:\n${failures.map((name) => `  ${name}`).join('\n')}`);
console.log(`\n${Math.round((performance.now() - runBegan) / 1000)} s`);
console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
process.exit(tally.failed > 0 || tally.passed === 0 ? 1 : 0);
