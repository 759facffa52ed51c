// results.json: what passed last, against which broker, and when. Written by `--record`; docs/conformance.md is made from it.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformanceDir } from './places.mjs';

const FILE = join(conformanceDir, 'results.json');

/**
 * `passed`: part before " / " to date to the rest of the names, separated by semicolons: the file stays small enough to read.
 * `waiting`: names of what this broker could not yet do.
 * @typedef {{ version: string, passed: Record<string, Record<string, string>>, waiting?: string[] }} Results
 * @typedef {boolean | 'waiting'} Outcome whether it passed
 */

/** @returns {Record<string, Results>} by target */
const kept = () => (existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {});

export const results = kept();

const split = (cell) => {
  const at = cell.indexOf(' / ');
  return at < 0 ? ['', cell] : [cell.slice(0, at), cell.slice(at + 3)];
};

/** @param {string} target @param {string} cell @returns {string | undefined} the day on which it passed */
export function passedOn(target, cell) {
  const [row, name] = split(cell);
  const days = results[target]?.passed[row] ?? {};
  return Object.keys(days).find((day) => days[day].split('; ').includes(name));
}

/** @param {string} target @param {string} cell */
export const waitsOn = (target, cell) => results[target]?.waiting?.includes(cell) ?? false;

/** @param {string} cell @returns {string[]} the targets of Apache Kafka on which it passed */
export const proofs = (cell) =>
  Object.keys(results).filter((target) => target !== 'ottla' && passedOn(target, cell) !== undefined);

/**
 * @param {string} target
 * @param {string} version
 * @param {Map<string, Outcome>} outcomes by cell
 * @param {string[]} known names of all cells; others are forgotten
 */
export function record(target, version, outcomes, known) {
  Object.assign(results, kept()); // another run may have written since
  const day = new Date().toISOString().slice(0, 10);
  /** @type {Map<string, string>} */
  const days = new Map();
  for (const cell of known) {
    const outcome = outcomes.get(cell);
    const passed = outcome === undefined ? passedOn(target, cell) : outcome === true && day;
    if (passed) days.set(cell, passed);
  }
  /** @type {Results['passed']} */
  const passed = {};
  for (const [cell, when] of days) {
    const [row, name] = split(cell);
    passed[row] ??= {};
    const before = passed[row][when];
    passed[row][when] = before === undefined ? name : `${before}; ${name}`;
  }
  const waiting = known.filter((cell) => (outcomes.get(cell) ?? (waitsOn(target, cell) && 'waiting')) === 'waiting');
  results[target] = { version, passed, ...(waiting.length > 0 ? { waiting } : {}) };
  // Whoever reads meanwhile finds the old or the new.
  const part = `${FILE}.${process.pid}`;
  writeFileSync(part, `${JSON.stringify(results, null, 2)}\n`);
  renameSync(part, FILE);
}
