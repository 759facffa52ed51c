/** Which partitions kafka-get-offsets is asked for. */

import { ToolError } from '../cli/tool.ts';
import { topicPattern } from '../cli/topic-pattern.ts';

export type PartitionFilter = (topic: string, partition: number) => boolean;

/** `[topic regex][:[partition | [lower]-[upper]]]` */
const RULE = /^([^:,]*)(?::(?:([0-9]*)|(?:([0-9]*)-([0-9]*))))?$/;

/** Of `--topic` and `--partitions`; either may be missing. */
export function filterOfOptions(topic: string | undefined, partitions: string | undefined): PartitionFilter {
  const pattern = topic === undefined ? undefined : topicPattern(topic);
  const wanted = partitions === undefined || partitions === '' ? undefined : numbers(partitions);
  return (name, partition) => (pattern?.test(name) ?? true) && (wanted?.has(partition) ?? true);
}

function numbers(text: string): Set<number> {
  return new Set(
    text.split(',').map((part) => {
      if (!/^[+-]?\d+$/.test(part))
        throw new ToolError(
          `--partitions expects a comma separated list of numeric partition ids, but received: ${text}`,
        );
      return Number(part);
    }),
  );
}

/** Of `--topic-partitions`: what one of its rules lets through. */
export function filterOfRules(text: string): PartitionFilter {
  const rules = text.split(',').map(filterOfRule);
  return (topic, partition) => rules.some((rule) => rule(topic, partition));
}

function filterOfRule(rule: string): PartitionFilter {
  const match = RULE.exec(rule);
  if (match === null) throw new ToolError(`org.apache.kafka.tools.TerseException: Invalid rule specification: ${rule}`);
  const [, topic = '', only = '', lower = '', upper = ''] = match;
  const pattern = topic === '' ? undefined : topicPattern(topic);
  const from = only === '' ? Number(lower) : Number(only);
  const below = only === '' ? (upper === '' ? Infinity : Number(upper)) : from + 1;
  return (name, partition) => (pattern?.test(name) ?? true) && partition >= from && partition < below;
}
