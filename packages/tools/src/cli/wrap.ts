/** Lines as Java's two option libraries break them. */

/** Where a line may be broken: after spaces, after a hyphen between letters, after `,` `:` `.` before a letter, before `(`. */
const BREAKS =
  /(?<=\s)(?=\S)|(?<=[A-Za-z])(?=\()|(?<=[A-Za-z]-)(?=[A-Za-z])|(?<=[,:.])(?=[A-Za-z])|(?<=^--|\s--)(?=[A-Za-z])/;

/** `indent` is put in front of all lines but the first of each paragraph. `behind`: what has to fit behind the last word. */
export function wrap(text: string, width: number, indent = '', behind = 0): string[] {
  const lines: string[] = [];
  for (const paragraph of text.trim().split('\n')) {
    let line = '';
    const words = paragraph.split(BREAKS);
    for (const [at, word] of words.entries()) {
      const needed = word.length + (at === words.length - 1 ? behind : 0);
      if (line !== '' && line.length + needed > width) {
        lines.push(line.trimEnd());
        line = indent + word;
      } else line += word;
    }
    if (line !== '') lines.push(line.trimEnd());
  }
  return lines;
}

/** The same with all lines but the last stretched to the width, as argparse4j does. */
export function wrapJustified(text: string, width: number, behind = 0): string[] {
  const lines = wrap(text, width, '', behind);
  return lines.map((line, index) => (index === lines.length - 1 ? line : justified(line, width)));
}

/** What is missing to the width goes between the words; what cannot be shared out evenly to the middle. */
function justified(line: string, width: number): string {
  const words = line.split(' ');
  const gaps = words.length - 1;
  if (gaps === 0) return line;
  const missing = width - line.length;
  const each = Math.floor(missing / gaps);
  const rest = missing % gaps;
  const first = Math.ceil((gaps - rest) / 2);
  return words
    .map((word, at) => {
      if (at === gaps) return word;
      return word + ' '.repeat(1 + each + (at >= first && at < first + rest ? 1 : 0));
    })
    .join('');
}
