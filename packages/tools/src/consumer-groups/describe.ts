import type { GroupDescription, MemberDescription, TopicPartition } from '@ottla/client';
import { JavaError } from '../cli/java-error.ts';
import { byPartition, describe, execution, type GroupClient, groupsOf, runtime } from './group-client.ts';

const MISSING = '-';

export async function describeGroups(client: GroupClient): Promise<void> {
  const { options } = client;
  const groups = (await groupsOf(client)).toSorted();
  const described = await execution('describeConsumerGroups(api=FIND_COORDINATOR)', () => describe(client, groups));
  for (const group of described) {
    if (options.has('members')) printMembers(client, group);
    else if (options.has('state')) printState(client, group);
    else await printOffsets(client, group);
  }
}

/** Says what there is to say of the state; false when there is nothing more to show. */
function tellState({ io }: GroupClient, { groupId, state }: GroupDescription, rows: number): boolean {
  switch (state) {
    case 'Dead':
      io.stdout.write(`\nError: Consumer group '${groupId}' does not exist.\n`);
      break;
    case 'Empty':
      io.stderr.write(`\nConsumer group '${groupId}' has no active members.\n`);
      break;
    case 'PreparingRebalance':
    case 'CompletingRebalance':
    case 'Assigning':
    case 'Reconciling':
      io.stderr.write(`\nWarning: Consumer group '${groupId}' is rebalancing.\n`);
      break;
    case 'Stable':
      break;
    default:
      throw new JavaError(
        'org.apache.kafka.common.KafkaException',
        `Expected a valid consumer group state, but found '${state}'.`,
      );
  }
  return state !== 'Dead' && rows > 0;
}

/** Left aligned, a blank between; the last column is not padded. */
function table(rows: readonly (readonly string[])[], minima: readonly number[]): string {
  const widths = minima.map((minimum, column) => Math.max(minimum, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join(' ');
  return `\n${rows.map((row) => `${line(row)}\n`).join('')}`;
}

type Owner = Pick<MemberDescription, 'memberId' | 'host' | 'clientId'>;
const NOBODY: Owner = { memberId: MISSING, host: MISSING, clientId: MISSING };

async function printOffsets(client: GroupClient, group: GroupDescription): Promise<void> {
  const { admin, io, limit } = client;
  const { groupId } = group;
  const committed = await execution('listConsumerGroupOffsets(api=FIND_COORDINATOR)', () =>
    admin.listConsumerGroupOffsets(groupId, limit),
  );
  const offsets = new Map(committed.map(({ topic, partition, offset }) => [`${topic}-${partition}`, offset]));
  const owned = group.members
    .filter(({ assignment }) => assignment.length > 0)
    .toSorted((left, right) => right.assignment.length - left.assignment.length)
    .flatMap((member) => member.assignment.toSorted(byPartition).map((place) => ({ place, owner: member })));
  const taken = new Set(owned.map(({ place }) => `${place.topic}-${place.partition}`));
  const others = committed
    .filter(({ topic, partition }) => !taken.has(`${topic}-${partition}`))
    .toSorted(byPartition)
    .map((place) => ({ place, owner: NOBODY }));
  const rows: { place: TopicPartition; owner: Owner }[] = [...owned, ...others];
  if (!tellState(client, group, rows.length)) return;
  const ends = await logEnds(
    client,
    rows.map(({ place }) => place),
  );
  const cells = rows.map(({ place: { topic, partition }, owner }) => {
    const current = offsets.get(`${topic}-${partition}`);
    const end = ends.get(`${topic}-${partition}`);
    return [
      groupId,
      topic,
      String(partition),
      String(current ?? MISSING),
      String(end ?? MISSING),
      String(current === undefined || end === undefined ? MISSING : end - current),
      owner.memberId,
      owner.host,
      owner.clientId,
    ];
  });
  const header = 'GROUP,TOPIC,PARTITION,CURRENT-OFFSET,LOG-END-OFFSET,LAG,CONSUMER-ID,HOST,CLIENT-ID'.split(',');
  io.stdout.write(table([header, ...cells], [15, 15, 10, 15, 15, 15, 15, 15, 0]));
}

/** By `topic-partition`; those of topics that are gone are left out. */
async function logEnds({ admin, limit }: GroupClient, places: readonly TopicPartition[]): Promise<Map<string, number>> {
  const names = new Set(
    (await runtime('listTopics', () => admin.listTopics({ ...limit, includeInternal: true }))).map(({ name }) => name),
  );
  const wanted = places.filter(({ topic }) => names.has(topic)).map((place) => ({ ...place, at: 'latest' as const }));
  const ends = await runtime('listOffsets(api=METADATA)', () => admin.listOffsets(wanted, limit));
  return new Map(ends.map(({ topic, partition, offset }) => [`${topic}-${partition}`, offset]));
}

function printMembers(client: GroupClient, group: GroupDescription): void {
  const { options, io } = client;
  const members = group.members.toSorted((left, right) => right.assignment.length - left.assignment.length);
  tellState(client, group, members.length);
  const withInstance = members.some(({ groupInstanceId }) => (groupInstanceId ?? '') !== '');
  const verbose = options.has('verbose');
  const row = (instance: string, cells: readonly string[], assignment: string): string[] => {
    const [name = '', memberId = '', ...more] = cells;
    // The column after #PARTITIONS is there, and empty, when nothing more is asked for.
    return [name, memberId, ...(withInstance ? [instance] : []), ...more, verbose ? assignment : ''];
  };
  const header = row('GROUP-INSTANCE-ID', ['GROUP', 'CONSUMER-ID', 'HOST', 'CLIENT-ID', '#PARTITIONS'], 'ASSIGNMENT');
  const rows = members.map(({ memberId, host, clientId, groupInstanceId, assignment }) =>
    row(
      groupInstanceId ?? '',
      [group.groupId, memberId, host, clientId, String(assignment.length)],
      assignmentText(assignment),
    ),
  );
  io.stdout.write(table([header, ...rows], [15, 15, ...(withInstance ? [17] : []), 15, 15, 15, 0]));
}

/** `orders(0,1), payments(2)` */
function assignmentText(assignment: readonly TopicPartition[]): string {
  const byTopic = new Map<string, number[]>();
  for (const { topic, partition } of assignment.toSorted(byPartition)) {
    const partitions = byTopic.get(topic) ?? [];
    byTopic.set(topic, partitions);
    partitions.push(partition);
  }
  const text = Array.from(byTopic, ([topic, partitions]) => `${topic}(${partitions.join(',')})`).join(', ');
  return text === '' ? MISSING : text;
}

function printState(client: GroupClient, group: GroupDescription): void {
  if (!tellState(client, group, 1)) return;
  const broker = client.kafka.cluster.metadata.brokers.get(group.coordinator);
  const coordinator = `${broker?.host ?? ''}:${broker?.port ?? ''}  (${group.coordinator})`;
  // Kafka makes the first column as wide as what stands in the second.
  const width = Math.max(25, coordinator.length);
  const row = (...[name = '', node = '', strategy = '', state = '', members = '']: string[]): string =>
    `${name.padEnd(width)} ${node.padEnd(25)} ${strategy.padEnd(20)} ${state.padEnd(15)} ${members}`;
  const header = row('GROUP', 'COORDINATOR (ID)', 'ASSIGNMENT-STRATEGY', 'STATE', '#MEMBERS');
  const line = row(group.groupId, coordinator, group.protocol, group.state, String(group.members.length));
  client.io.stdout.write(`\n${header}\n${line}\n`);
}
