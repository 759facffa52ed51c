// The rounds that are kept: data beside docs/benchmarks.md, which is made from them. A run replaces the cases that it measured.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { repositoryDir } from '../conformance/lib/places.mjs';
import { AIMS, largerIsBetter, verdict } from './aims.mjs';
import { CASES } from './cases.mjs';
import { CLIENT_CASES } from './clients/run.mjs';
import { median, table } from './table.mjs';

const DATA = join(repositoryDir, 'docs/benchmarks.json');
const PAGE = join(repositoryDir, 'docs/benchmarks.md');
/** The broker that is judged, by the better of the others. */
export const OURS = 'ottla';
/** How far a ratio may fall before `--check` fails. */
const TOLERANCE = 0.15;

/** @typedef {import('./cases.mjs').Figures} Figures */
/** @typedef {Record<string, Figures[]>} Rounds by broker */
/** @typedef {{ when: string, rounds: Rounds }} KeptCase */
/** @typedef {{ machine: string, notes: string[], cases: Record<string, KeptCase> }} Kept */

export function machine() {
  const [first] = cpus();
  return `${cpus().length} x ${first?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${release()}, Node.js ${process.version}`;
}

/** @returns {Kept} */
export function readKept() {
  if (!existsSync(DATA)) return { machine: machine(), notes: [], cases: {} };
  return JSON.parse(readFileSync(DATA, 'utf8'));
}

/** @param {Kept} kept */
export function writeKept(kept) {
  writeFileSync(DATA, `${JSON.stringify(kept, null, 1)}\n`);
  writeFileSync(PAGE, page(kept));
}

/** Ours by the best of the others, so that above 1 is better whatever the figure; undefined when one is missing. @param {Rounds} rounds @param {string} figure */
export function advantage(rounds, figure) {
  const of = (broker) => (rounds[broker] ?? []).map((round) => round[figure]).filter(Number.isFinite);
  const ours = of(OURS);
  const others = Object.keys(rounds)
    .filter((broker) => broker !== OURS && of(broker).length > 0)
    .map((broker) => median(of(broker)));
  if (ours.length === 0 || others.length === 0) return undefined;
  const mine = median(ours);
  const value = largerIsBetter(figure) ? mine / Math.max(...others) : Math.min(...others) / mine;
  return Number.isFinite(value) ? value : undefined;
}

/** What became worse than it was kept; empty when nothing did. @param {Kept} kept @param {Record<string, Rounds>} results @returns {string[]} */
export function regressions(kept, results) {
  const worse = [];
  for (const [name, rounds] of Object.entries(results)) {
    const before = kept.cases[name]?.rounds;
    if (before === undefined) continue;
    for (const { figure } of AIMS[name] ?? []) {
      const was = advantage(before, figure);
      const is = advantage(rounds, figure);
      if (was === undefined || is === undefined || is >= was * (1 - TOLERANCE)) continue;
      worse.push(`${name}: ${figure} is ${is.toFixed(2)} times as good as the better other, it was ${was.toFixed(2)}`);
    }
  }
  return worse;
}

/** @param {Kept} kept */
function page(kept) {
  const names = [...CASES.map(({ name }) => name), ...Object.keys(CLIENT_CASES)];
  const measured = names.filter((name) => kept.cases[name] !== undefined);
  const lines = [
    '# Benchmarks',
    '',
    'Made by `npm run bench` from `benchmarks.json`; see [bench](../bench/README.md) for what the figures mean. Medians of the rounds, lowest and highest in brackets.',
    '',
    `Machine: ${kept.machine}.`,
    ...kept.notes.flatMap((note) => ['', note]),
    '',
    '## Aims',
    '',
    'Ours by the better of the two Kafkas (of the other clients), or as it is. A gate must hold; an aim is what we would like.',
    '',
    '| case | figure | ours | the better other | ratio | gate | aim | |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
  ];
  for (const name of measured) {
    for (const aim of AIMS[name] ?? []) {
      const row = verdict(kept.cases[name].rounds, aim);
      if (row !== undefined) lines.push(`| ${[name, aim.figure, ...row].join(' | ')} |`);
    }
  }
  lines.push('', '## All figures');
  for (const name of measured) {
    const { when, rounds } = kept.cases[name];
    const brokers = Object.keys(rounds).filter((broker) => rounds[broker].length > 0);
    const counts = brokers.map((broker) => rounds[broker].length);
    lines.push(table(name, brokers, rounds), '', `${when.slice(0, 10)}, rounds: ${Math.min(...counts)}.`);
  }
  return `${lines.join('\n')}\n`;
}
