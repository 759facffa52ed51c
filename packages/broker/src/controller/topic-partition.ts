export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Kafka's way to print it. */
export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
