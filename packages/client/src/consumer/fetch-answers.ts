/* What a fetch answer says about each partition, error codes included (Java's FetchCollector and AbstractFetch). */

import type { ExponentialBackoff } from '@ottla/common';
import { ErrorCode, type FetchResponse, type Uuid } from '@ottla/protocol';
import { DECOMPRESSED_BYTES_MAX_DEFAULT } from '@ottla/protocol/records';
import { KafkaError } from '../errors.ts';
import { retryBackoff } from '../network/retry-backoff.ts';
import type { AssignedPartition } from './assigned-partition.ts';
import type { ConsumerContext } from './context.ts';
import { FetchedPartition } from './fetched-partition.ts';
import type { Asked } from './fetcher.ts';
import { resetPolicy } from './options.ts';
import { partitionName } from './topic-partition.ts';

type PartitionData = FetchResponse['responses'][number]['partitions'][number];

/** Another broker, or the same one a little later, will do. */
const PASSING: ReadonlySet<number> = new Set([
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.REPLICA_NOT_AVAILABLE,
  ErrorCode.KAFKA_STORAGE_ERROR,
  ErrorCode.FENCED_LEADER_EPOCH,
  ErrorCode.UNKNOWN_LEADER_EPOCH,
  ErrorCode.OFFSET_NOT_AVAILABLE,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.UNKNOWN_TOPIC_ID,
  ErrorCode.INCONSISTENT_TOPIC_ID,
  ErrorCode.UNKNOWN_SERVER_ERROR,
]);

export class FetchAnswers {
  readonly #context: ConsumerContext;
  readonly #backoff: ExponentialBackoff;

  constructor(context: ConsumerContext) {
    this.#context = context;
    this.#backoff = retryBackoff(context.cluster);
  }

  /** True when the metadata is out of date. */
  take(
    node: number,
    answer: FetchResponse,
    asked: ReadonlyMap<string, Asked>,
    nameOf: (topic: string, topicId: Uuid) => string | undefined,
  ): boolean {
    let isOutdated = false;
    for (const { topic, topicId, partitions } of answer.responses) {
      const name = nameOf(topic, topicId);
      if (name === undefined) continue;
      for (const data of partitions) {
        const one = asked.get(partitionName(name, data.partitionIndex));
        if (one === undefined || one.partition.isEnded || one.partition.version !== one.version) continue;
        if (one.partition.fetchOffset !== one.fetchOffset || one.partition.need !== 'nothing') continue;
        if (data.errorCode === ErrorCode.NONE) this.#records(one.partition, data);
        else isOutdated = this.#error(node, one.partition, data, answer) || isOutdated;
      }
    }
    return isOutdated;
  }

  #records(partition: AssignedPartition, data: PartitionData): void {
    const { cluster, settings } = this.#context;
    partition.failures = 0;
    partition.highWatermark = Number(data.highWatermark);
    partition.lastStableOffset = Number(data.lastStableOffset);
    if (Number(data.logStartOffset) >= 0) partition.logStartOffset = Number(data.logStartOffset);
    if (data.preferredReadReplica >= 0) {
      partition.preferredReplica = data.preferredReadReplica;
      partition.preferredUntilMs = cluster.clock.monotonicMs() + cluster.options.metadataMaxAgeMs;
    }
    if (data.records === null || data.records.length === 0) return;
    const fetched = new FetchedPartition({
      topic: partition.topic,
      partition: partition.partition,
      records: data.records,
      fetchOffset: partition.fetchOffset,
      aborted: settings.isolation === 'read_committed' ? abortedIn(data) : null,
      checkCrcs: settings.checkCrcs,
      decompressedBytesMax: Math.max(DECOMPRESSED_BYTES_MAX_DEFAULT, settings.fetchMaxBytes),
    });
    if (fetched.endOffset === partition.fetchOffset && !fetched.isCorrupt) {
      this.#context.fail(tooLarge(partition, data.records.length));
      this.#retryLater(partition);
      return;
    }
    this.#context.meters.received(partition, data.records.length);
    partition.push(fetched);
  }

  #error(node: number, partition: AssignedPartition, data: PartitionData, answer: FetchResponse): boolean {
    const { errorCode } = data;
    const place = { topic: partition.topic.name, partition: partition.partition, broker: node };
    const error = KafkaError.ofCode(errorCode, null, place);
    this.#retryLater(partition);
    if (errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) {
      this.#outOfRange(partition, error);
      return false;
    }
    partition.preferredReplica = -1;
    if (PASSING.has(errorCode)) {
      this.#hint(partition, data, answer);
      this.#context.cluster.log.debug(`Fetching ${partition.name} from broker ${node} failed: ${error.message}`);
      return true;
    }
    this.#context.fail(error);
    return false;
  }

  /** News of the leader, if the answer has some (KIP-951). */
  #hint({ topic, partition }: AssignedPartition, { currentLeader }: PartitionData, answer: FetchResponse): void {
    const { leaderId, leaderEpoch } = currentLeader;
    if (leaderId < 0) return;
    const endpoint = answer.nodeEndpoints.find(({ nodeId }) => nodeId === leaderId);
    this.#context.cluster.leaderHint({ topic: topic.name, partition, leaderId, leaderEpoch, endpoint });
  }

  #outOfRange(partition: AssignedPartition, error: KafkaError): void {
    const { settings, cluster } = this.#context;
    if (partition.preferredReplica >= 0) {
      // A follower may lag: the leader knows.
      partition.preferredReplica = -1;
      partition.retryAtMs = 0;
      return;
    }
    // What is fetched already is in range: it is read first.
    if (partition.hasRecords) return;
    partition.retryAtMs = 0;
    if (resetPolicy(settings, partition.topic.name) === 'none') {
      this.#context.fail(
        new KafkaError(
          'OFFSET_OUT_OF_RANGE',
          `${error.message}: fetch offset ${partition.fetchOffset}, onReset is none`,
          {
            topic: partition.topic.name,
            partition: partition.partition,
            retriable: false,
          },
        ),
      );
      this.#retryLater(partition);
      return;
    }
    cluster.log.info(`Offset ${partition.fetchOffset} of ${partition.name} is out of range: resetting it`);
    partition.seekToEnd(undefined);
  }

  #retryLater(partition: AssignedPartition): void {
    const delayMs = this.#backoff.delayMs(partition.failures++);
    partition.retryAtMs = this.#context.cluster.clock.monotonicMs() + delayMs;
  }
}

function abortedIn({ abortedTransactions }: PartitionData): { producerId: number; firstOffset: number }[] {
  return (abortedTransactions ?? []).map(({ producerId, firstOffset }) => ({
    producerId: Number(producerId),
    firstOffset: Number(firstOffset),
  }));
}

function tooLarge({ topic, partition, name, fetchOffset }: AssignedPartition, bytes: number): KafkaError {
  return new KafkaError(
    'MESSAGE_TOO_LARGE',
    `The record at offset ${fetchOffset} of ${name} is larger than what one fetch takes: ${bytes} bytes of it came. Raise maxPartitionFetchBytes and fetchMaxBytes`,
    { topic: topic.name, partition },
  );
}
