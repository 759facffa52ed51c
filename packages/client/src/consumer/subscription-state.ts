import { KafkaError } from '../errors.ts';
import type { MetadataView } from '../network/metadata.ts';
import { type AnyTopic, topic as untyped } from '../serdes/index.ts';
import { AssignedPartition } from './assigned-partition.ts';
import { partitionName, type TopicPartition } from './topic-partition.ts';

export type SubscriptionMode = 'none' | 'topics' | 'pattern' | 'manual';

/** What the application wants, and what it has. */
export class SubscriptionState {
  mode: SubscriptionMode = 'none';
  pattern: RegExp | undefined;
  /** In a fixed order; the one whose turn it is comes first. */
  readonly partitions = new Map<string, AssignedPartition>();
  readonly #topics = new Map<string, AnyTopic>();
  #turn: AssignedPartition[] = [];

  /** Throws KafkaError (ILLEGAL_STATE) when the consumer is used in another way already. */
  setMode(mode: Exclude<SubscriptionMode, 'none'>): void {
    const isManual = this.mode === 'manual';
    if (this.mode !== 'none' && isManual !== (mode === 'manual'))
      throw new KafkaError('ILLEGAL_STATE', 'Subscription to topics and manual assignment exclude each other');
    this.mode = mode;
  }

  /** Makes these the declared topics, with their serdes. */
  declare(topics: readonly AnyTopic[]): void {
    this.#topics.clear();
    for (const topic of topics) this.#topics.set(topic.name, topic);
  }

  clear(): void {
    this.mode = 'none';
    this.pattern = undefined;
    this.#topics.clear();
  }

  topicOf(name: string): AnyTopic {
    return this.#topics.get(name) ?? untyped(name);
  }

  /** The names that a subscription means now, sorted. */
  names(metadata: MetadataView): string[] {
    const { pattern } = this;
    if (this.mode === 'topics') return [...this.#topics.keys()].toSorted();
    if (this.mode !== 'pattern' || pattern === undefined) return [];
    return [...metadata.topics.values()]
      .filter(({ name, isInternal }) => !isInternal && matches(pattern, name))
      .map(({ name }) => name)
      .toSorted();
  }

  get({ topic, partition }: TopicPartition): AssignedPartition | undefined {
    return this.partitions.get(partitionName(topic, partition));
  }

  /** Throws KafkaError (ILLEGAL_STATE) for a partition that this consumer does not have. */
  mustGet(place: TopicPartition): AssignedPartition {
    const found = this.get(place);
    if (found !== undefined) return found;
    const name = partitionName(place.topic, place.partition);
    throw new KafkaError('ILLEGAL_STATE', `Partition ${name} is not assigned to this consumer`, { ...place });
  }

  list(): TopicPartition[] {
    return Array.from(this.partitions.values(), ({ topic, partition }) => ({ topic: topic.name, partition }));
  }

  /** Those that are new. */
  add(places: readonly TopicPartition[]): AssignedPartition[] {
    const added: AssignedPartition[] = [];
    for (const { topic, partition } of places) {
      const name = partitionName(topic, partition);
      if (this.partitions.has(name)) continue;
      const assigned = new AssignedPartition(this.topicOf(topic), partition);
      this.partitions.set(name, assigned);
      added.push(assigned);
    }
    this.#turn = [...this.partitions.values()];
    return added;
  }

  remove(partitions: readonly AssignedPartition[], why: unknown): void {
    for (const partition of partitions) {
      this.partitions.delete(partition.name);
      partition.isHeld = true;
      partition.dropBuffers();
      partition.end(why);
    }
    this.#turn = [...this.partitions.values()];
  }

  /** The next partition that has something to hand out; turns go round. */
  nextDeliverable(accepts?: (partition: AssignedPartition) => boolean): AssignedPartition | undefined {
    const turn = this.#turn;
    for (let tries = turn.length; tries > 0; tries--) {
      const partition = turn.shift();
      if (partition === undefined) return undefined;
      turn.push(partition);
      if (partition.canDeliver && partition.hasRecords && (accepts === undefined || accepts(partition)))
        return partition;
    }
    return undefined;
  }
}

/** A pattern must match the whole name, as Java's does; `g` and `y` would make it remember. */
function matches(pattern: RegExp, name: string): boolean {
  pattern.lastIndex = 0;
  return pattern.exec(name)?.[0].length === name.length;
}
