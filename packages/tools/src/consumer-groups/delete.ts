import { KafkaError, type TopicPartition } from '@ottla/client';
import { calling, JavaError, javaError } from '../cli/java-error.ts';
import { byPartition, type GroupClient, groupsOf, splitTopics } from './group-client.ts';

export async function deleteGroups(client: GroupClient): Promise<void> {
  const { admin, io, limit } = client;
  const groups = await groupsOf(client);
  const failures = new Map<string, KafkaError>();
  await admin.deleteConsumerGroups(groups, limit).catch((error: unknown) => {
    if (!(error instanceof KafkaError)) throw error;
    for (const group of groups) {
      const failure = error.failures === undefined ? error : error.failures.get(group);
      if (failure !== undefined) failures.set(group, failure);
    }
  });
  if (failures.size === 0) {
    io.stdout.write(`Deletion of requested consumer groups ('${groups.join(', ')}') was successful.\n`);
    return;
  }
  const lines = ['', 'Error: Deletion of some consumer groups failed:'];
  for (const [group, error] of failures) {
    const why = javaError(error, 'deleteConsumerGroups(api=FIND_COORDINATOR)');
    lines.push(`* Group '${group}' could not be deleted due to: java.util.concurrent.ExecutionException: ${why}`);
  }
  const deleted = groups.filter((group) => !failures.has(group));
  if (deleted.length > 0) lines.push('', `These consumer groups were deleted successfully: '${deleted.join("', '")}'`);
  io.stdout.write(`${lines.join('\n')}\n`);
}

type Outcomes = (TopicPartition & { readonly error: JavaError | undefined })[];

/** Java's texts for what went wrong with all of it. */
const WHOLE: Readonly<Record<string, (group: string) => string>> = {
  INVALID_GROUP_ID: (group) => `'${group}' is not valid.`,
  GROUP_ID_NOT_FOUND: (group) => `'${group}' does not exist.`,
  GROUP_AUTHORIZATION_FAILED: (group) => `Access to '${group}' is not authorized.`,
  NON_EMPTY_GROUP: (group) => `Deleting offsets of a consumer group '${group}' is forbidden if the group is not empty.`,
  GROUP_SUBSCRIBED_TO_TOPIC: () => 'Encounter some partition level error, see the follow-up details:',
  TOPIC_AUTHORIZATION_FAILED: () => 'Encounter some partition level error, see the follow-up details:',
  UNKNOWN_TOPIC_OR_PARTITION: () => 'Encounter some partition level error, see the follow-up details:',
  TIMEOUT: () => 'Encounter some unknown error: REQUEST_TIMED_OUT',
};

export async function deleteOffsets(client: GroupClient): Promise<void> {
  const { admin, options, io, limit } = client;
  const group = options.value('group') ?? '';
  const topics = options.values('topic');
  const { known, unknown } = await resolve(client, topics);
  let whole: KafkaError | undefined;
  await admin.deleteConsumerGroupOffsets(group, known, limit).catch((error: unknown) => {
    if (!(error instanceof KafkaError)) throw error;
    whole = error;
  });
  const outcomes: Outcomes = known.map((place) => {
    const one = whole?.failures === undefined ? whole : whole.failures.get(`${place.topic}-${place.partition}`);
    return { ...place, error: one === undefined ? undefined : javaError(one, 'offsetDelete') };
  });
  const said =
    whole === undefined
      ? `Request succeed for deleting offsets with topic ${topics.join(', ')} group ${group}`
      : `\nError: ${WHOLE[whole.code]?.(group) ?? `Encounter some unknown error: ${whole.code}`}`;
  const row = (topic: string, partition: string, status: string): string =>
    `\n${topic.padEnd(30)} ${partition.padEnd(15)} ${status.padEnd(15)}`;
  const rows = [...outcomes, ...unknown]
    .toSorted(byPartition)
    .map(({ topic, partition, error }) =>
      row(
        topic,
        partition < 0 ? 'Not Provided' : String(partition),
        error === undefined ? 'Successful' : `Error: :${error}`,
      ),
    );
  io.stdout.write(`${said}\n${row('TOPIC', 'PARTITION', 'STATUS')}${rows.join('')}\n`);
}

async function resolve(
  { admin, limit }: GroupClient,
  given: readonly string[],
): Promise<{ known: TopicPartition[]; unknown: Outcomes }> {
  const { partitions: known, topics } = splitTopics(given);
  const unknown: Outcomes = [];
  for (const topic of topics) {
    try {
      const described = await calling('listNodes', () => admin.describeTopics([topic], limit));
      for (const { partition } of described.get(topic)?.partitions ?? []) known.push({ topic, partition });
    } catch (error) {
      if (!(error instanceof JavaError)) throw error;
      unknown.push({ topic, partition: -1, error });
    }
  }
  return { known, unknown };
}
