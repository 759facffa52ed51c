// Does what a page says, as a newcomer would: in its order, on a fresh folder, and compares what is printed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from '../lib/cells.mjs';
import { run } from '../lib/processes.mjs';
import { until } from '../lib/wait.mjs';
import { Terminal } from './terminal.mjs';

const OUTPUT_LIMIT_MS = 40_000;

/**
 * @param {import('./page-blocks.mjs').Block[]} blocks
 * @param {string} folder
 * @param {(text: string) => string} adapt what differs on this machine: the port
 */
export async function runPage(blocks, folder, adapt) {
  /** @type {Map<string, Terminal>} */
  const terminals = new Map();
  let printed = '';
  try {
    for (const block of blocks) {
      const where = `line ${block.line} of the page`;
      await Promise.all(block.stop.map(async (name) => terminals.get(name)?.interrupt()));
      const text = adapt(block.text);
      if (block.kind === 'file') {
        const path = join(folder, block.file ?? '');
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
      } else if (block.kind === 'run' && block.terminal !== undefined)
        terminals.set(block.terminal, new Terminal(text, folder));
      else if (block.kind === 'run') {
        const { code, stdout, stderr } = await run('sh', ['-ec', text], {
          cwd: folder,
          env: { LOG_DIR: join(folder, 'logs') },
        });
        expect(code === 0, `${where}: ${text} ended with ${code}\n${stdout}${stderr}`);
        printed = stdout.trimEnd();
      } else if (block.terminal === undefined)
        expect(printed === text, `${where}: expected\n${text}\nbut it was\n${printed}`);
      else await shown(where, terminals.get(block.terminal), block, text);
    }
  } finally {
    await Promise.all(Array.from(terminals.values(), (terminal) => terminal.interrupt()));
  }
}

/** @param {string} where @param {Terminal | undefined} terminal @param {import('./page-blocks.mjs').Block} block @param {string} text */
async function shown(where, terminal, block, text) {
  if (terminal === undefined) throw new Error(`${where}: there is no terminal ${block.terminal}`);
  const expected = text.split('\n');
  const inOrder = (lines) => (block.anyOrder ? byPartition(lines) : lines).join('\n');
  await until(
    `${where}: ${expected.length} lines`,
    OUTPUT_LIMIT_MS,
    () => terminal.lines.length >= expected.length,
  ).catch((error) => {
    throw new Error(`${error.message}; there are\n${terminal.lines.join('\n')}\n${terminal.errors}`);
  });
  const lines = terminal.lines.splice(0, expected.length);
  expect(inOrder(lines) === inOrder(expected), `${where}: expected\n${text}\nbut it was\n${lines.join('\n')}`);
}

/** Order is kept within a partition only. @param {string[]} lines */
function byPartition(lines) {
  const partition = (line) => Number(/\(partition (\d+)\)/.exec(line)?.[1] ?? -1);
  return lines
    .map((line, at) => ({ line, at }))
    .toSorted((a, b) => partition(a.line) - partition(b.line) || a.at - b.at)
    .map(({ line }) => line);
}
