import { checkpointInteger, parseCheckpoint } from './checkpoint-text.ts';

/** Offsets by topic and partition: recovery points, high watermarks, log start offsets (Java: OffsetCheckpointFile). */
export class OffsetCheckpoint {
  readonly #offsets = new Map<string, Map<number, number>>();

  static parse(text: string, path: string): OffsetCheckpoint {
    const checkpoint = new OffsetCheckpoint();
    for (const [topic, partition, offset] of parseCheckpoint(text, path, 3)) {
      checkpoint.set(topic ?? '', checkpointInteger(partition, path), checkpointInteger(offset, path));
    }
    return checkpoint;
  }

  get(topic: string, partition: number): number | undefined {
    return this.#offsets.get(topic)?.get(partition);
  }

  set(topic: string, partition: number, offset: number): void {
    let partitions = this.#offsets.get(topic);
    if (partitions === undefined) {
      partitions = new Map();
      this.#offsets.set(topic, partitions);
    }
    partitions.set(partition, offset);
  }
}

/** A line as `parse` reads it. */
export function offsetLine(topic: string, partition: number, offset: number): string {
  return `${topic} ${partition} ${offset}`;
}
