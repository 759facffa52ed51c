/**
 * The session of one member at one broker (KIP-932): after a first request that names every partition (epoch 0), requests
 * name what changed. Fetches and acknowledgements count the same epoch, so they go one after the other. What is acquired
 * belongs to the session: when it is lost, the broker releases it.
 */
import type { Uuid } from '@ottla/protocol';
import type { Acknowledgements } from './acknowledgements.ts';

export interface SharePartition {
  readonly topic: string;
  readonly topicId: Uuid;
  readonly partition: number;
}

interface TopicPart {
  readonly topicId: Uuid;
  readonly partitions: {
    readonly partitionIndex: number;
    readonly acknowledgementBatches: ReturnType<Acknowledgements['batches']>;
  }[];
}

export interface SessionRequest {
  readonly shareSessionEpoch: number;
  readonly topics: readonly TopicPart[];
  readonly forgottenTopicsData: readonly { readonly topicId: Uuid; readonly partitions: readonly number[] }[];
}

const INITIAL_EPOCH = 0;
const FINAL_EPOCH = -1;

/** By key of the partition. */
export type PendingAcknowledgements = ReadonlyMap<
  string,
  { readonly place: SharePartition; readonly acks: Acknowledgements }
>;

export class ShareSession {
  #epoch = INITIAL_EPOCH;
  #partitions = new Map<string, SharePartition>();

  /** Something may be acquired in it. */
  get isOpen(): boolean {
    return this.#epoch !== INITIAL_EPOCH;
  }

  /** A fetch of exactly these partitions, with what is to be acknowledged. */
  fetching(targets: readonly SharePartition[], pending: PendingAcknowledgements): SessionRequest {
    const next = new Map(targets.map((target) => [keyOf(target), target]));
    const named = new Map([...next].filter(([key]) => !this.#partitions.has(key)));
    const forgotten = [...this.#partitions].filter(([key]) => !next.has(key)).map(([, place]) => place);
    for (const [key, { place }] of pending) named.set(key, place);
    this.#partitions = next;
    return {
      shareSessionEpoch: this.#epoch,
      topics: topicsOf(named.values(), pending),
      forgottenTopicsData: byTopic(forgotten, ({ partition }) => partition),
    };
  }

  acknowledge(pending: PendingAcknowledgements): Omit<SessionRequest, 'forgottenTopicsData'> {
    const places = Array.from(pending.values(), ({ place }) => place);
    return { shareSessionEpoch: this.#epoch, topics: topicsOf(places, pending) };
  }

  /** The last request: what is acquired and not acknowledged in it is released. */
  close(pending: PendingAcknowledgements): Omit<SessionRequest, 'forgottenTopicsData'> {
    const request = this.acknowledge(pending);
    this.lost();
    return { ...request, shareSessionEpoch: FINAL_EPOCH };
  }

  answered(): void {
    this.#epoch = this.#epoch === 0x7fffffff ? 1 : this.#epoch + 1;
  }

  /** The broker does not know it, or nobody knows what the broker knows. */
  lost(): void {
    this.#epoch = INITIAL_EPOCH;
    this.#partitions = new Map();
  }
}

export function keyOf({ topicId, partition }: SharePartition): string {
  return `${topicId}/${partition}`;
}

function topicsOf(places: Iterable<SharePartition>, pending: PendingAcknowledgements): TopicPart[] {
  return byTopic(places, (place) => ({
    partitionIndex: place.partition,
    acknowledgementBatches: pending.get(keyOf(place))?.acks.batches() ?? [],
  }));
}

function byTopic<T>(
  places: Iterable<SharePartition>,
  of: (place: SharePartition) => T,
): { topicId: Uuid; partitions: T[] }[] {
  const topics = new Map<Uuid, T[]>();
  for (const place of places) {
    const known = topics.get(place.topicId);
    if (known === undefined) topics.set(place.topicId, [of(place)]);
    else known.push(of(place));
  }
  return Array.from(topics, ([topicId, partitions]) => ({ topicId, partitions }));
}
