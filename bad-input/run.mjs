#!/usr/bin/env node
// Every kind of abuse, on the real process. See README.md.
import { parseArgs } from 'node:util';
import { Missing } from '../conformance/lib/setup.mjs';
import { TARGETS, Target, withTarget } from '../conformance/lib/targets.mjs';
import { within } from '../conformance/lib/wait.mjs';
import { ALL } from './cases/all.mjs';
import { checkOn } from './lib/case.mjs';
import { Steady } from './lib/steady.mjs';

const USAGE = `usage: npm run bad-input -- [options]
  --against NAME   ${TARGETS.join(', ')} (ottla)
  --only REGEX     the cases whose name matches
  --slow           minutes where CI gets seconds: SIGSTOP for a minute, one byte a second
  --list           print the names
With CI set a skipped case is a failure. KEEP=1 keeps the brokers' folders.`;

const { values: options } = parseArgs({
  options: {
    against: { type: 'string', default: 'ottla' },
    only: { type: 'string', default: '' },
    slow: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}
const only = new RegExp(options.only);
const chosen = ALL.filter((one) => only.test(one.name));
if (options.list) {
  for (const one of chosen) console.log(one.name);
  process.exit(0);
}

const runBegan = performance.now();
const shared = new Target(options.against);
const cases = chosen.filter((one) => one.suits?.(shared) ?? true);
const tally = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const failures = [];
/** @type {Steady | undefined} */
let sharedSteady;

/** @param {import('./lib/case.mjs').Case} one @param {(line: string) => void} note */
async function perform(one, note) {
  if (one.own) return checkOn(one, shared, undefined, note, options);
  if (one.set !== undefined) {
    return withTarget(options.against, { set: one.set }, async (target) => {
      const steady = await Steady.beside(target);
      await checkOn(one, target, steady, note, options).finally(() => steady.stop());
    });
  }
  if (!shared.isUp) throw new Error('not run: the broker has ended');
  return checkOn(one, shared, sharedSteady, note, options);
}

/** @param {import('./lib/case.mjs').Case} one */
async function check(one) {
  const began = performance.now();
  /** @type {string[]} */
  const notes = [];
  let result = 'ok  ';
  let story = '';
  try {
    const limitMs = (one.limitMs ?? 60_000) * (options.slow ? 5 : 1);
    await within(
      one.name,
      limitMs,
      perform(one, (line) => notes.push(line)),
    );
    tally.passed++;
  } catch (error) {
    if (error instanceof Missing && !process.env.CI) {
      tally.skipped++;
      result = 'skip';
      story = `: ${error.message}`;
    } else {
      tally.failed++;
      result = 'FAIL';
      failures.push(one.name);
      story = `\n  ${error.message || error.stack}`;
    }
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${result} ${one.name} (${seconds} s)${notes.map((note) => ` ${note}`).join(';')}${story}`);
}

try {
  if (cases.some((one) => !one.own && one.set === undefined)) {
    await shared.start();
    sharedSteady = await Steady.beside(shared);
  }
  console.log(`${cases.length} cases against ${options.against}`);
  for (const one of cases) await check(one);
} catch (error) {
  tally.failed++;
  console.log(`FAIL ${error.stack}`);
} finally {
  sharedSteady?.stop();
  await shared.remove();
}
if (failures.length > 0) console.log(`\nfailed:\n${failures.map((name) => `  ${name}`).join('\n')}`);
console.log(`\n${Math.round((performance.now() - runBegan) / 1000)} s`);
console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
process.exit(tally.failed > 0 || tally.passed === 0 ? 1 : 0);
