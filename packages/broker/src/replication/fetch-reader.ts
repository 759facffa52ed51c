/**
 * The reading part of Fetch (Java: ReplicaManager.readFromLog, Partition.fetchRecords): partition after partition until
 * `maxBytes` is used up. From version 3 on the first partition that has data gives one whole batch at least, however
 * small the limits; before, the limits are hard and a batch may be cut.
 */
import { ErrorCode, type FetchResponsePartitionDataInit, type OutgoingPart, ZERO_UUID } from '@ottla/protocol';
import type { ReadLimit } from '@ottla/storage';
import type { FetchPartition } from './fetch-partition.ts';
import type { Partition } from './partition.ts';
import type { ReplicaManager } from './replica-manager.ts';

export interface FetchLimits {
  readonly maxBytes: number;
  /** Versions 0-2: a batch may be cut. */
  readonly isHard: boolean;
  readonly upTo: ReadLimit;
  readonly leaderOnly: boolean;
}

/** What one partition answers, before it is shaped for the request's version. */
export interface FetchedPartition {
  readonly item: FetchPartition;
  readonly response: FetchResponsePartitionDataInit;
  /** Undefined when nothing could be read. */
  readonly replica: Partition | undefined;
}

export interface FetchedData {
  readonly partitions: FetchedPartition[];
  readonly bytes: number;
  /** An error, or a diverging epoch, that the client should hear at once. */
  readonly isUrgent: boolean;
}

export const NO_RECORDS = Buffer.alloc(0);

/** `refusals` are errors known before anything is read, by partition. */
export function readPartitions(
  replicas: ReplicaManager,
  items: Iterable<FetchPartition>,
  refusals: ReadonlyMap<FetchPartition, ErrorCode>,
  limits: FetchLimits,
): FetchedData {
  const partitions: FetchedPartition[] = [];
  let left = limits.maxBytes;
  let bytes = 0;
  let isUrgent = false;
  for (const item of items) {
    const refusal = refusals.get(item);
    if (refusal !== undefined) {
      const response = { ...failed(item, refusal), abortedTransactions: [] };
      partitions.push({ item, response, replica: undefined });
      continue;
    }
    const read = readPartition(replicas, item, limits, left, bytes === 0 && !limits.isHard);
    partitions.push(read);
    const { response } = read;
    if (response.errorCode !== ErrorCode.NONE || response.divergingEpoch !== undefined) isUrgent = true;
    const size = recordsSize(response.records);
    bytes += size;
    left = Math.max(0, left - size);
  }
  return { partitions, bytes, isUrgent };
}

/** Gives back what was read and is not sent. */
export function releaseFetched({ partitions }: FetchedData): void {
  for (const { response } of partitions) releaseRecords(response.records);
}

export function releaseRecords(records: OutgoingPart | null): void {
  if (records !== null && !(records instanceof Uint8Array)) records.release();
}

export function recordsSize(records: OutgoingPart | null): number {
  if (records === null) return 0;
  return records instanceof Uint8Array ? records.length : records.sizeBytes;
}

export function failed(item: FetchPartition, errorCode: ErrorCode): FetchResponsePartitionDataInit {
  return {
    partitionIndex: item.partition,
    errorCode,
    highWatermark: -1,
    abortedTransactions: null,
    records: NO_RECORDS,
  };
}

function readPartition(
  replicas: ReplicaManager,
  item: FetchPartition,
  limits: FetchLimits,
  left: number,
  minOneBatch: boolean,
): FetchedPartition {
  const replica = replicas.partition(item.topic, item.partition);
  if (typeof replica === 'number') return { item, response: failed(item, replica), replica: undefined };
  const error = checkReplica(replica, item, limits.leaderOnly);
  if (error !== ErrorCode.NONE) return { item, response: failed(item, error), replica };
  const { log } = replica;
  if (item.lastFetchedEpoch >= 0) {
    const diverging = divergence(replica, item);
    if (diverging !== undefined) return { item, response: diverging, replica };
  }
  const outcome = log.read(item.fetchOffset, Math.min(item.maxBytes, left), limits.upTo, minOneBatch);
  if (outcome.error !== ErrorCode.NONE) return { item, response: failed(item, outcome.error), replica };
  let records: FetchResponsePartitionDataInit['records'] = outcome.records;
  if ((outcome.firstBatchIncomplete && !limits.isHard) || outcome.records.sizeBytes === 0) {
    outcome.records.release();
    records = NO_RECORDS;
  }
  const response: FetchResponsePartitionDataInit = {
    partitionIndex: item.partition,
    errorCode: ErrorCode.NONE,
    highWatermark: outcome.highWatermark,
    lastStableOffset: outcome.lastStableOffset,
    logStartOffset: outcome.logStartOffset,
    abortedTransactions: outcome.abortedTransactions,
    records,
  };
  return { item, response, replica };
}

function checkReplica(replica: Partition, item: FetchPartition, leaderOnly: boolean): ErrorCode {
  if (item.topicId !== ZERO_UUID && replica.topicId !== ZERO_UUID && item.topicId !== replica.topicId) {
    return ErrorCode.INCONSISTENT_TOPIC_ID;
  }
  return replica.checkLocal(item.currentLeaderEpoch, leaderOnly);
}

/** KIP-595: the client's last batch is from an epoch that ended earlier here; it must truncate or reset first. */
function divergence(replica: Partition, item: FetchPartition): FetchResponsePartitionDataInit | undefined {
  const { log } = replica;
  const { epoch, endOffset } = log.endOffsetForEpoch(item.lastFetchedEpoch);
  if (endOffset < 0 || epoch < 0 || item.fetchOffset < log.logStartOffset) {
    return failed(item, ErrorCode.OFFSET_OUT_OF_RANGE);
  }
  if (epoch >= item.lastFetchedEpoch && endOffset >= item.fetchOffset) return undefined;
  return {
    partitionIndex: item.partition,
    errorCode: ErrorCode.NONE,
    highWatermark: log.highWatermark,
    lastStableOffset: log.lastStableOffset,
    logStartOffset: log.logStartOffset,
    abortedTransactions: null,
    divergingEpoch: { epoch, endOffset },
    records: NO_RECORDS,
  };
}
