/** Plans of offsets as CSV: `topic,partition,offset`, or with the group in front. */
import type { TopicPartitionOffset } from '@ottla/client';
import { JavaError } from '../cli/java-error.ts';

export type ResetPlan = Map<string, TopicPartitionOffset[]>;

/** Longer ones are not looked at and put in quotes (Jackson's CSV, which Kafka uses). */
const CHECKED_CHARS_MAX = 24;

export function formatPlan(plan: ResetPlan, withGroup: boolean): string {
  return Array.from(plan, ([group, places]) =>
    places
      .map(({ topic, partition, offset }) =>
        [...(withGroup ? [group] : []), topic].map(quoted).concat(`${partition}`, `${offset}`),
      )
      .map((cells) => `${cells.join(',')}\n`)
      .join(''),
  ).join('');
}

function quoted(text: string): string {
  // Up to the comma: blanks, quotes, and other characters of old.
  const isSafe = text.length <= CHECKED_CHARS_MAX && /^[^\0-,]+$/.test(text);
  return isSafe ? text : `"${text.replaceAll('"', '""')}"`;
}

/** `group` is the one that lines without one are about; undefined: each line names its own. */
export function parsePlan(text: string, group: string | undefined): ResetPlan {
  const plan: ResetPlan = new Map();
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const hasNoGroup = group !== undefined && cellsOf(lines[0] ?? '').length === 3;
  for (const line of lines) {
    const cells = cellsOf(line);
    const [name = '', topic = '', partition = '', offset = ''] = hasNoGroup ? [group, ...cells] : cells;
    if (!isNumber(partition) || !isNumber(offset) || cells.length !== (hasNoGroup ? 3 : 4))
      throw new JavaError(
        'java.lang.RuntimeException',
        `The plan's line '${line}' is not ${hasNoGroup ? '' : 'group,'}topic,partition,offset`,
      );
    const places = plan.get(name) ?? [];
    plan.set(name, places);
    places.push({ topic, partition: Number(partition), offset: Number(offset) });
  }
  return plan;
}

const isNumber = (text: string): boolean => /^[+-]?\d+$/.test(text);

/** Cells may stand in quotes, with quotes doubled. */
function cellsOf(line: string): string[] {
  return [...line.trim().matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, inQuotes, bare]) => inQuotes?.replaceAll('""', '"') ?? bare?.trim() ?? '',
  );
}
