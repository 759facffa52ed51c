/**
 * A fetch session (KIP-227): the partitions a client fetches, kept here so that requests and answers carry only what
 * changed. The epoch numbers the requests; a request with another epoch than the next one is refused.
 */
import type { FetchRequest, Uuid } from '@ottla/protocol';
import { FetchPartition } from './fetch-partition.ts';

/** The request that asks for a new session. */
export const INITIAL_EPOCH = 0;
/** The request that ends a session, or wants none. */
export const FINAL_EPOCH = -1;
const EPOCH_MAX = 0x7fffffff;

/** Wraps to 1: 0 would ask for a new session. */
export function nextEpoch(epoch: number): number {
  return epoch === EPOCH_MAX ? 1 : epoch + 1;
}

/** Resolves topic ids; the name is empty for an unknown one. */
export type TopicNames = (id: Uuid) => string;

export class FetchSession {
  readonly id: number;
  readonly usesTopicIds: boolean;
  /** A follower's: it may evict others'. */
  readonly isPrivileged: boolean;
  readonly createdMs: number;
  lastUsedMs: number;
  /** Of the next request. */
  epoch = nextEpoch(INITIAL_EPOCH);
  /** By topic (name or id), then number. */
  readonly #topics = new Map<string, Map<number, FetchPartition>>();
  /** In the order of reading: what gave data moves to the end, so that all get their turn. */
  #order: Set<FetchPartition>;

  constructor(
    id: number,
    usesTopicIds: boolean,
    isPrivileged: boolean,
    nowMs: number,
    partitions: readonly FetchPartition[],
  ) {
    this.id = id;
    this.usesTopicIds = usesTopicIds;
    this.isPrivileged = isPrivileged;
    this.createdMs = nowMs;
    this.lastUsedMs = nowMs;
    this.#order = new Set();
    for (const partition of partitions) this.#add(partition);
  }

  get size(): number {
    return this.#order.size;
  }

  partitions(): IterableIterator<FetchPartition> {
    return this.#order.values();
  }

  /** Adds and changes what the request lists, drops what it forgets. */
  update(request: FetchRequest, topicNames: TopicNames): void {
    for (const { topic, topicId, partitions } of request.topics) {
      const byNumber = this.#topics.get(this.usesTopicIds ? topicId : topic);
      for (const requested of partitions) {
        let partition = byNumber?.get(requested.partition);
        if (partition === undefined) {
          const name = this.usesTopicIds ? topicNames(topicId) : topic;
          partition = new FetchPartition(name, topicId, requested.partition);
          this.#add(partition);
        }
        partition.update(requested);
      }
    }
    for (const { topic, topicId, partitions } of request.forgottenTopicsData) {
      for (const number of partitions) this.#remove(this.usesTopicIds ? topicId : topic, number);
    }
  }

  /** Behind all others in the next request. */
  moveToEnd(partition: FetchPartition): void {
    if (this.#order.delete(partition)) this.#order.add(partition);
  }

  #add(partition: FetchPartition): void {
    const key = this.usesTopicIds ? partition.topicId : partition.topic;
    let byNumber = this.#topics.get(key);
    if (byNumber === undefined) {
      byNumber = new Map();
      this.#topics.set(key, byNumber);
    }
    const replaced = byNumber.get(partition.partition);
    if (replaced !== undefined) this.#order.delete(replaced);
    byNumber.set(partition.partition, partition);
    this.#order.add(partition);
  }

  #remove(key: string, number: number): void {
    const byNumber = this.#topics.get(key);
    const partition = byNumber?.get(number);
    if (byNumber === undefined || partition === undefined) return;
    byNumber.delete(number);
    if (byNumber.size === 0) this.#topics.delete(key);
    this.#order.delete(partition);
  }
}
