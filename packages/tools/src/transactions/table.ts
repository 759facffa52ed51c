/** Columns as wide as their cells, each followed by a tab; no line between header and rows (Java's prettyPrintTable). */
export function formatTable(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [header, ...rows.map((row) => row.map(String))];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) => `${line.map((cell, column) => `${cell.padEnd(widths[column] ?? 0)}\t`).join('')}\n`)
    .join('');
}
