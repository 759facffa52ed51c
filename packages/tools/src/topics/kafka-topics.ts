/** kafka-topics.sh: create, list, describe, alter (partitions) and delete topics. Kafka's TopicCommand of 3.9. */
import {
  CreatePartitionsRequest,
  CreatePartitionsResponse,
  CreateTopicsRequest,
  type CreateTopicsRequestCreatableTopicInit,
  CreateTopicsResponse,
  DeleteTopicsRequest,
  DeleteTopicsResponse,
  ErrorCode,
  ZERO_UUID,
} from '@ottla/protocol';
import { RpcError } from '@ottla/rpc';
import type { ParsedOptions } from '../cli/option-parser.ts';
import { type Tool, ToolError } from '../cli/tool.ts';
import { type Cluster, check, ServerError } from '../client/cluster.ts';
import { withCluster } from '../client/with-cluster.ts';
import { describeTopics } from './describe.ts';
import { parseTopicsOptions } from './options.ts';
import { matchingTopics } from './topic-filter.ts';

const TIMEOUT_MS = 60_000;
const COLLISION_WARNING =
  "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid issues it is best to use either, but not both.";

const ACTIONS = { list, describe, create, alter, delete: remove } as const;

type Print = (line: string) => void;

export const kafkaTopics: Tool = async (args, io) => {
  const parsed = parseTopicsOptions(args, (text) => io.stdout.write(text));
  if (parsed === undefined) return 0;
  const print = (line: string): void => void io.stdout.write(`${line}\n`);
  try {
    await withCluster(parsed.options.value('bootstrap-server') ?? '', 'adminclient-1', (cluster) =>
      ACTIONS[parsed.action](cluster, parsed.options, print),
    );
    return 0;
  } catch (error) {
    if (!(error instanceof ToolError || error instanceof RpcError)) throw error;
    print(`Error while executing topic command : ${error.message}`);
    return 1;
  }
};

async function list(cluster: Cluster, options: ParsedOptions, print: Print): Promise<void> {
  print((await matchingTopics(cluster, options)).join('\n'));
}

async function describe(cluster: Cluster, options: ParsedOptions, print: Print): Promise<void> {
  const topics = await existing(cluster, options);
  if (topics.length > 0) await describeTopics(cluster, topics, options, print);
}

async function create(cluster: Cluster, options: ParsedOptions, print: Print): Promise<void> {
  const name = options.value('topic') ?? '';
  if (/[._]/.test(name)) print(COLLISION_WARNING);
  const topic = toCreate(name, options);
  const answer = await cluster.retrying(async () => {
    const controller = await cluster.controllerId();
    const api = { request: CreateTopicsRequest, response: CreateTopicsResponse };
    const response = await cluster.callNode(controller, api, {
      topics: [topic],
      timeoutMs: TIMEOUT_MS,
      validateOnly: false,
    });
    const result = response.topics[0];
    if (result?.errorCode === ErrorCode.TOPIC_ALREADY_EXISTS && options.has('if-not-exists')) return undefined;
    check(result?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR, result?.errorMessage ?? null);
    return result;
  });
  if (answer !== undefined) print(`Created topic ${name}.`);
}

function toCreate(name: string, options: ParsedOptions): CreateTopicsRequestCreatableTopicInit {
  const partitions = options.number('partitions');
  const replicas = options.number('replication-factor');
  if (partitions !== undefined && partitions < 1) throw new ToolError('The partitions must be greater than 0');
  if (replicas !== undefined && (replicas < 1 || replicas > 32_767))
    throw new ToolError('The replication factor must be between 1 and 32767 inclusive');
  const assignment = options.value('replica-assignment');
  const configs = options.values('config').map((text) => {
    const equals = text.indexOf('=');
    if (equals < 1)
      throw new ToolError(
        'requirement failed: Invalid topic config: all configs to be added must be in the format "key=val".',
      );
    return { name: text.slice(0, equals).trim(), value: text.slice(equals + 1).trim() };
  });
  return {
    name,
    numPartitions: assignment === undefined ? (partitions ?? -1) : -1,
    replicationFactor: assignment === undefined ? (replicas ?? -1) : -1,
    assignments: assignment === undefined ? [] : parseAssignment(assignment),
    configs,
  };
}

function parseAssignment(text: string): { partitionIndex: number; brokerIds: number[] }[] {
  const partitions = text
    .split(',')
    .map((part, partitionIndex) => ({ partitionIndex, brokerIds: part.split(':').map((id) => Number(id.trim())) }));
  for (const { partitionIndex, brokerIds } of partitions) {
    const twice = brokerIds.filter((id, index) => brokerIds.indexOf(id) !== index);
    if (twice.length > 0)
      throw new ToolError(`Partition replica lists may not contain duplicate entries: ${twice.join(',')}`);
    if (brokerIds.length !== partitions[0]?.brokerIds.length)
      throw new ToolError(`Partition ${partitionIndex} has different replication factor: [${brokerIds.join(', ')}]`);
  }
  return partitions;
}

async function alter(cluster: Cluster, options: ParsedOptions): Promise<void> {
  const count = options.number('partitions') ?? 0;
  const added = options.value('replica-assignment');
  const topics = await existing(cluster, options);
  if (topics.length === 0) return;
  await cluster.retrying(async () => {
    const controller = await cluster.controllerId();
    const { topics: known } = await cluster.metadata(topics.map((name) => ({ name })));
    const request = {
      topics: topics.map((name) => {
        const now = known.find((topic) => topic.name === name)?.partitions.length ?? 0;
        return {
          name,
          count,
          assignments:
            added === undefined
              ? null
              : parseAssignment(added)
                  .slice(now)
                  .map(({ brokerIds }) => ({ brokerIds })),
        };
      }),
      timeoutMs: TIMEOUT_MS,
      validateOnly: false,
    };
    const answer = await cluster.callNode(
      controller,
      { request: CreatePartitionsRequest, response: CreatePartitionsResponse },
      request,
    );
    for (const { errorCode, errorMessage } of answer.results) check(errorCode, errorMessage);
  });
}

async function remove(cluster: Cluster, options: ParsedOptions): Promise<void> {
  const topics = await existing(cluster, options);
  if (topics.length === 0) return;
  await cluster.retrying(async () => {
    const controller = await cluster.controllerId();
    const api = { request: DeleteTopicsRequest, response: DeleteTopicsResponse };
    // Before version 6 a topic is named in a field of its own.
    const version = await cluster.versionOf(api);
    const request =
      version >= 6 ? { topics: topics.map((name) => ({ name, topicId: ZERO_UUID })) } : { topicNames: topics };
    const answer = await cluster.callNode(controller, api, { ...request, timeoutMs: TIMEOUT_MS });
    for (const { errorCode, errorMessage } of answer.responses) check(errorCode, errorMessage);
  });
}

/** The topics that match; none is an error unless `--if-exists` is given or no topic was named. */
async function existing(cluster: Cluster, options: ParsedOptions): Promise<string[]> {
  const topics = await matchingTopics(cluster, options);
  if (topics.length === 0 && options.has('topic') && !options.has('if-exists')) {
    throw new ServerError(ErrorCode.INVALID_REQUEST, `Topic '${options.value('topic')}' does not exist as expected`);
  }
  return topics;
}
