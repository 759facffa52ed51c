/** Offsets of topics and groups of kafkajs's admin. */
import { ErrorCode } from '@ottla/protocol';
import { OFFSET_COMMIT, OFFSET_FETCH } from '../consumer/apis.ts';
import { lookUpOffsets } from '../consumer/offset-lookup.ts';
import { operation } from '../network/operation.ts';
import { checkGroup, checkTopic, refuse } from './admin-checks.ts';
import type { Admin, FetchOffsetsPartition, SeekEntry } from './admin-types.ts';
import { EARLIEST_OFFSET, LATEST_OFFSET } from './constants.ts';
import { checkOffset } from './consumer-checks.ts';
import { protocolError } from './error-mapping.ts';
import { describeGroup } from './group-description.ts';
import type { Link } from './link.ts';

/** One group a request, topics by name. */
const OFFSET_FETCH_MAX = 7;
const OFFSET_COMMIT_MAX = 7;
const LEADER_EPOCH_FROM = 6;

async function offsetsAt(link: Link, topic: string, timestamp: number): Promise<SeekEntry[]> {
  const places = await link.partitions(topic, true);
  const cluster = await link.cluster();
  const wanted = places.map(({ partition }) => ({ topic, partition, timestamp }));
  const found = await operation(cluster, `Looking up offsets of ${topic}`, undefined, (op) =>
    lookUpOffsets(cluster, wanted, 'read_uncommitted', op),
  );
  return found
    .toSorted((a, b) => a.partition - b.partition)
    .map(({ partition, offset }) => ({ partition, offset: String(offset) }));
}

export async function fetchTopicOffsets(link: Link, topic: string): ReturnType<Admin['fetchTopicOffsets']> {
  checkTopic(topic);
  const high = await offsetsAt(link, topic, LATEST_OFFSET);
  const low = await offsetsAt(link, topic, EARLIEST_OFFSET);
  return high.map(({ partition, offset }, index) => ({ partition, offset, high: offset, low: low[index].offset }));
}

/** Where there is no record that young: the end. */
export async function fetchTopicOffsetsByTimestamp(
  link: Link,
  topic: string,
  timestamp: number | string = LATEST_OFFSET,
): Promise<SeekEntry[]> {
  checkTopic(topic);
  const high = await offsetsAt(link, topic, LATEST_OFFSET);
  // Messages carry theirs as strings.
  const found = await offsetsAt(link, topic, Number(timestamp));
  return found.map(({ partition, offset }, index) => ({
    partition,
    offset: Number(offset) >= 0 ? offset : high[index].offset,
  }));
}

export async function fetchOffsets(
  link: Link,
  { groupId, topics, resolveOffsets = false }: Parameters<Admin['fetchOffsets']>[0],
): ReturnType<Admin['fetchOffsets']> {
  checkGroup(groupId);
  const names = topics ?? [];
  if (!Array.isArray(names)) refuse('Expected topics array to be set');
  const asked = await Promise.all(
    names.map(async (name) => ({
      name,
      partitionIndexes: (await link.partitions(name, true)).map(({ partition }) => partition),
    })),
  );
  const answer = await link.retrying(async () => {
    const cluster = await link.cluster();
    const node = await cluster.coordinator('group', groupId);
    const request = { groupId, topics: asked.length === 0 ? null : asked };
    const answered = await cluster.request(OFFSET_FETCH, node, request, { maxVersion: OFFSET_FETCH_MAX });
    if (answered.errorCode !== ErrorCode.NONE) {
      cluster.forgetCoordinator('group', groupId);
      throw protocolError(answered.errorCode);
    }
    return answered;
  });
  return Promise.all(
    answer.topics.map(async ({ name, partitions }) => {
      const list: FetchOffsetsPartition[] = partitions.map(
        ({ partitionIndex, committedOffset, metadata, errorCode }) => {
          if (errorCode !== ErrorCode.NONE) throw protocolError(errorCode);
          const text = metadata === '' ? null : metadata;
          return { partition: partitionIndex, offset: String(committedOffset), metadata: text };
        },
      );
      return { topic: name, partitions: resolveOffsets ? await resolved(link, groupId, name, list) : list };
    }),
  );
}

/** Ends as the offsets they stand for now, and committed so. */
async function resolved(
  link: Link,
  groupId: string,
  topic: string,
  list: readonly FetchOffsetsPartition[],
): Promise<FetchOffsetsPartition[]> {
  const ends = new Map((await fetchTopicOffsets(link, topic)).map((one) => [one.partition, one]));
  const partitions = list.map((one) => {
    const { low = one.offset, high = one.offset } = ends.get(one.partition) ?? {};
    const offset = Number(one.offset);
    return { ...one, offset: offset === EARLIEST_OFFSET ? low : offset === LATEST_OFFSET ? high : one.offset };
  });
  await setOffsets(link, { groupId, topic, partitions });
  return partitions;
}

export async function setOffsets(
  link: Link,
  { groupId, topic, partitions }: Parameters<Admin['setOffsets']>[0],
): Promise<void> {
  checkGroup(groupId);
  checkTopic(topic);
  if (!Array.isArray(partitions) || partitions.length === 0) refuse('Invalid partitions');
  const wanted = partitions.map(({ partition, offset }) => ({ partition, offset: checkOffset(offset, true) }));
  const { state } = await describeGroup(link, groupId);
  if (state !== 'Empty' && state !== 'Dead')
    refuse(`The consumer group must have no running instances, current state: ${state}`);
  const answer = await link.retrying(async () => {
    const cluster = await link.cluster();
    return cluster.request(
      OFFSET_COMMIT,
      await cluster.coordinator('group', groupId),
      (version) => ({
        groupId,
        generationIdOrMemberEpoch: -1,
        memberId: '',
        topics: [
          {
            name: topic,
            partitions: wanted.map(({ partition, offset }) => ({
              partitionIndex: partition,
              committedOffset: offset,
              committedMetadata: '',
              ...(version >= LEADER_EPOCH_FROM ? { committedLeaderEpoch: -1 } : {}),
            })),
          },
        ],
      }),
      { maxVersion: OFFSET_COMMIT_MAX, minVersion: 1 },
    );
  });
  for (const { errorCode } of answer.topics.flatMap((each) => each.partitions))
    if (errorCode !== ErrorCode.NONE) throw protocolError(errorCode);
}

export async function resetOffsets(
  link: Link,
  { groupId, topic, earliest = false }: { groupId: string; topic: string; earliest?: boolean },
): Promise<void> {
  checkGroup(groupId);
  checkTopic(topic);
  const offset = String(earliest ? EARLIEST_OFFSET : LATEST_OFFSET);
  const partitions = (await link.partitions(topic, true)).map(({ partition }) => ({ partition, offset }));
  await setOffsets(link, { groupId, topic, partitions });
}
