import type { TopicPartition } from '../topic-partition.ts';

interface Movement {
  readonly from: string;
  readonly to: string;
}

/**
 * Where partitions have moved in one balancing. When a partition of a topic moved from A to B, and now another of that
 * topic is to go from B to A, the first one goes back instead: two members never swap.
 */
export class PartitionMovements {
  readonly #byPartition = new Map<TopicPartition, Movement>();
  /** By topic, then by `from` and `to`. */
  readonly #byTopic = new Map<string, Map<string, Set<TopicPartition>>>();

  /** What to move in place of `partition`. */
  actual(partition: TopicPartition, from: string, to: string): TopicPartition {
    const movements = this.#byTopic.get(partition.topic);
    if (movements === undefined) return partition;
    const source = this.#byPartition.get(partition)?.from ?? from;
    for (const moved of movements.get(keyOf({ from: to, to: source })) ?? []) return moved;
    return partition;
  }

  moved(partition: TopicPartition, from: string, to: string): void {
    const existing = this.#byPartition.get(partition);
    if (existing === undefined) {
      this.#add(partition, { from, to });
      return;
    }
    this.#remove(partition, existing);
    if (existing.from !== to) this.#add(partition, { from: existing.from, to });
  }

  #add(partition: TopicPartition, movement: Movement): void {
    this.#byPartition.set(partition, movement);
    const movements = this.#byTopic.get(partition.topic) ?? new Map<string, Set<TopicPartition>>();
    this.#byTopic.set(partition.topic, movements);
    const key = keyOf(movement);
    movements.set(key, (movements.get(key) ?? new Set()).add(partition));
  }

  #remove(partition: TopicPartition, movement: Movement): void {
    this.#byPartition.delete(partition);
    const movements = this.#byTopic.get(partition.topic);
    const key = keyOf(movement);
    const set = movements?.get(key);
    set?.delete(partition);
    if (set?.size === 0) movements?.delete(key);
    if (movements?.size === 0) this.#byTopic.delete(partition.topic);
  }
}

function keyOf({ from, to }: Movement): string {
  return JSON.stringify([from, to]);
}
