#!/usr/bin/env node
// This broker beside Apache Kafka 3.9 and 4.3, case by case, round by round. See README.md.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { track } from '../conformance/lib/processes.mjs';
import { cProgram } from '../conformance/lib/setup.mjs';
import { Target } from '../conformance/lib/targets.mjs';
import { bulk, CASES, smallCalls } from './cases.mjs';
import { CLIENT_CASES, measureClients } from './clients/run.mjs';
import { machine, readKept, regressions, writeKept } from './kept.mjs';
import { table } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    brokers: { type: 'string', default: 'kafka-3.9,kafka-4.3,ottla' },
    cases: { type: 'string', default: '' },
    rounds: { type: 'string', default: '3' },
    warm: { type: 'string', default: '60' },
    hold: { type: 'string', default: '3000' },
    check: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    clients: { type: 'boolean', default: false },
  },
});
const cases = CASES.filter((each) => new RegExp(options.cases).test(each.name));
if (options.list) {
  for (const name of options.clients ? Object.keys(CLIENT_CASES) : cases.map((each) => each.name)) console.log(name);
  process.exit(0);
}

if (options.report) {
  writeKept(readKept());
  process.exit(0);
}

if (options.clients) {
  const broker = options.brokers.includes(',') ? 'ottla' : options.brokers;
  keep(await measureClients({ cases: new RegExp(options.cases), rounds: Number(options.rounds), broker }));
}

const load = await cProgram('load', join(dirname(fileURLToPath(import.meta.url)), 'load.c'));

/** Memory that the machine is made to keep; given back right before a measurement. @param {number} megabytes */
function holdMemory(megabytes) {
  if (megabytes === 0) return { take: async () => {}, free: async () => {} };
  const child = track(spawn(load, ['hold', '-m', String(megabytes)], { stdio: ['pipe', 'pipe', 'inherit'] }));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = lines.next();
  const say = async (word) => {
    await first;
    child.stdin.write(`${word}\n`);
    await lines.next();
  };
  return { take: () => say('take'), free: () => say('free') };
}

const kinds = options.brokers.split(',');
// Deleted topics leave the disk soon, or what they wrote weighs on the next case.
const targets = kinds.map(
  (kind) =>
    new Target(kind, { set: { 'log.segment.delete.delay.ms': '500', 'log.retention.check.interval.ms': '300000' } }),
);
const memory = holdMemory(Number(options.hold));
const settings = targets.map((target) => ({ target, load, memory }));

/** A JVM compiles what runs often: large requests and small ones, in and out. @param {import('./cases.mjs').Setting} setting @param {number} seconds */
async function warm(setting, seconds) {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    await bulk({ record: 1024, batch: 1_000_000, megabytes: 400, partitions: 8, connections: 2 })(setting);
    await bulk({ record: 100, batch: 16_384, megabytes: 80, partitions: 8, connections: 2 })(setting);
    await smallCalls(4)(setting);
  }
}

/** @type {Record<string, Record<string, import('./cases.mjs').Figures[]>>} */
const results = {};
try {
  for (const setting of settings) {
    await setting.target.start();
    console.error(`${setting.target.kind} is up`);
  }
  let warmed = false;
  for (const { name, measure, restarts } of cases) {
    if (!restarts && !warmed) {
      for (const setting of settings) await warm(setting, Number(options.warm));
      warmed = true;
    }
    results[name] = Object.fromEntries(kinds.map((kind) => [kind, []]));
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const setting of settings) {
        try {
          results[name][setting.target.kind].push(await measure(setting));
        } catch (error) {
          console.error(`${name}, ${setting.target.kind}: ${error.message}`);
        }
      }
    }
    console.log(table(name, kinds, results[name]));
  }
} finally {
  for (const target of targets) await target.remove();
}
keep(results);

/** Writes what was measured, or with --check compares it with what is kept. @param {Record<string, import('./kept.mjs').Rounds>} measured */
function keep(measured) {
  const kept = readKept();
  if (options.check) {
    const worse = regressions(kept, measured);
    for (const line of worse) console.error(line);
    process.exit(worse.length > 0 ? 1 : 0);
  }
  kept.machine = machine();
  const when = new Date().toISOString();
  for (const [name, rounds] of Object.entries(measured)) kept.cases[name] = { when, rounds };
  writeKept(kept);
  process.exit(0);
}
