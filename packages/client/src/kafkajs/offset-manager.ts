/** What is resolved, and what of it is committed (kafkajs's OffsetManager). */

import type { AssignedPartition } from '../consumer/assigned-partition.ts';
import type { ConsumerCore } from '../consumer/consumer-core.ts';
import { type CommitOffset } from '../consumer/options.ts';
import type { Offsets, TopicOffsets } from './producer-types.ts';

export interface OffsetManagerOptions {
  readonly core: ConsumerCore;
  readonly autoCommit: boolean;
  readonly intervalMs: number | null;
  readonly threshold: number | null;
  /** Told after each commit. */
  readonly committed: (topics: TopicOffsets[]) => void;
}

interface Progress {
  readonly topic: string;
  readonly partition: number;
  /** Where it began, or the last commit. */
  committed: number;
  /** The next offset to process. */
  resolved: number;
}

export class OffsetManager {
  readonly #options: OffsetManagerOptions;
  readonly #progress = new Map<AssignedPartition, Progress>();
  #lastCommitMs: number;

  constructor(options: OffsetManagerOptions) {
    this.#options = options;
    this.#lastCommitMs = options.core.cluster.clock.monotonicMs();
  }

  /** A batch of the partition is handed out: `next` is where it starts. */
  begin(partition: AssignedPartition, next: number): void {
    const known = this.#progress.get(partition);
    if (known !== undefined) return;
    const place = { topic: partition.topic.name, partition: partition.partition };
    this.#progress.set(partition, { ...place, committed: next, resolved: next });
  }

  forget(partition: AssignedPartition): void {
    this.#progress.delete(partition);
  }

  /** All up to `offset` is processed. */
  resolve(partition: AssignedPartition, offset: number): void {
    const progress = this.#progress.get(partition);
    if (progress !== undefined) progress.resolved = offset + 1;
  }

  /** The offset to go on with. */
  next(partition: AssignedPartition): number | undefined {
    return this.#progress.get(partition)?.resolved;
  }

  uncommitted(): Offsets {
    const topics = new Map<string, TopicOffsets>();
    for (const { topic, partition, committed, resolved } of this.#live()) {
      if (resolved === committed) continue;
      const known = topics.get(topic) ?? { topic, partitions: [] };
      topics.set(topic, known);
      known.partitions.push({ partition, offset: String(resolved) });
    }
    return { topics: [...topics.values()] };
  }

  /** Default: all that is resolved. */
  async commit({ topics }: Offsets = this.uncommitted()): Promise<void> {
    const { core } = this.#options;
    this.#lastCommitMs = core.cluster.clock.monotonicMs();
    const offsets: CommitOffset[] = topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset, ...rest }) => ({
        topic,
        partition,
        offset: Number(offset),
        ...('metadata' in rest && typeof rest.metadata === 'string' ? { metadata: rest.metadata } : {}),
      })),
    );
    if (offsets.length === 0) return;
    await core.commit(offsets, { timeout: core.cluster.options.requestTimeoutMs });
    this.committed(topics);
    this.#lastCommitMs = core.cluster.clock.monotonicMs();
    this.#options.committed(topics);
  }

  /** That is what the group has stored now, whoever did it. */
  committed(topics: readonly TopicOffsets[]): void {
    for (const { topic, partitions } of topics) {
      for (const { partition, offset } of partitions) {
        const assigned = this.#options.core.state.get({ topic, partition: Number(partition) });
        const progress = assigned === undefined ? undefined : this.#progress.get(assigned);
        if (progress !== undefined) progress.committed = Number(offset);
      }
    }
  }

  async autoCommit(): Promise<void> {
    if (this.#options.autoCommit) await this.commit();
  }

  async autoCommitIfNecessary(): Promise<void> {
    if (this.#options.autoCommit) await this.commitIfNecessary();
  }

  /** By the two limits of the automatic commit, whether that is on or not. */
  async commitIfNecessary(): Promise<void> {
    const { intervalMs, threshold, core } = this.#options;
    const isDue = intervalMs !== null && core.cluster.clock.monotonicMs() >= this.#lastCommitMs + intervalMs;
    if (isDue || (threshold !== null && this.#resolvedCount() >= threshold)) await this.commit();
  }

  #resolvedCount(): number {
    let count = 0;
    for (const { committed, resolved } of this.#live()) count += Math.max(0, resolved - committed);
    return count;
  }

  *#live(): Iterable<Progress> {
    for (const [partition, progress] of this.#progress) {
      if (partition.isEnded) this.#progress.delete(partition);
      else yield progress;
    }
  }
}
