#!/usr/bin/env node
// Half an hour of mixed load with restarts: nothing acknowledged is lost, doubled or moved, and memory does not grow.
//
// The first sixth and the last sixth of the time have a restart every half minute, orderly and by kill -9 in turns. Between
// them the broker lives on, and its memory is judged once the heap has found its size: the median of the last third against that
// of the first. A run of less than 20 minutes is too short for that, and says so.
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Context } from '../../conformance/lib/cells.mjs';
import { Ledger } from '../../conformance/lib/ledger.mjs';
import { cpuSeconds, megabytesOf } from '../../conformance/lib/process-figures.mjs';
import { Target } from '../../conformance/lib/targets.mjs';
import { pause } from '../../conformance/lib/wait.mjs';
import { admin, bulk, groups, prepareSmall, small, visitors, WRITER_RATE, WRITERS } from './loads.mjs';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    against: { type: 'string', default: 'ottla' },
    samples: { type: 'string' },
  },
});
const PARTITIONS = 3;
const SAMPLE_MS = 2000;
/** The part of the long life that goes by before its memory is looked at. */
const WARM_UP = 0.2;
/** Memory is judged in runs of at least this: in shorter ones the heap is still on its way to its size (82 MB at first, 107 to 115 from 3 minutes on). */
const JUDGED_FROM_MS = 20 * 60_000;
/** What the memory of the last third may be above that of the first. */
const GROWTH = 1.05;

const totalMs = Number(options.minutes) * 60_000;
const RESTART_MS = Math.min(30_000, totalMs / 60);
// What passes leaves the disk soon.
const target = new Target(options.against, {
  set: { 'log.retention.check.interval.ms': '20000', 'log.segment.delete.delay.ms': '2000' },
});
const notes = (line) => console.log(line);
const at = new Context(target, notes);
const groupsAt = new Context(target, notes);
const ledger = new Ledger(PARTITIONS);
/** @type {Map<string, number>} */
const counts = new Map();
const shift = {
  over: false,
  isOver: () => shift.over,
  count: (what, by = 1) => counts.set(what, (counts.get(what) ?? 0) + by),
};
const began = performance.now();
const clock = () => `${((performance.now() - began) / 60_000).toFixed(1)} min`;

/** @type {[string, import('../../conformance/lib/event-stream.mjs').EventStream][]} */
const writers = [];
/** Takes what the writers said so far. */
function listen() {
  for (const [name, writer] of writers) {
    for (const event of writer.events.splice(0)) {
      ledger.heard(name, event);
      if (event.event === 'stopped') shift.count('writers stopped in order');
    }
    if (writer.ended && !shift.over) throw new Error(`a writer ended\n    ${writer.story()}`);
  }
}

/** Memory while the same process lives. @type {number[]} */
let samples = [];
/** @param {number} untilMs @param {boolean} restarts */
async function pass(untilMs, restarts) {
  samples = [];
  let pid = target.pid;
  let cpuBefore = cpuSeconds(pid);
  let lastRestart = performance.now();
  const from = performance.now();
  while (performance.now() - began < untilMs) {
    await pause(SAMPLE_MS);
    listen();
    if (!target.isUp) throw new Error(`the broker ended by itself:\n${target.log(30)}`);
    samples.push(megabytesOf(pid, 'VmRSS'));
    if (options.samples) appendFileSync(options.samples, `${clock()} ${samples.at(-1)?.toFixed(1)}\n`);
    if (!restarts || performance.now() - lastRestart < RESTART_MS) continue;
    const orderly = (counts.get('restarts') ?? 0) % 2 === 0;
    if (orderly) await target.stop();
    else await target.kill();
    await target.restart();
    shift.count('restarts');
    pid = target.pid;
    cpuBefore = 0;
    lastRestart = performance.now();
  }
  const seconds = (performance.now() - from) / 1000;
  const cores = restarts ? '' : `, broker cores ${((cpuSeconds(pid) - cpuBefore) / seconds).toFixed(2)}`;
  console.log(
    `${clock()}: ${ledger.ackedCount} acknowledged, ${samples.length} samples, median ${median(samples).toFixed(1)} MB${cores}`,
  );
  return samples;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function readAll() {
  const ends = await at.tool('3.9', 'kafka-get-offsets', ['--topic', 'kept'], { target });
  const count = ends.lines.reduce((sum, line) => sum + Number(line.split(':')[2]), 0);
  const reader = await at.client(
    'confluent-kafka',
    'consume',
    { topic: 'kept', partitions: PARTITIONS, max: count },
    target,
  );
  const take = () => {
    for (const event of reader.events.splice(0)) if (event.event === 'record') ledger.read(/** @type {any} */ (event));
  };
  const taking = setInterval(take, 100);
  await reader.finish(600_000).finally(() => clearInterval(taking));
  take();
}

let failure = '';
try {
  await target.start();
  await target.createTopic('kept', PARTITIONS, { 'segment.bytes': String(1 << 20) });
  await prepareSmall(target);
  for (const [index, [client, codec]] of WRITERS.entries()) {
    const name = `writer-${index}`;
    const load = { topic: 'kept', codec, partitions: PARTITIONS, name, rate: WRITER_RATE };
    writers.push([name, await at.client(client, 'load', load, target)]);
  }
  const streams = Array.from({ length: 4 }, () => small(target, shift));
  const loads = [bulk(target, shift), ...streams, admin(target, shift), visitors(target, shift)];
  loads.push(groups(target, shift, groupsAt));
  const early = await pass(totalMs / 6, true);
  const life = await pass((totalMs * 5) / 6, false);
  const late = await pass(totalMs, true);
  shift.over = true;
  for (const [, writer] of writers) writer.say('stop');
  for (const [, writer] of writers) await writer.finish(120_000);
  listen();
  await Promise.all(loads);
  await groupsAt.end();
  await readAll();
  ledger.check();
  if (counts.get('writers stopped in order') !== WRITERS.length) throw new Error('not every writer stopped in order');

  const warm = life.slice(Math.floor(life.length * WARM_UP));
  const third = Math.floor(warm.length / 3);
  const [first, last] = [median(warm.slice(0, third)), median(warm.slice(-third))];
  console.log(`${ledger.ackedCount} acknowledged, ${ledger.foundCount} there, each once`);
  for (const [what, count] of counts) console.log(`  ${count} ${what}`);
  console.log(`memory with restarts: ${median(early).toFixed(1)} MB at first, ${median(late).toFixed(1)} MB at last`);
  const change = ((last / first - 1) * 100).toFixed(1);
  console.log(
    `memory of the long life: first third ${first.toFixed(1)} MB, last third ${last.toFixed(1)} MB (${change} %)`,
  );
  if (totalMs < JUDGED_FROM_MS)
    console.log(`not judged: the heap has not found its size in less than ${JUDGED_FROM_MS / 60_000} minutes`);
  else if (last > first * GROWTH) throw new Error(`memory grew by ${change} %`);
} catch (error) {
  failure = error.stack;
} finally {
  shift.over = true;
  await at.end();
  await groupsAt.end();
  if (failure !== '') console.log(`FAIL ${failure}\n${target.log(20)}`);
  await target.remove();
}
console.log(failure === '' ? '1 passed, 0 failed, 0 skipped' : '0 passed, 1 failed, 0 skipped');
process.exit(failure === '' ? 0 : 1);
