/** `npm run fuzz`, bundled by scripts/fuzz.mjs: rounds of all subjects in turns until the time is over. The same seed goes the same way. */
import { Dice } from './dice.ts';
import { logDirectory, produced } from './log-directory.ts';
import { messages } from './messages.ts';
import { journal, znodes } from './metadata.ts';
import { records } from './records.ts';
import type { Subject } from './subject.ts';

/** A round that takes longer hangs, or does far more than its input is worth, ms. */
const ROUND_MS_MAX = 5000;
/** What one round may add to the memory of the process: inputs are small, and what a decoder takes is a documented multiple of them. */
const ROUND_MB_MAX = 200;
const FAILURES_MAX = 5;

const [seconds, seed, only] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4] ?? ''];
// Thousands of errors are thrown on purpose; those that matter are few.
Error.stackTraceLimit = 6;

const subjects: Subject[] = [messages(), records(), produced(), logDirectory(), journal(), znodes()].filter(
  ({ name }) => name.includes(only),
);
const endMs = performance.now() + seconds * 1000;
process.stdout.write(`seed ${seed}\n`);
let failed = 0;
for (const subject of subjects) {
  const sliceMs = (endMs - performance.now()) / (subjects.length - subjects.indexOf(subject));
  const until = performance.now() + sliceMs;
  let rounds = 0;
  let failures = 0;
  for (; performance.now() < until && failures < FAILURES_MAX; rounds++) {
    const began = performance.now();
    const residentBefore = process.memoryUsage.rss() / 1e6;
    try {
      await subject.round(new Dice(seed * 1_000_003 + rounds));
      const took = performance.now() - began;
      if (took > ROUND_MS_MAX) throw new Error(`took ${Math.round(took)} ms`);
      const grown = process.memoryUsage.rss() / 1e6 - residentBefore;
      if (grown > ROUND_MB_MAX) throw new Error(`took ${Math.round(grown)} MB`);
    } catch (error) {
      failures++;
      process.stdout.write(
        `${subject.name}, round ${rounds}: ${error instanceof Error ? error.message : String(error)}\n`,
      );
    }
  }
  if (failures > 0) failed++;
  process.stdout.write(`${failures === 0 ? 'ok  ' : 'FAIL'} ${subject.name}: ${rounds} rounds\n`);
}
process.stdout.write(`${subjects.length - failed} passed, ${failed} failed, 0 skipped\n`);
process.exit(failed === 0 ? 0 : 1);
