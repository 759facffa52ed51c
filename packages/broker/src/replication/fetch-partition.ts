import { clampToNumber, type FetchRequest, type Int64, type Uuid } from '@ottla/protocol';

type RequestedPartition = FetchRequest['topics'][number]['partitions'][number];

/** One partition that a client fetches, as the request or the session has it (Kafka's CachedPartition). */
export class FetchPartition {
  /** Empty while the topic of `topicId` is not known here. */
  topic: string;
  readonly topicId: Uuid;
  readonly partition: number;
  maxBytes = 0;
  fetchOffset = 0;
  /** -1: the client did not say. */
  currentLeaderEpoch = -1;
  /** -1: the client did not say. */
  lastFetchedEpoch = -1;
  /** What the last answer of the session said; -1 also after an error, so that the next success is sent. */
  sentHighWatermark = -1;
  sentLogStartOffset: Int64 = -1;

  constructor(topic: string, topicId: Uuid, partition: number) {
    this.topic = topic;
    this.topicId = topicId;
    this.partition = partition;
  }

  update(request: RequestedPartition): void {
    this.maxBytes = request.partitionMaxBytes;
    this.fetchOffset = clampToNumber(request.fetchOffset);
    this.currentLeaderEpoch = request.currentLeaderEpoch;
    this.lastFetchedEpoch = request.lastFetchedEpoch;
  }
}
