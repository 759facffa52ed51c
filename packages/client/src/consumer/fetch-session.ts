/*
 * KIP-227: after a full fetch that the broker remembers, a fetch names only what changed. Java's FetchSessionHandler.
 * One per broker; a broker's fetches go one after the other.
 */
import { ErrorCode, type FetchRequestFetchTopicInit, type FetchResponse, type Uuid, ZERO_UUID } from '@ottla/protocol';
import { partitionName } from './topic-partition.ts';

/** One partition as it is to be fetched. */
export interface FetchTarget {
  readonly topic: string;
  /** ZERO_UUID when it is not known. */
  readonly topicId: Uuid;
  readonly partition: number;
  readonly fetchOffset: number;
  readonly maxBytes: number;
  /** -1: not known, the broker doesn't check. */
  readonly leaderEpoch: number;
  /** Epoch of the last record before `fetchOffset`, -1: not known. */
  readonly lastFetchedEpoch: number;
}

/** What goes into the request. */
export interface SessionFetch {
  readonly sessionId: number;
  readonly sessionEpoch: number;
  readonly topics: FetchRequestFetchTopicInit[];
  readonly forgottenTopicsData: { topic: string; topicId: Uuid; partitions: number[] }[];
  /** Whether topics are named by id (Fetch v13 and later). */
  readonly usesTopicIds: boolean;
}

/** Fetch v7 brought sessions, v13 topic ids. */
const SESSIONS_FROM = 7;
export const TOPIC_IDS_FROM = 13;

const NO_SESSION = 0;
const INITIAL_EPOCH = 0;
const FINAL_EPOCH = -1;

export class FetchSession {
  #id = NO_SESSION;
  #epoch = INITIAL_EPOCH;
  #usesTopicIds = false;
  /** What the broker fetches for us as long as we say nothing else. */
  #partitions = new Map<string, FetchTarget>();

  get hasSession(): boolean {
    return this.#id !== NO_SESSION;
  }

  /** Names an asked partition by what an answer says, which may be an id. */
  topicOf(topic: string, topicId: Uuid): string | undefined {
    if (topic !== '') return topic;
    for (const target of this.#partitions.values()) if (target.topicId === topicId) return target.topic;
    return undefined;
  }

  /** The next request's part, for exactly these targets. */
  build(targets: readonly FetchTarget[], version: number): SessionFetch {
    const usesTopicIds = version >= TOPIC_IDS_FROM && targets.every(({ topicId }) => topicId !== ZERO_UUID);
    if (version < SESSIONS_FROM) {
      this.#remember(targets);
      return this.#request(targets, [], NO_SESSION, FINAL_EPOCH, false);
    }
    if (usesTopicIds !== this.#usesTopicIds) this.#startOver();
    this.#usesTopicIds = usesTopicIds;
    if (this.#epoch === INITIAL_EPOCH) {
      this.#remember(targets);
      return this.#request(targets, [], this.#id, INITIAL_EPOCH, usesTopicIds);
    }
    const forgotten: FetchTarget[] = [];
    const changed: FetchTarget[] = [];
    const next = new Map(targets.map((target) => [keyOf(target), target]));
    for (const [key, known] of this.#partitions) {
      const target = next.get(key);
      if (target === undefined || target.topicId !== known.topicId) forgotten.push(known);
    }
    for (const [key, target] of next) if (!isSame(this.#partitions.get(key), target)) changed.push(target);
    this.#partitions = next;
    return this.#request(changed, forgotten, this.#id, this.#epoch, usesTopicIds);
  }

  /** False when the answer is of no use: the next request then starts over. */
  accept(response: FetchResponse): boolean {
    if (response.errorCode !== ErrorCode.NONE) {
      if (response.errorCode === ErrorCode.FETCH_SESSION_ID_NOT_FOUND) this.#id = NO_SESSION;
      this.#epoch = INITIAL_EPOCH;
      return false;
    }
    this.#id = response.sessionId;
    if (this.#id === NO_SESSION) this.#epoch = INITIAL_EPOCH;
    else this.#epoch = this.#epoch === 0x7fffffff ? 1 : this.#epoch + 1;
    return true;
  }

  /** The request got no answer: whether the broker saw it nobody knows. */
  failed(): void {
    this.#epoch = INITIAL_EPOCH;
  }

  /** A request that ends the session; undefined when there is none. */
  close(): SessionFetch | undefined {
    if (this.#id === NO_SESSION) return undefined;
    const request = this.#request([], [], this.#id, FINAL_EPOCH, this.#usesTopicIds);
    this.#id = NO_SESSION;
    this.#startOver();
    return request;
  }

  #startOver(): void {
    this.#epoch = INITIAL_EPOCH;
    this.#partitions = new Map();
  }

  #remember(targets: readonly FetchTarget[]): void {
    this.#partitions = new Map(targets.map((target) => [keyOf(target), target]));
  }

  #request(
    targets: readonly FetchTarget[],
    forgotten: readonly FetchTarget[],
    sessionId: number,
    sessionEpoch: number,
    usesTopicIds: boolean,
  ): SessionFetch {
    return {
      sessionId,
      sessionEpoch,
      usesTopicIds,
      topics: byTopic(targets, (target) => ({
        partition: target.partition,
        currentLeaderEpoch: target.leaderEpoch,
        fetchOffset: target.fetchOffset,
        lastFetchedEpoch: target.lastFetchedEpoch,
        partitionMaxBytes: target.maxBytes,
      })),
      forgottenTopicsData: byTopic(forgotten, ({ partition }) => partition),
    };
  }
}

function byTopic<T>(
  targets: readonly FetchTarget[],
  of: (target: FetchTarget) => T,
): { topic: string; topicId: Uuid; partitions: T[] }[] {
  const topics = new Map<string, { topic: string; topicId: Uuid; partitions: T[] }>();
  for (const target of targets) {
    const key = `${target.topic}/${target.topicId}`;
    const known = topics.get(key);
    if (known !== undefined) known.partitions.push(of(target));
    else topics.set(key, { topic: target.topic, topicId: target.topicId, partitions: [of(target)] });
  }
  return Array.from(topics.values());
}

function keyOf({ topic, partition }: FetchTarget): string {
  return partitionName(topic, partition);
}

function isSame(a: FetchTarget | undefined, b: FetchTarget): boolean {
  return (
    a !== undefined &&
    a.topicId === b.topicId &&
    a.fetchOffset === b.fetchOffset &&
    a.maxBytes === b.maxBytes &&
    a.leaderEpoch === b.leaderEpoch &&
    a.lastFetchedEpoch === b.lastFetchedEpoch
  );
}
