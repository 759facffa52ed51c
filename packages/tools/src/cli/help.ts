/** The help page as jopt-simple's formatter lays it out: 80 columns, two between, cells padded, long words wrapped. */
import type { OptionSpec } from './option-parser.ts';
import { wrap } from './wrap.ts';

const TOTAL_WIDTH = 80;
const COLUMN_GAP = 2;
const OPTION_WIDTH_MAX = Math.floor((TOTAL_WIDTH - COLUMN_GAP) / 2);
const INDENT = '  ';

export function formatHelp(specs: readonly OptionSpec[]): string {
  const anyRequired = specs.some((spec) => spec.required === true);
  const rows = [...specs]
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .map((spec) => ({ left: optionCell(spec), right: descriptionCell(spec) }));
  const header = anyRequired ? 'Option (* = required)' : 'Option';
  const all = [
    { left: header, right: 'Description' },
    { left: '-'.repeat(header.length), right: '-----------' },
    ...rows,
  ];

  const optionWidth = Math.min(OPTION_WIDTH_MAX, Math.max(...all.map((row) => row.left.length)));
  const descriptionWidth = Math.min(
    TOTAL_WIDTH - optionWidth - COLUMN_GAP,
    Math.max(...all.map((row) => row.right.length)),
  );
  const lines: string[] = [];
  for (const row of all) {
    const left = wrap(row.left, optionWidth, INDENT);
    const right = wrap(row.right, descriptionWidth, INDENT);
    for (let at = 0; at < Math.max(left.length, right.length); at++) {
      lines.push(
        (left[at] ?? '').padEnd(optionWidth) + ' '.repeat(COLUMN_GAP) + (right[at] ?? '').padEnd(descriptionWidth),
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

function optionCell(spec: OptionSpec): string {
  const name = `${spec.required === true ? '* ' : ''}${spec.name.length === 1 ? '-' : '--'}${spec.name}`;
  if (spec.argument === undefined || spec.argument === 'none') return name;
  const argument = `${spec.type ?? 'String'}${spec.describedAs === undefined ? '' : `: ${spec.describedAs}`}`;
  return `${name} ${spec.argument === 'required' ? `<${argument}>` : `[${argument}]`}`;
}

function descriptionCell(spec: OptionSpec): string {
  return spec.defaultsTo === undefined
    ? spec.description
    : `${spec.description} (default: ${spec.defaultsTo})`.trimStart();
}
