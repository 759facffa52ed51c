import { clampToNumber, ErrorCode, type OffsetFetchResponse } from '@ottla/protocol';
import { commitOffsets } from '../consumer/committed-offsets.ts';
import { lookUpOffsets } from '../consumer/offset-lookup.ts';
import { groupByTopic, partitionName } from '../consumer/topic-partition.ts';
import { KafkaError } from '../errors.ts';
import type { OffsetToCommit } from '../producer/transaction-requests.ts';
import type { TopicPartition, TopicPartitionOffset } from '../records.ts';
import { DELETE_RECORDS, DESCRIBE_PRODUCERS, OFFSET_DELETE, OFFSET_FETCH } from './apis.ts';
import { type Calls, type Outcomes, outcome, settled } from './calls.ts';
import { atCoordinator } from './groups.ts';
import { timeoutOf } from './topics.ts';

/** Kafka's OffsetSpec: a place in a log, or the first record at or after a time in ms. */
export type OffsetSpec = keyof typeof SPECS | number;

const SPECS = {
  latest: -1,
  earliest: -2,
  'max-timestamp': -3,
  'earliest-local': -4,
  'latest-tiered': -5,
  'earliest-pending-upload': -6,
} as const;

export interface ListedOffset extends TopicPartitionOffset {
  /** Of the record there; -1 when there is none, or it was not asked by time. */
  readonly timestamp: number;
  readonly leaderEpoch: number;
}

export async function listOffsets(
  calls: Calls,
  wanted: readonly (TopicPartition & { readonly at: OffsetSpec })[],
  isolation: 'read_uncommitted' | 'read_committed',
): Promise<ListedOffset[]> {
  const topics = [...new Set(wanted.map(({ topic }) => topic))];
  await calls.op.retry(() => calls.cluster.refresh(topics, { signal: calls.op.signal }));
  for (const { topic } of wanted) {
    const error = calls.cluster.metadata.topicError(topic);
    if (error?.code === 'UNKNOWN_TOPIC_OR_PARTITION')
      throw new KafkaError(error.code, error.message, { topic, retriable: false });
  }
  const listed: ListedOffset[] = [];
  for (const round of rounds(wanted)) {
    const places = round.map(({ topic, partition, at }) => ({ topic, partition, timestamp: timestampOf(at) }));
    const found = await lookUpOffsets(calls.cluster, places, isolation, calls.op);
    const byName = new Map(found.map((each) => [partitionName(each.topic, each.partition), each]));
    for (const { topic, partition, index } of round) {
      const one = byName.get(partitionName(topic, partition));
      if (one !== undefined) listed[index] = one;
    }
  }
  return listed;
}

function timestampOf(at: OffsetSpec): number {
  return typeof at === 'number' ? at : SPECS[at];
}

/** A request may name a partition once: who asks for it twice gets two requests. */
function rounds<Place extends TopicPartition>(places: readonly Place[]): (Place & { readonly index: number })[][] {
  const seen = new Map<string, number>();
  const all: (Place & { readonly index: number })[][] = [];
  places.forEach((place, index) => {
    const name = partitionName(place.topic, place.partition);
    const round = seen.get(name) ?? 0;
    seen.set(name, round + 1);
    all[round] ??= [];
    all[round].push({ ...place, index });
  });
  return all;
}

/** Deletes what is before each offset; -1: up to the high watermark. The new log starts, by `topic-partition`. */
export async function deleteRecords(
  calls: Calls,
  before: readonly TopicPartitionOffset[],
): Promise<Map<string, number>> {
  const offsets = new Map(before.map(({ topic, partition, offset }) => [partitionName(topic, partition), offset]));
  const outcomes = await calls.leaders<TopicPartitionOffset, number>(before, async (node, places) => {
    const answer = await calls.cluster.request(
      DELETE_RECORDS,
      node,
      {
        topics: groupByTopic(places).map(({ topic, partitions }) => ({
          name: topic,
          partitions: partitions.map((partitionIndex) => ({
            partitionIndex,
            offset: offsets.get(partitionName(topic, partitionIndex)) ?? 0,
          })),
        })),
        timeoutMs: timeoutOf(calls),
      },
      { signal: calls.op.signal },
    );
    const found: Outcomes<number> = new Map();
    for (const { name: topic, partitions } of answer.topics)
      for (const { partitionIndex: partition, lowWatermark, errorCode } of partitions)
        found.set(
          partitionName(topic, partition),
          outcome(errorCode, null, { topic, partition, broker: node }, () => clampToNumber(lowWatermark)),
        );
    return found;
  });
  return settled(outcomes);
}

export interface ProducerState {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly lastSequence: number;
  readonly lastTimestamp: number;
  /** Undefined: none ever wrote a marker. */
  readonly coordinatorEpoch: number | undefined;
  /** Of its open transaction. */
  readonly currentTransactionStartOffset: number | undefined;
}

/** Who wrote to partitions lately (KIP-664), by `topic-partition`. `broker`: another replica than the leader. */
export async function describeProducers(
  calls: Calls,
  partitions: readonly TopicPartition[],
  broker: number | undefined,
): Promise<Map<string, ProducerState[]>> {
  const ask = async (node: number, places: readonly TopicPartition[]): Promise<Outcomes<ProducerState[]>> => {
    const topics = groupByTopic(places).map(({ topic, partitions: list }) => ({ name: topic, partitionIndexes: list }));
    const answer = await calls.cluster.request(DESCRIBE_PRODUCERS, node, { topics }, { signal: calls.op.signal });
    const found: Outcomes<ProducerState[]> = new Map();
    for (const { name: topic, partitions: list } of answer.topics)
      for (const { partitionIndex: partition, errorCode, errorMessage, activeProducers } of list) {
        const states = activeProducers.map((each) => ({
          producerId: clampToNumber(each.producerId),
          producerEpoch: each.producerEpoch,
          lastSequence: each.lastSequence,
          lastTimestamp: clampToNumber(each.lastTimestamp),
          coordinatorEpoch: each.coordinatorEpoch < 0 ? undefined : each.coordinatorEpoch,
          currentTransactionStartOffset:
            each.currentTxnStartOffset < 0 ? undefined : clampToNumber(each.currentTxnStartOffset),
        }));
        const place = { topic, partition, broker: node };
        found.set(
          partitionName(topic, partition),
          outcome(errorCode, errorMessage, place, () => states),
        );
      }
    return found;
  };
  return settled(await (broker === undefined ? calls.leaders(partitions, ask) : ask(broker, partitions)));
}

/** What a group has committed: of these partitions, or of all. */
export async function listGroupOffsets(
  calls: Calls,
  groupId: string,
  partitions: readonly TopicPartition[] | undefined,
  requireStable: boolean,
): Promise<OffsetToCommit[]> {
  const topics =
    partitions === undefined
      ? null
      : groupByTopic(partitions).map(({ topic, partitions: list }) => ({ name: topic, partitionIndexes: list }));
  const [, answer] = await atCoordinator(
    calls,
    groupId,
    OFFSET_FETCH,
    (version) => {
      const stable = version >= 7 ? { requireStable } : {};
      return version >= 8 ? { groups: [{ groupId, topics }], ...stable } : { groupId, topics, ...stable };
    },
    (res) => firstError(res),
    2,
    // From version 10 on topics go by id.
    9,
  );
  const offsets: OffsetToCommit[] = [];
  for (const { name: topic, partitions: list } of answer.groups[0]?.topics ?? answer.topics)
    for (const { partitionIndex: partition, committedOffset, committedLeaderEpoch, metadata } of list) {
      const offset = clampToNumber(committedOffset);
      if (offset < 0) continue;
      const leaderEpoch = committedLeaderEpoch < 0 ? undefined : committedLeaderEpoch;
      offsets.push({ topic, partition, offset, leaderEpoch, metadata: metadata ?? '' });
    }
  return offsets;
}

function firstError(answer: OffsetFetchResponse): number {
  const { errorCode, topics } = answer.groups[0] ?? answer;
  if (errorCode !== ErrorCode.NONE) return errorCode;
  const codes = topics.flatMap(({ partitions }) => partitions.map((partition) => partition.errorCode));
  return codes.find((code) => code !== ErrorCode.NONE) ?? ErrorCode.NONE;
}

/** Sets what a group without members has committed. */
export async function alterGroupOffsets(
  calls: Calls,
  groupId: string,
  offsets: readonly OffsetToCommit[],
): Promise<void> {
  const nobody = { groupId, generationId: -1, memberId: '', groupInstanceId: undefined };
  const commit = offsets.map((each) => ({
    ...each,
    leaderEpoch: each.leaderEpoch ?? -1,
    metadata: each.metadata ?? '',
  }));
  await commitOffsets(calls.cluster, 'default', () => nobody, commit, calls.op);
}

export async function deleteGroupOffsets(
  calls: Calls,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<void> {
  const topics = groupByTopic(partitions).map(({ topic, partitions: list }) => ({
    name: topic,
    partitions: list.map((partitionIndex) => ({ partitionIndex })),
  }));
  const [, answer] = await atCoordinator(calls, groupId, OFFSET_DELETE, { groupId, topics }, (res) => res.errorCode);
  const outcomes: Outcomes<true> = new Map();
  for (const { name: topic, partitions: list } of answer.topics)
    for (const { partitionIndex: partition, errorCode } of list)
      outcomes.set(
        partitionName(topic, partition),
        outcome(errorCode, null, { topic, partition }, () => true),
      );
  settled(outcomes);
}
