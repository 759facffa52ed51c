// docs/conformance.md, made from matrix.json and results.json.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENTS } from '../clients/registry.mjs';
import { matrix } from './matrix.mjs';
import { repositoryDir } from './places.mjs';
import { passedOn, proofs, results, waitsOn } from './results.mjs';

const NAMES = { 'kafka-3.9': 'a', 'kafka-3.9-kraft': 'b', 'kafka-4.3': 'c' };

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** @param {string} cell as in matrix.json @param {string} name */
function shown(cell, name) {
  if (cell.startsWith('n/a')) return '–';
  if (cell.startsWith('waiting')) return 'waiting';
  const proved = proofs(name)
    .map((target) => NAMES[target])
    .join('');
  if (waitsOn('ottla', name)) return `waiting ${proved}`;
  return passedOn('ottla', name) === undefined ? `**no** ${proved}` : `ok ${proved}`;
}

const days = (target) =>
  [...new Set(Object.values(results[target].passed).flatMap((row) => Object.keys(row)))].sort().join(', ');

const brokers = () =>
  Object.keys(results).map((target) => {
    const what = target === 'ottla' ? 'Ottla' : `Apache Kafka (\`${target}\`)`;
    const cells = Object.values(results[target].passed).flatMap((row) =>
      Object.values(row).flatMap((names) => names.split('; ')),
    );
    return [what, results[target].version, NAMES[target] ?? '', String(cells.length), days(target)];
  });

function reasons() {
  const lines = [];
  for (const [client, row] of Object.entries(matrix.clients)) {
    /** @type {Map<string, string[]>} */
    const byReason = new Map();
    for (const [name, cell] of Object.entries(row)) {
      if (!cell.startsWith('n/a: ')) continue;
      const reason = cell.slice(5);
      byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
    }
    if (byReason.size === 0) continue;
    lines.push(`- **${client}**`);
    for (const [reason, names] of byReason) lines.push(`  - ${names.join(', ')}: ${reason}`);
  }
  return lines.join('\n');
}

/** Writes the page. */
export function writeReport() {
  const cases = Object.keys(matrix.cases);
  const versions = new Map(CLIENTS.map((client) => [client.name, client.version()]));
  const row = (client) => [
    client,
    versions.get(client) ?? '',
    ...cases.map((name) => shown(matrix.clients[client][name], `${client} / ${name}`)),
  ];
  const tools = Object.entries(matrix.tools);
  const text = `# Conformance

Made by \`npm run conformance -- --record\` from \`conformance/matrix.json\` and the last results; not written by hand. How it is run: [conformance/README.md](../conformance/README.md).

**ok**: it passed against Ottla, and before that, unchanged, on the Apache Kafka of the letters. **–**: the client has no such thing; its reason is below.
**no**: it was not run against Ottla, or did not pass. **waiting**: the client can, the broker cannot yet. Kafka 4 dropped the protocol versions of before 2.1, so the oldest clients are proved on 3.9 only.

${table(['broker', 'version', 'letter', 'cells passed', 'run on'], brokers())}

## Clients

${table(['client', 'version', ...cases], Object.keys(matrix.clients).map(row))}

## Cases

${Object.entries(matrix.cases)
  .map(([name, about]) => `- **${name}**: ${about}`)
  .join('\n')}

## Kafka's own tools

${table(
  ['tool', 'of 3.9', 'of 4.3'],
  tools.map(([tool, cells]) => [
    `${tool}`,
    ...['3.9', '4.3'].map((version) => shown(cells[version], `tools ${version} / ${tool}`)),
  ]),
)}

## The broker itself, and this repository's client

${table(
  ['cell', 'result'],
  Object.entries(matrix.others).map(([name, cell]) => [name, shown(cell, name)]),
)}

## Why not

${reasons()}
`;
  writeFileSync(join(repositoryDir, 'docs/conformance.md'), text);
}
