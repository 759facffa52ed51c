/** --reset-offsets: where to, within what the log has, shown, and done with --execute. */
import { KafkaError, type OffsetSpec, type TopicPartition, type TopicPartitionOffset } from '@ottla/client';
import { Logger } from '@ottla/platform';
import { JavaError } from '../cli/java-error.ts';
import { readText } from '../cli/kafka-client.ts';
import { parseDateTime, parseDuration } from './date-time.ts';
import { byPartition, describe, execution, type GroupClient, groupsOf, partitionsOf, runtime } from './group-client.ts';
import { SCENARIOS, type Scenario, usage } from './options.ts';
import { formatPlan, parsePlan, type ResetPlan } from './reset-plan.ts';

export async function resetOffsets(client: GroupClient): Promise<void> {
  const { options, io } = client;
  const groups = await groupsOf(client);
  const described = await runtime('describeConsumerGroups(api=FIND_COORDINATOR)', () => describe(client, groups));
  const plan: ResetPlan = new Map();
  for (const { groupId: group, state } of described) {
    if (state === 'Empty' || state === 'Dead') plan.set(group, await resetGroup(client, group));
    else
      io.stdout.write(
        `\nError: Assignments can only be reset if the group '${group}' is inactive, but the current state is ${state}.\n`,
      );
  }
  if (options.has('export')) io.stdout.write(`${formatPlan(plan, options.values('group').length !== 1)}\n`);
  else io.stdout.write(planTable(plan));
}

function planTable(plan: ResetPlan): string {
  const row = (...[group = '', topic = '', partition = '', offset = '']: string[]): string =>
    `\n${group.padEnd(30)} ${topic.padEnd(30)} ${partition.padEnd(10)} ${offset.padEnd(15)}`;
  const rows = Array.from(plan, ([group, places]) =>
    places.map(({ topic, partition, offset }) => row(group, topic, String(partition), String(offset))).join(''),
  );
  return `${row('GROUP', 'TOPIC', 'PARTITION', 'NEW-OFFSET')}${rows.join('')}\n`;
}

async function resetGroup(client: GroupClient, group: string): Promise<TopicPartitionOffset[]> {
  const { admin, options, limit } = client;
  const partitions = await partitionsToReset(client, group);
  const scenario = SCENARIOS.find((name) => options.has(name));
  if (scenario === undefined) {
    throw usage(
      "Option '[reset-offsets]' requires one of the following scenarios: [[to-offset], [to-current], [to-datetime], [from-file], [by-duration], [to-earliest], [to-latest], [shift-by]]",
    );
  }
  const offsets = await PREPARE[scenario](client, group, partitions);
  if (options.has('execute') && offsets.length > 0)
    await runtime('alterConsumerGroupOffsets(api=FIND_COORDINATOR)', () =>
      admin.alterConsumerGroupOffsets(group, offsets, limit),
    );
  return offsets.toSorted(byPartition);
}

async function partitionsToReset(client: GroupClient, group: string): Promise<TopicPartition[]> {
  const { options } = client;
  if (options.has('all-topics')) return committedOffsets(client, group);
  if (options.has('topic')) return partitionsOf(client, options.values('topic'));
  if (options.has('from-file')) return [];
  throw usage('One of the reset scopes should be defined: --all-topics, --topic.');
}

type Prepare = (
  client: GroupClient,
  group: string,
  partitions: readonly TopicPartition[],
) => Promise<TopicPartitionOffset[]>;

const PREPARE: Readonly<Record<Scenario, Prepare>> = {
  'to-offset': (client, _, partitions) => {
    const offset = client.options.number('to-offset') ?? 0;
    return withinLog(
      client,
      partitions.map((place) => ({ ...place, offset })),
    );
  },
  'to-earliest': (client, _, partitions) => offsetsAt(client, partitions, 'earliest'),
  'to-latest': (client, _, partitions) => offsetsAt(client, partitions, 'latest'),
  'to-datetime': async (client, _, partitions) =>
    offsetsAtTime(client, partitions, parseDateTime(client.options.value('to-datetime') ?? '')),
  'by-duration': async (client, _, partitions) => {
    const { clock } = client.kafka.cluster.platform;
    const ago = parseDuration(client.options.value('by-duration') ?? '');
    return offsetsAtTime(client, partitions, Math.max(0, clock.wallMs() - ago));
  },
  'shift-by': async (client, group, partitions) => {
    const by = client.options.number('shift-by') ?? 0;
    const current = offsetsByName(await committedOffsets(client, group));
    const shifted = partitions.toSorted(byPartition).map((place) => {
      const offset = current.get(nameOf(place));
      if (offset === undefined)
        throw usage(`Cannot shift offset for partition ${nameOf(place)} since there is no current committed offset`);
      return { ...place, offset: offset + by };
    });
    return withinLog(client, shifted);
  },
  'to-current': async (client, group, partitions) => {
    const current = offsetsByName(await committedOffsets(client, group));
    const without = partitions.filter((place) => !current.has(nameOf(place)));
    const ends = offsetsByName(await offsetsAt(client, without, 'latest'));
    return partitions.flatMap(({ topic, partition }) => {
      const offset = current.get(`${topic}-${partition}`) ?? ends.get(`${topic}-${partition}`);
      return offset === undefined ? [] : { topic, partition, offset };
    });
  },
  'from-file': async (client, group) => {
    const { options, io } = client;
    const file = options.value('from-file') ?? '';
    const text = await readText(client.kafka.cluster.platform, file);
    if (text === undefined)
      throw new JavaError('java.lang.RuntimeException', `java.io.IOException: Unable to read file ${file}`);
    const groups = options.values('group');
    const places = parsePlan(text, groups.length === 1 ? groups[0] : undefined).get(group);
    if (places !== undefined) return withinLog(client, places);
    io.stdout.write(`\nError: No reset plan for group ${group} found\n`);
    return [];
  },
};

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;

const offsetsByName = (places: readonly TopicPartitionOffset[]): Map<string, number> =>
  new Map(places.map((place) => [nameOf(place), place.offset]));

async function committedOffsets({ admin, limit }: GroupClient, group: string): Promise<TopicPartitionOffset[]> {
  try {
    const list = await execution('listConsumerGroupOffsets(api=FIND_COORDINATOR)', () =>
      admin.listConsumerGroupOffsets(group, limit),
    );
    return list.map(({ topic, partition, offset }) => ({ topic, partition, offset }));
  } catch (error) {
    // From Kafka 4 on a group that is not there says so.
    if (error instanceof JavaError && error.kafka instanceof KafkaError && error.kafka.code === 'GROUP_ID_NOT_FOUND')
      return [];
    throw error;
  }
}

async function offsetsAt(
  { admin, limit }: GroupClient,
  partitions: readonly TopicPartition[],
  at: OffsetSpec,
): Promise<TopicPartitionOffset[]> {
  if (partitions.length === 0) return [];
  const wanted = partitions.map(({ topic, partition }) => ({ topic, partition, at }));
  const found = await runtime('listOffsets(api=METADATA)', () => admin.listOffsets(wanted, limit));
  return found.map(({ topic, partition, offset }) => ({ topic, partition, offset }));
}

/** The first record that is not older; where there is none, the end. */
async function offsetsAtTime(
  client: GroupClient,
  partitions: readonly TopicPartition[],
  timeMs: number,
): Promise<TopicPartitionOffset[]> {
  const found = await offsetsAt(client, partitions, timeMs);
  const without = found.filter(({ offset }) => offset < 0);
  for (const { topic, partition } of without)
    client.io.stdout.write(
      `\nWarn: Partition ${partition} from topic ${topic} is empty. Falling back to latest known offset.\n`,
    );
  return [...found.filter(({ offset }) => offset >= 0), ...(await offsetsAt(client, without, 'latest'))];
}

/** Offsets that the log does not have become its first or its end. */
async function withinLog(
  client: GroupClient,
  wanted: readonly TopicPartitionOffset[],
): Promise<TopicPartitionOffset[]> {
  const starts = offsetsByName(await offsetsAt(client, wanted, 'earliest'));
  const ends = offsetsByName(await offsetsAt(client, wanted, 'latest'));
  const log = new Logger(
    client.kafka.cluster.platform.log,
    'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  );
  return wanted.map(({ topic, partition, offset }) => {
    const name = `${topic}-${partition}`;
    const start = starts.get(name) ?? 0;
    const end = ends.get(name) ?? offset;
    const moved = Math.min(Math.max(offset, start), end);
    if (moved !== offset) {
      const how = offset > end ? 'higher than latest' : 'lower than earliest';
      log.warn(`New offset (${offset}) is ${how} offset for topic partition ${name}. Value will be set to ${moved}`);
    }
    return { topic, partition, offset: moved };
  });
}
