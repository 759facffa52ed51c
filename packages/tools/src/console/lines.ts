import type { Readable } from 'node:stream';

/** The lines of a stream of UTF-8, those of each chunk together. A line ends with `\n`, `\r\n` or `\r`, as Java has it. */
export async function* linesOf(input: Readable): AsyncGenerator<readonly string[], void> {
  input.setEncoding('utf8');
  let rest = '';
  for await (const chunk of input) {
    let text = rest + String(chunk);
    // An end of line at the very end may be the first half of one.
    const held = text.endsWith('\r') ? '\r' : '';
    if (held !== '') text = text.slice(0, -1);
    const lines = text.includes('\r') ? text.split(/\r\n|\r|\n/) : text.split('\n');
    rest = (lines.pop() ?? '') + held;
    if (lines.length > 0) yield lines;
  }
  if (rest !== '') yield [rest.endsWith('\r') ? rest.slice(0, -1) : rest];
}
