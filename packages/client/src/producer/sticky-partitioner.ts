/**
 * Where records without a key go (KIP-480, KIP-794): to one partition until it got a batch's worth of bytes, then to
 * another, drawn at random; with adaptive partitioning, the less the more a partition has waiting.
 */
import type { Random } from '@ottla/platform';
import type { TopicInfo } from '../network/metadata.ts';
import type { PartitionQueue } from './partition-queue.ts';

export class StickyPartitioner {
  readonly #random: Random;
  readonly #batchBytes: number;
  readonly #isAdaptive: boolean;
  #current = -1;
  #bytes = 0;

  constructor(random: Random, batchBytes: number, isAdaptive: boolean) {
    this.#random = random;
    this.#batchBytes = batchBytes;
    this.#isAdaptive = isAdaptive;
  }

  /** The partition of the next record. */
  choose(info: TopicInfo, queues: readonly (PartitionQueue | undefined)[]): number {
    if (this.#current < 0 || this.#current >= info.partitions.length) this.#next(info, queues);
    return this.#current;
  }

  /** A record of that size went to the chosen partition. `endsBatch`: its batch took no more. */
  appended(bytes: number, endsBatch: boolean): void {
    this.#bytes += bytes;
    // In the middle of a batch only when that one runs late: switching then would leave a small batch behind.
    if (this.#bytes >= this.#batchBytes && (endsBatch || this.#bytes >= 2 * this.#batchBytes)) this.#current = -1;
  }

  #next(info: TopicInfo, queues: readonly (PartitionQueue | undefined)[]): void {
    this.#bytes = 0;
    const led = info.partitions.filter(({ leader }) => leader >= 0);
    const candidates = led.length > 0 ? led : info.partitions;
    const lengths = candidates.map(({ partition }) => queues[partition]?.waiting.length ?? 0);
    const longest = Math.max(0, ...lengths);
    if (!this.#isAdaptive || candidates.length < 2 || longest === 0) {
      this.#current = candidates[this.#random.integer(candidates.length)]?.partition ?? 0;
      return;
    }
    const total = lengths.reduce((sum, length) => sum + longest + 1 - length, 0);
    let draw = this.#random.integer(total);
    for (let i = 0; i < candidates.length; i++) {
      draw -= longest + 1 - lengths[i];
      if (draw < 0) {
        this.#current = candidates[i].partition;
        return;
      }
    }
  }
}
