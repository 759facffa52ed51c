import type { Disk } from '@ottla/platform';
import { checkpointInteger, formatCheckpoint, parseCheckpoint } from './checkpoint-text.ts';

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

  format(): string {
    const lines: string[] = [];
    for (const [topic, partitions] of this.#offsets) {
      for (const [partition, offset] of partitions) lines.push(`${topic} ${partition} ${offset}`);
    }
    return formatCheckpoint(lines);
  }
}

/** Replaces the file durably. */
export function writeOffsetCheckpoint(disk: Disk, path: string, checkpoint: OffsetCheckpoint): Promise<void> {
  return disk.replaceFile(path, checkpoint.format());
}
