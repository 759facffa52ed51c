import type { MetricsRegistry } from '@ottla/common';
import type { Clock, Random } from '@ottla/platform';
import type { FetchPartition } from './fetch-partition.ts';
import { FetchSession } from './fetch-session.ts';

/** A session this old may be evicted for a larger one, and one unused for this long for any (KIP-227), ms. */
const EVICTION_MS = 120_000;

/**
 * The fetch sessions of this broker, at most `max.incremental.fetch.session.cache.slots`. When it is full, a new session
 * replaces one that is stale, or else a less valuable one that is old enough: one of a consumer before one of a
 * follower, a small one before a large one. Otherwise the client goes without: it sends full requests.
 */
export class FetchSessionCache {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #slots: () => number;
  /** Least recently used first. */
  readonly #sessions = new Map<number, FetchSession>();
  #evictions = 0;

  constructor(clock: Clock, random: Random, slots: () => number) {
    this.#clock = clock;
    this.#random = random;
    this.#slots = slots;
  }

  get size(): number {
    return this.#sessions.size;
  }

  registerMetrics(registry: MetricsRegistry): void {
    const name = { group: 'kafka.server', type: 'FetchSessionCache' };
    registry.gauge({ ...name, name: 'NumIncrementalFetchSessions' }, () => this.#sessions.size);
    registry.gauge({ ...name, name: 'IncrementalFetchSessionEvictionsTotal' }, () => this.#evictions);
    registry.gauge({ ...name, name: 'NumIncrementalFetchPartitionsCached' }, () => {
      let total = 0;
      for (const session of this.#sessions.values()) total += session.size;
      return total;
    });
  }

  get(id: number): FetchSession | undefined {
    return this.#sessions.get(id);
  }

  remove(id: number): void {
    this.#sessions.delete(id);
  }

  touch(session: FetchSession): void {
    session.lastUsedMs = this.#clock.monotonicMs();
    this.#sessions.delete(session.id);
    this.#sessions.set(session.id, session);
  }

  /** Undefined when there is no room. */
  create(
    partitions: readonly FetchPartition[],
    usesTopicIds: boolean,
    isPrivileged: boolean,
  ): FetchSession | undefined {
    const nowMs = this.#clock.monotonicMs();
    const isFull = this.#sessions.size >= this.#slots();
    if (isFull && !this.#evictFor(partitions.length, isPrivileged, nowMs)) return undefined;
    const session = new FetchSession(this.#newId(), usesTopicIds, isPrivileged, nowMs, partitions);
    this.#sessions.set(session.id, session);
    return session;
  }

  #newId(): number {
    for (;;) {
      const id = 1 + this.#random.integer(0x7ffffffe);
      if (!this.#sessions.has(id)) return id;
    }
  }

  #evictFor(size: number, isPrivileged: boolean, nowMs: number): boolean {
    const victim = this.#victim(size, isPrivileged, nowMs);
    if (victim === undefined) return false;
    this.#sessions.delete(victim.id);
    this.#evictions++;
    return true;
  }

  #victim(size: number, isPrivileged: boolean, nowMs: number): FetchSession | undefined {
    for (const oldest of this.#sessions.values()) {
      if (nowMs - oldest.lastUsedMs > EVICTION_MS) return oldest;
      break;
    }
    let least: FetchSession | undefined;
    for (const session of this.#sessions.values()) {
      const isOld = nowMs - session.createdMs > EVICTION_MS;
      const isEvictable = isOld || (isPrivileged && !session.isPrivileged);
      if (isEvictable && (least === undefined || isLessValuable(session, least))) least = session;
    }
    if (least === undefined) return undefined;
    const isWorth = isPrivileged !== least.isPrivileged ? isPrivileged : size >= least.size;
    return isWorth ? least : undefined;
  }
}

function isLessValuable(a: FetchSession, b: FetchSession): boolean {
  if (a.isPrivileged !== b.isPrivileged) return b.isPrivileged;
  return a.size !== b.size ? a.size < b.size : a.id < b.id;
}
