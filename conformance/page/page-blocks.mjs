// The code blocks of a page in Markdown, with what comments before them say of how to run them.
//   <!-- not run: why -->         the next block is for readers
//   <!-- terminal: NAME -->       the next commands run beside the others, until they are stopped
//   <!-- terminal NAME shows -->  the next block is what came there since the last such block; `, in any order of partitions`
//   <!-- stop: NAME NAME -->      Ctrl-C in those terminals, before the next block

/**
 * @typedef {object} Block
 * @property {'run' | 'file' | 'output'} kind
 * @property {string} text
 * @property {string} [file] where a file goes
 * @property {string} [terminal] the name of the terminal that runs or shows it
 * @property {boolean} [anyOrder]
 * @property {string[]} stop terminals to stop before
 * @property {number} line
 */

/** @param {string} page @returns {Block[]} */
export function blocksOf(page) {
  /** @type {Block[]} */
  const blocks = [];
  /** @type {string[]} */
  let notes = [];
  const lines = page.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const note = /^<!-- (.+) -->$/.exec(lines[at]);
    if (note !== null) notes.push(note[1]);
    const fence = /^```(\w+)(?: (\S+))?$/.exec(lines[at]);
    if (fence === null) continue;
    const end = lines.indexOf('```', at + 1);
    if (end < 0) throw new Error(`line ${at + 1}: the block has no end`);
    const block = blockOf(fence[1], fence[2], lines.slice(at + 1, end).join('\n'), notes, at + 1);
    if (block !== undefined) blocks.push(block);
    notes = [];
    at = end;
  }
  return blocks;
}

/** @param {string} language @param {string | undefined} file @param {string} text @param {string[]} notes @param {number} line */
function blockOf(language, file, text, notes, line) {
  if (notes.some((note) => note.startsWith('not run: '))) return undefined;
  const noted = (pattern) => notes.map((note) => pattern.exec(note)).find((match) => match !== null);
  const stop = noted(/^stop: (.+)$/)?.[1].split(' ') ?? [];
  if (file !== undefined) return { kind: 'file', text: `${text}\n`, file, stop, line };
  if (language === 'sh') return { kind: 'run', text, terminal: noted(/^terminal: (\S+)$/)?.[1], stop, line };
  const shows = noted(/^terminal (\S+) shows(, in any order of partitions)?$/);
  return { kind: 'output', text, terminal: shows?.[1], anyOrder: shows?.[2] !== undefined, stop, line };
}
