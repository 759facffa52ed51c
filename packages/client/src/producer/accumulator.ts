/** Records that are not acknowledged yet: by topic and partition, in batches, under one byte limit. */
import type { Clock, Random } from '@ottla/platform';
import { partitionForKey, type RecordHeaderInput } from '@ottla/protocol/records';
import { invalidArgument, KafkaError } from '../errors.ts';
import type { MetadataView, TopicInfo } from '../network/metadata.ts';
import { emptyBatchBytes, ProducerBatch, recordBytesMax } from './batch.ts';
import type { ProducerSettings } from './options.ts';
import { PartitionQueue } from './partition-queue.ts';
import { StickyPartitioner } from './sticky-partitioner.ts';

/** A batch is made with room for this many bytes; it grows. */
const FIRST_BYTES = 1024;
const RATIO_UP = 0.05;
const RATIO_DOWN = 0.005;
/** However well records compress: what is held back for one batch has a limit. */
const RATIO_MIN = 0.05;

export class TopicQueue {
  readonly name: string;
  readonly partitions: PartitionQueue[] = [];
  readonly sticky: StickyPartitioner;
  readonly keyContext: { readonly topic: string; readonly part: 'key' };
  readonly valueContext: { readonly topic: string; readonly part: 'value' };
  info: TopicInfo | undefined;
  /** Compressed to uncompressed, as its batches turned out lately: more records fit than their own size says. */
  ratio = 1;
  #revision = -1;

  constructor(name: string, sticky: StickyPartitioner) {
    this.name = name;
    this.sticky = sticky;
    this.keyContext = { topic: name, part: 'key' };
    this.valueContext = { topic: name, part: 'value' };
  }

  /** What the metadata says now; undefined while the topic is not in it. */
  update(metadata: MetadataView): TopicInfo | undefined {
    if (this.#revision !== metadata.revision) {
      this.#revision = metadata.revision;
      this.info = metadata.topic(this.name);
    }
    return this.info;
  }
}

export class Accumulator {
  /** Partitions with batches that wait. */
  readonly active = new Set<PartitionQueue>();
  readonly topics = new Map<string, TopicQueue>();
  usedBytes = 0;
  readonly #settings: ProducerSettings;
  readonly #clock: Clock;
  readonly #random: Random;
  /** The batch of the last `append`, and the delta of its record. */
  lastBatch: ProducerBatch | undefined;

  constructor(settings: ProducerSettings, clock: Clock, random: Random) {
    this.#settings = settings;
    this.#clock = clock;
    this.#random = random;
  }

  get isFull(): boolean {
    return this.usedBytes >= this.#settings.bufferBytes;
  }

  topic(name: string): TopicQueue {
    const known = this.topics.get(name);
    if (known !== undefined) return known;
    const { batchBytes, adaptivePartitioning } = this.#settings;
    const queue = new TopicQueue(name, new StickyPartitioner(this.#random, batchBytes, adaptivePartitioning));
    this.topics.set(name, queue);
    return queue;
  }

  /** Adds a record; its delta in `lastBatch`. `asked`: the partition that the caller wants. Throws KafkaError. */
  append(
    topic: TopicQueue,
    info: TopicInfo,
    asked: number | undefined,
    timestamp: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: readonly RecordHeaderInput[],
  ): number {
    const bytes = recordBytesMax(key, value, headers);
    const { requestBytesMax } = this.#settings;
    if (bytes + emptyBatchBytes() > requestBytesMax) throw tooLarge(topic.name, bytes, requestBytesMax);
    const chosen = asked ?? this.#partitionOf(topic, info, key, value);
    const partition = chosen ?? topic.sticky.choose(info, topic.partitions);
    if (!(partition >= 0 && partition < info.partitions.length) || !Number.isInteger(partition))
      throw invalidArgument(`Topic ${topic.name} has partitions 0 to ${info.partitions.length - 1}, not ${partition}`, {
        topic: topic.name,
        partition,
      });
    const queue = topic.partitions[partition] ?? this.#newPartition(topic, partition);
    const open = queue.openBatch(bytes, this.#settings.batchBytes / topic.ratio);
    const batch = open ?? this.#newBatch(queue, bytes);
    const before = open === undefined ? 0 : batch.sizeBytes;
    const delta = batch.add(timestamp, key, value, headers);
    const added = batch.sizeBytes - before;
    queue.waitingBytes += added;
    this.usedBytes += added;
    if (chosen === undefined) topic.sticky.appended(added, open === undefined);
    this.lastBatch = batch;
    return delta;
  }

  /** What compression made of a batch. The guess falls slowly and rises at once, as Java's CompressionRatioEstimator's. */
  compressed(topicName: string, sizeBytes: number, compressedBytes: number): void {
    const topic = this.topic(topicName);
    const observed = compressedBytes / sizeBytes;
    const next = observed > topic.ratio ? Math.max(topic.ratio + RATIO_UP, observed) : topic.ratio - RATIO_DOWN;
    topic.ratio = Math.min(1, Math.max(observed, next, RATIO_MIN));
  }

  #partitionOf(
    topic: TopicQueue,
    info: TopicInfo,
    key: Uint8Array | null,
    value: Uint8Array | null,
  ): number | undefined {
    const { partitioner, ignoreKeys } = this.#settings;
    const partitions = info.partitions.length;
    const chosen = partitioner?.({ topic: topic.name, key, value, partitions });
    if (chosen !== undefined || key === null || ignoreKeys) return chosen;
    return partitionForKey(key, partitions);
  }

  #newPartition(topic: TopicQueue, partition: number): PartitionQueue {
    const queue = new PartitionQueue(topic.name, partition);
    topic.partitions[partition] = queue;
    return queue;
  }

  #newBatch(queue: PartitionQueue, firstRecordBytes: number): ProducerBatch {
    const { compression, compressionLevel, transactionalId, batchBytes } = this.#settings;
    const settings = { compression, compressionLevel, isTransactional: transactionalId !== undefined };
    // The second batch of a partition in a row will be full as well: no need to let it grow.
    const isBulk = queue.waiting.length > 0;
    const room = isBulk ? Math.max(batchBytes, firstRecordBytes) : Math.max(FIRST_BYTES, firstRecordBytes);
    const batch = new ProducerBatch(settings, this.#clock.monotonicMs(), room + emptyBatchBytes());
    queue.push(batch);
    this.active.add(queue);
    return batch;
  }
}

function tooLarge(topic: string, bytes: number, limit: number): KafkaError {
  return new KafkaError(
    'MESSAGE_TOO_LARGE',
    `A record for ${topic} takes up to ${bytes} bytes; requestBytesMax (max.request.size) is ${limit}`,
    { topic, retriable: false },
  );
}
