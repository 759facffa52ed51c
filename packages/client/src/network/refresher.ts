/**
 * Asks for metadata. Requests that come while one is under way share the next one, so a thousand producers that meet a
 * new leader ask twice at most. Topics in use are asked for again every `metadata.max.age.ms`.
 */
import { type Deferred, deferred } from '@ottla/common';
import type { Timer } from '@ottla/platform';
import { ErrorCode, type MetadataRequestInit } from '@ottla/protocol';
import { closedError, KafkaError } from '../errors.ts';
import { METADATA } from './apis.ts';
import type { Cluster, RefreshOptions } from './cluster.ts';
import type { Metadata } from './metadata.ts';

interface Wanted {
  readonly topics: Set<string>;
  all: boolean;
  allowAutoTopicCreation: boolean;
  readonly done: Deferred<void>;
}

export class Refresher {
  readonly #cluster: Cluster;
  readonly #metadata: Metadata;
  /** The one request that is under way, and what the next one is to ask. */
  #isAsking = false;
  #next: Wanted | undefined;
  readonly #watched = new Map<string, number>();
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(cluster: Cluster, metadata: Metadata) {
    this.#cluster = cluster;
    this.#metadata = metadata;
  }

  refresh(topics: readonly string[] | undefined, options: RefreshOptions): Promise<void> {
    if (this.#isClosed) return Promise.reject(closedError('client'));
    this.#next ??= { topics: new Set(), all: false, allowAutoTopicCreation: false, done: deferred() };
    const wanted = this.#next;
    for (const topic of topics ?? []) wanted.topics.add(topic);
    wanted.all ||= options.all ?? false;
    wanted.allowAutoTopicCreation ||= options.allowAutoTopicCreation ?? false;
    if (!this.#isAsking) void this.#run();
    return wanted.done.promise;
  }

  watch(topics: readonly string[]): () => void {
    for (const topic of topics) this.#watched.set(topic, (this.#watched.get(topic) ?? 0) + 1);
    this.#schedule();
    let isWatching = true;
    return () => {
      if (!isWatching) return;
      isWatching = false;
      for (const topic of topics) {
        const left = (this.#watched.get(topic) ?? 1) - 1;
        if (left === 0) this.#watched.delete(topic);
        else this.#watched.set(topic, left);
      }
      this.#schedule();
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#next?.done.promise.catch(() => {});
    this.#next?.done.reject(closedError('client'));
    this.#next = undefined;
  }

  async #run(): Promise<void> {
    this.#isAsking = true;
    for (let wanted = this.#next; wanted !== undefined; wanted = this.#next) {
      this.#next = undefined;
      // Nobody may be waiting for this one any more.
      wanted.done.promise.catch(() => {});
      try {
        await this.#ask(wanted);
        wanted.done.resolve();
      } catch (error) {
        wanted.done.reject(error);
      }
    }
    this.#isAsking = false;
    this.#schedule();
  }

  async #ask(wanted: Wanted): Promise<void> {
    const names = [...new Set([...wanted.topics, ...this.#watched.keys()])];
    const answer = await this.#cluster.request(METADATA, 'any', (version) =>
      metadataRequest(version, wanted.all ? null : names, wanted.allowAutoTopicCreation),
    );
    if (answer.errorCode !== ErrorCode.NONE) throw KafkaError.ofCode(answer.errorCode, null, { retriable: true });
    this.#metadata.update(answer, this.#cluster.clock.monotonicMs(), wanted.all);
  }

  #schedule(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#isClosed || this.#watched.size === 0) return;
    const ageMs = this.#cluster.clock.monotonicMs() - this.#metadata.updatedAtMs;
    const maxAgeMs = this.#cluster.options.metadataMaxAgeMs;
    const delayMs = Number.isFinite(ageMs)
      ? Math.max(this.#cluster.options.retryBackoffMaxMs, maxAgeMs - ageMs)
      : maxAgeMs;
    this.#timer = this.#cluster.clock.setTimer(delayMs, () => {
      this.refresh(undefined, {}).catch(() => {});
    });
  }
}

/** `names` null: all topics. Version 0 takes an empty list for all, so that none cannot be asked for. */
export function metadataRequest(
  version: number,
  names: readonly string[] | null,
  allowAutoTopicCreation: boolean,
): MetadataRequestInit {
  const topics = names === null ? (version === 0 ? [] : null) : names.map((name) => ({ name }));
  return version >= 4 ? { topics, allowAutoTopicCreation } : { topics };
}
