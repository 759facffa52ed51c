/** kafka-topics.sh: create, list, describe, alter (partitions) and delete topics. Kafka's TopicCommand of 3.9. */

import type { Admin, NewTopic, TopicListing } from '@ottla/client';
import { hasCollisionChars } from '@ottla/common';
import { adminSettings } from '../cli/bootstrap.ts';
import { calling, JavaError, javaError } from '../cli/java-error.ts';
import { withKafka } from '../cli/kafka-client.ts';
import { logError } from '../cli/log-error.ts';
import type { ParsedOptions } from '../cli/option-parser.ts';
import { type Tool, ToolError } from '../cli/tool.ts';
import { topicPattern } from '../cli/topic-pattern.ts';
import { UsageError } from '../cli/usage.ts';
import { parseUuid } from '../cli/uuid-argument.ts';
import { describeTopics } from './describe.ts';
import { parseTopicsOptions } from './options.ts';
import { parseAssignment } from './replica-assignment.ts';

const COLLISION_WARNING =
  "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid issues it is best to use either, but not both.";

const ACTIONS = { list, describe, create, alter, delete: remove } as const;

type Print = (line: string) => void;

export const kafkaTopics: Tool = async (args, io) => {
  const parsed = parseTopicsOptions(args, (text) => io.stdout.write(text));
  if (parsed === undefined) return 0;
  const { action, options } = parsed;
  const print = (line: string): void => void io.stdout.write(`${line}\n`);
  return withKafka(adminSettings(options), io, async (kafka) => {
    try {
      await ACTIONS[action](kafka.admin(), options, print);
      return 0;
    } catch (error) {
      const known =
        javaError(error) ?? (error instanceof ToolError && !(error instanceof UsageError) ? error : undefined);
      if (known === undefined || io.signal.aborted) throw error;
      print(`Error while executing topic command : ${known.message}`);
      await logError('org.apache.kafka.tools.TopicCommand', `${known instanceof JavaError ? known : known.message}`);
      return 1;
    }
  });
};

async function list(admin: Admin, options: ParsedOptions, print: Print): Promise<void> {
  print((await matchingTopics(admin, options)).join('\n'));
}

async function describe(admin: Admin, options: ParsedOptions, print: Print): Promise<void> {
  const id = options.value('topic-id');
  options.number('partition-size-limit-per-response'); // refused when it is no number
  if (id === undefined) return describeTopics(admin, await existing(admin, options), options, print);
  const wanted = parseUuid(id);
  const topics = (await listed(admin, options)).filter((topic) => topic.id === wanted);
  if (topics.length === 0 && !options.has('if-exists'))
    throw new ToolError(`TopicId '${wanted}' does not exist as expected`);
  return describeTopics(
    admin,
    topics.map(({ name }) => name),
    options,
    print,
  );
}

async function create(admin: Admin, options: ParsedOptions, print: Print): Promise<void> {
  const topic = toCreate(options);
  if (hasCollisionChars(topic.name)) print(COLLISION_WARNING);
  const partitions = topic.partitions ?? 1;
  const replicas = topic.replication ?? 1;
  if (replicas < 1 || replicas > 32_767)
    throw new ToolError('The replication factor must be between 1 and 32767 inclusive');
  if (partitions < 1) throw new ToolError('The partitions must be greater than 0');
  try {
    await calling('createTopics', () => admin.createTopics([topic]));
  } catch (error) {
    const isThere = error instanceof JavaError && error.kafka?.code === 'TOPIC_ALREADY_EXISTS';
    if (isThere && options.has('if-not-exists')) return;
    throw error;
  }
  print(`Created topic ${topic.name}.`);
}

function toCreate(options: ParsedOptions): NewTopic {
  const assignment = options.value('replica-assignment');
  return {
    name: options.value('topic') ?? '',
    partitions: options.number('partitions'),
    replication: options.number('replication-factor'),
    assignments: assignment === undefined ? undefined : parseAssignment(assignment),
    configs: Object.fromEntries(options.values('config').map(parseConfig)),
  };
}

function parseConfig(text: string): [name: string, value: string] {
  const [name = '', value, ...more] = text.split(/\s*=\s*/);
  if (value === undefined || value === '' || more.length > 0)
    throw new ToolError(
      'requirement failed: Invalid topic config: all configs to be added must be in the format "key=val".',
    );
  return [name.trim(), value.trim()];
}

async function alter(admin: Admin, options: ParsedOptions): Promise<void> {
  const assignment = options.value('replica-assignment');
  const brokers = assignment === undefined ? undefined : parseAssignment(assignment);
  const count = options.number('partitions') ?? 0;
  const topics = await existing(admin, options);
  if (topics.length === 0) return;
  const known = await calling('describeTopics', () => admin.describeTopics(topics));
  const counts = topics.map((name) => {
    // The assignment speaks of all partitions, the request of the new ones.
    const assignments = brokers?.slice(known.get(name)?.partitions.length ?? 0);
    return [name, { count, assignments }] as const;
  });
  await calling('createPartitions', () => admin.createPartitions(Object.fromEntries(counts)));
}

async function remove(admin: Admin, options: ParsedOptions): Promise<void> {
  const topics = await existing(admin, options);
  if (topics.length > 0) await calling('deleteTopics', () => admin.deleteTopics(topics));
}

function listed(admin: Admin, options: ParsedOptions): Promise<TopicListing[]> {
  return calling('listTopics', () => admin.listTopics({ includeInternal: !options.has('exclude-internal') }));
}

async function matchingTopics(admin: Admin, options: ParsedOptions): Promise<string[]> {
  const names = (await listed(admin, options)).map(({ name }) => name);
  const wanted = options.value('topic');
  if (wanted === undefined) return names;
  const pattern = topicPattern(wanted);
  return names.filter((name) => pattern.test(name));
}

/** The topics that match; none is an error unless `--if-exists` is given or no topic was named. */
async function existing(admin: Admin, options: ParsedOptions): Promise<string[]> {
  const topics = await matchingTopics(admin, options);
  if (topics.length === 0 && options.has('topic') && !options.has('if-exists'))
    throw new ToolError(`Topic '${options.value('topic')}' does not exist as expected`);
  return topics;
}
