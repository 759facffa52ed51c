import type { TopicPartition } from '../records.ts';

export type { TopicPartition } from '../records.ts';

/** `topic-partition`, as Kafka prints it; unique, since a partition is digits only. */
export function partitionName(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}

export function partitionNames(partitions: Iterable<TopicPartition>): string {
  return Array.from(partitions, ({ topic, partition }) => partitionName(topic, partition)).join(', ');
}

/** By topic (UTF-16 order, as Java's `String.compareTo`), then by partition. */
export function comparePartitions(a: TopicPartition, b: TopicPartition): number {
  return a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1;
}

/** Grouped by topic, in the order of first appearance. */
export function groupByTopic(partitions: Iterable<TopicPartition>): { topic: string; partitions: number[] }[] {
  const byTopic = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const known = byTopic.get(topic);
    if (known === undefined) byTopic.set(topic, [partition]);
    else known.push(partition);
  }
  return Array.from(byTopic, ([topic, list]) => ({ topic, partitions: list }));
}
