// Rounds to a markdown table: the median, the lowest and highest, and each broker's median by the first one's.

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {number} value */
export function shown(value) {
  if (value >= 1000) return Math.round(value).toLocaleString('en');
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

/**
 * @param {string} name
 * @param {string[]} brokers the first is what the others are divided by
 * @param {Record<string, Record<string, number>[]>} rounds
 * @returns {string}
 */
export function table(name, brokers, rounds) {
  const head = ['', ...brokers, ...brokers.slice(1).map((broker) => `${broker} / ${brokers[0]}`)];
  const figures = [...new Set(brokers.flatMap((broker) => rounds[broker].flatMap(Object.keys)))];
  const rows = figures.map((figure) => {
    const series = brokers.map((broker) => rounds[broker].map((round) => round[figure]).filter(Number.isFinite));
    const cells = series.map((all) =>
      all.length === 0 ? '-' : `${shown(median(all))} (${shown(Math.min(...all))}-${shown(Math.max(...all))})`,
    );
    const base = series[0].length > 0 ? median(series[0]) : 0;
    const ratios = series.slice(1).map((all) => (all.length > 0 && base > 0 ? (median(all) / base).toFixed(2) : '-'));
    return [figure, ...cells, ...ratios];
  });
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return ['', `### ${name}`, '', line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
