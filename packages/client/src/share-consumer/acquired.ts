/**
 * What a ShareFetch brought of one partition: batches, and the ranges of offsets that this member has acquired of them.
 * Records outside of the ranges are somebody else's; offsets in them without a record (control batches, what compaction
 * took) are told the broker as gaps.
 */
import type { ShareFetchResponse } from '@ottla/protocol';
import { DECOMPRESSED_BYTES_MAX_DEFAULT } from '@ottla/protocol/records';
import { FetchedPartition } from '../consumer/fetched-partition.ts';
import type { FetchedRecord } from '../consumer/fetched-record.ts';
import { KafkaError } from '../errors.ts';
import type { AnyTopic } from '../serdes/index.ts';
import type { ShareConsumerSettings } from './options.ts';

type PartitionData = ShareFetchResponse['responses'][number]['partitions'][number];

export interface Acquired {
  readonly records: readonly { readonly record: FetchedRecord; readonly deliveryCount: number }[];
  readonly gaps: readonly number[];
  /** What lies behind damage: to be released. */
  readonly unreadable: readonly number[];
  readonly error: KafkaError | undefined;
}

export function acquiredIn(topic: AnyTopic, data: PartitionData, settings: ShareConsumerSettings): Acquired {
  const ranges = data.acquiredRecords.map(({ firstOffset, lastOffset, deliveryCount }) => ({
    first: Number(firstOffset),
    last: Number(lastOffset),
    deliveryCount,
  }));
  const [first] = ranges;
  if (first === undefined) return { records: [], gaps: [], unreadable: [], error: undefined };
  const found: FetchedRecord[] = [];
  const error = readAll(topic, data, first.first, settings, found);
  const byOffset = new Map(found.map((record) => [record.offset, record]));
  const readable = error === undefined ? Number.POSITIVE_INFINITY : (found.at(-1)?.offset ?? -1);
  const records: { record: FetchedRecord; deliveryCount: number }[] = [];
  const gaps: number[] = [];
  const unreadable: number[] = [];
  for (const range of ranges)
    for (let offset = range.first; offset <= range.last; offset++) {
      const record = byOffset.get(offset);
      if (record !== undefined) records.push({ record, deliveryCount: range.deliveryCount });
      else if (offset <= readable) gaps.push(offset);
      else unreadable.push(offset);
    }
  return { records, gaps, unreadable, error };
}

function readAll(
  topic: AnyTopic,
  { records, partitionIndex: partition }: PartitionData,
  fetchOffset: number,
  { checkCrcs, fetchMaxBytes }: ShareConsumerSettings,
  found: FetchedRecord[],
): KafkaError | undefined {
  try {
    const fetched = new FetchedPartition({
      topic,
      partition,
      records: records ?? Buffer.alloc(0),
      fetchOffset,
      // What was aborted is not acquired: the broker sees to that.
      aborted: null,
      checkCrcs,
      decompressedBytesMax: Math.max(DECOMPRESSED_BYTES_MAX_DEFAULT, fetchMaxBytes),
    });
    while (fetched.read(Number.POSITIVE_INFINITY, found) > 0);
    return undefined;
  } catch (error) {
    return KafkaError.from(error);
  }
}
