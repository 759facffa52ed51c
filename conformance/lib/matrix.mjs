// matrix.json: which client runs which case. The runner checks that it and the code name the same cells.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformanceDir } from './places.mjs';

/**
 * A cell is `run`, `n/a: the client's reason`, or `waiting: what the broker still lacks`.
 * @typedef {object} Matrix
 * @property {Record<string, string>} cases what each one checks
 * @property {Record<string, Record<string, string>>} clients client, case, cell
 * @property {Record<string, Record<string, string>>} tools tool, Kafka version, cell
 * @property {Record<string, string>} others cells of several brokers or none: about the broker itself, and about this repository's client
 */

/** @type {Matrix} */
export const matrix = JSON.parse(readFileSync(join(conformanceDir, 'matrix.json'), 'utf8'));

/** @param {string} client @param {string} name of the case */
export const runs = (client, name) => matrix.clients[client]?.[name] === 'run';

/** @param {string} client @returns {string[]} the cases that it runs */
export const cellsOf = (client) => Object.keys(matrix.clients[client] ?? {}).filter((name) => runs(client, name));

const CELL = /^(run|n\/a: .+\.|waiting: .+)$/;

/** @param {Matrix} matrix @returns {string[]} the names of all cells that run, as the code names them */
function running(matrix) {
  const of = (rows, name) =>
    Object.entries(rows).flatMap(([row, cells]) =>
      Object.keys(cells)
        .filter((column) => cells[column] === 'run')
        .map((column) => name(row, column)),
    );
  return [
    ...of(matrix.clients, (client, name) => `${client} / ${name}`),
    ...of(matrix.tools, (tool, version) => `tools ${version} / ${tool}`),
    ...of({ others: matrix.others }, (_, name) => name),
  ];
}

/**
 * What the registry, the cases and the runner have.
 * @typedef {{ clients: string[], cases: string[], cells: string[] }} Code
 */

/**
 * @param {Matrix} matrix
 * @param {Code} code
 * @param {(cell: string) => boolean} isProved on Apache Kafka
 * @returns {string[]} what does not agree, empty when all does
 */
export function disagreements(matrix, code, isProved) {
  const wrong = [];
  const listed = Object.keys(matrix.clients);
  for (const name of code.clients) if (!listed.includes(name)) wrong.push(`client ${name} is not in matrix.json`);
  for (const name of listed) if (!code.clients.includes(name)) wrong.push(`client ${name} has no program`);
  for (const name of code.cases)
    if (!(name in matrix.cases)) wrong.push(`case ${name} is not among matrix.json's cases`);
  for (const [client, row] of Object.entries(matrix.clients)) {
    for (const name of Object.keys(matrix.cases))
      if (!(name in row)) wrong.push(`${client} / ${name} is not in matrix.json`);
    for (const [name, cell] of Object.entries(row)) {
      const where = `${client} / ${name}`;
      if (!(name in matrix.cases)) wrong.push(`${where}: there is no such case`);
      if (!CELL.test(cell)) wrong.push(`${where}: "${cell}" is neither run, n/a with a reason, nor waiting`);
      if (cell === 'run' && !code.cases.includes(name)) wrong.push(`${where} is to run and has no code`);
    }
  }
  const cells = running(matrix);
  for (const cell of code.cells) if (!cells.includes(cell)) wrong.push(`${cell} runs and is not in matrix.json`);
  for (const cell of cells) {
    if (!code.cells.includes(cell)) wrong.push(`${cell} is to run and has no code`);
    else if (!(cell in matrix.others) && !isProved(cell))
      wrong.push(`${cell} was never proved on Apache Kafka (--against kafka-3.9 --record)`);
  }
  return wrong;
}
