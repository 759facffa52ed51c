import type { OffsetAndMetadata } from './group-records.ts';

/** The committed offsets of one coordinator shard: group, topic, partition. Changed by replay only. */
export class OffsetStore {
  readonly #groups = new Map<string, Map<string, Map<number, OffsetAndMetadata>>>();

  set(group: string, topic: string, partition: number, offset: OffsetAndMetadata): void {
    const topics = entry(this.#groups, group, () => new Map<string, Map<number, OffsetAndMetadata>>());
    entry(topics, topic, () => new Map<number, OffsetAndMetadata>()).set(partition, offset);
  }

  delete(group: string, topic: string, partition: number): void {
    const topics = this.#groups.get(group);
    const partitions = topics?.get(topic);
    if (topics === undefined || partitions === undefined) return;
    partitions.delete(partition);
    if (partitions.size === 0) topics.delete(topic);
    if (topics.size === 0) this.#groups.delete(group);
  }

  get(group: string, topic: string, partition: number): OffsetAndMetadata | undefined {
    return this.#groups.get(group)?.get(topic)?.get(partition);
  }

  has(group: string): boolean {
    return this.#groups.has(group);
  }

  /** A group's offsets by topic, in order of their first commit; undefined when it has none. */
  of(group: string): ReadonlyMap<string, ReadonlyMap<number, OffsetAndMetadata>> | undefined {
    return this.#groups.get(group);
  }

  groups(): Iterable<string> {
    return this.#groups.keys();
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
