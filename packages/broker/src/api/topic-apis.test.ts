import type {
  CreateTopicsRequestCreatableTopicInit,
  CreateTopicsRequestInit,
  MetadataResponse as MetadataAnswer,
  MetadataRequestInit,
} from '@ottla/protocol';
import {
  CreatePartitionsRequest,
  CreatePartitionsResponse,
  CreateTopicsRequest,
  CreateTopicsResponse,
  DeleteTopicsRequest,
  DeleteTopicsResponse,
  DescribeTopicPartitionsRequest,
  DescribeTopicPartitionsResponse,
  ErrorCode,
  MetadataRequest,
  MetadataResponse,
  ZERO_UUID,
} from '@ottla/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AllowAll } from '../security/authorizer.ts';
import type { BrokerServices } from '../services.ts';
import { callApi, planeServices } from '../test-support/api-call.ts';
import type { TestPlane } from '../test-support/control-plane.ts';
import { startControlPlane } from '../test-support/control-plane.ts';
import { metadata } from './03-metadata.ts';
import { createTopics } from './19-create-topics.ts';
import { deleteTopics } from './20-delete-topics.ts';
import { createPartitions } from './37-create-partitions.ts';
import { describeTopicPartitions } from './75-describe-topic-partitions.ts';

let plane: TestPlane;
let services: BrokerServices;

beforeAll(async () => {
  plane = await startControlPlane();
  services = planeServices(plane);
});
afterAll(() => plane.close());

function topic(
  name: string,
  numPartitions = 1,
  extra: Partial<CreateTopicsRequestCreatableTopicInit> = {},
): CreateTopicsRequestCreatableTopicInit {
  return { name, numPartitions, replicationFactor: 1, assignments: [], configs: [], ...extra };
}

const create = (
  version: number,
  topics: CreateTopicsRequestCreatableTopicInit[],
  extra: Partial<CreateTopicsRequestInit> = {},
): Promise<CreateTopicsResponse> =>
  callApi(
    createTopics,
    { request: CreateTopicsRequest, response: CreateTopicsResponse },
    version,
    { topics, timeoutMs: 5000, ...extra },
    services,
  );

const describeTopics = (version: number, request: MetadataRequestInit, on = services): Promise<MetadataAnswer> =>
  callApi(metadata, { request: MetadataRequest, response: MetadataResponse }, version, request, on);

const named = (...names: string[]): { name: string }[] => names.map((name) => ({ name }));
const manual = (...replicas: number[][]): Partial<CreateTopicsRequestCreatableTopicInit> => ({
  numPartitions: -1,
  replicationFactor: -1,
  assignments: replicas.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
});

/** Resolves when the metadata shows it. */
function hasLeader(name: string): Promise<void> {
  const { metadata: cache } = plane.plane;
  return new Promise((resolve) => {
    const stop = cache.onChange(() => check());
    const check = (): void => {
      if ((cache.partition(name, 0)?.leader ?? -1) < 0) return;
      stop();
      resolve();
    };
    check();
  });
}

describe('CreateTopics', () => {
  for (let version = 0; version <= 7; version++) {
    test(`version ${version} creates, and refuses a second time`, async () => {
      const name = `create-${version}`;
      const { topics } = await create(version, [topic(name, 2)]);
      expect(topics).toMatchObject([{ name, errorCode: ErrorCode.NONE, errorMessage: version >= 1 ? null : '' }]);
      if (version >= 5) expect(topics[0]).toMatchObject({ numPartitions: 2, replicationFactor: 1 });
      if (version >= 5)
        expect(topics[0]?.configs?.find((entry) => entry.name === 'retention.ms')?.value).toBe('604800000');
      expect(topics[0]?.topicId).toBe(version >= 7 ? plane.plane.metadata.topicId(name) : ZERO_UUID);
      const again = await create(version, [topic(name)]);
      expect(again.topics[0]?.errorCode).toBe(ErrorCode.TOPIC_ALREADY_EXISTS);
    });
  }

  // The answers of Apache Kafka 3.9.2 to the same requests.
  const refusals: readonly [string, CreateTopicsRequestCreatableTopicInit, ErrorCode, string | null][] = [
    ['no partitions', topic('x', 0), ErrorCode.INVALID_PARTITIONS, 'Number of partitions must be larger than 0.'],
    [
      'no replicas',
      topic('x', 1, { replicationFactor: 0 }),
      ErrorCode.INVALID_REPLICATION_FACTOR,
      'Replication factor must be larger than 0.',
    ],
    [
      'too many replicas',
      topic('x', 1, { replicationFactor: 3 }),
      ErrorCode.INVALID_REPLICATION_FACTOR,
      'Replication factor: 3 larger than available brokers: 1.',
    ],
    ['no name', topic(''), ErrorCode.INVALID_TOPIC_EXCEPTION, 'Topic name is invalid: the empty string is not allowed'],
    ['dots', topic('..'), ErrorCode.INVALID_TOPIC_EXCEPTION, "Topic name is invalid: '..' is not allowed"],
    [
      'KRaft’s log',
      topic('__cluster_metadata'),
      ErrorCode.INVALID_REQUEST,
      'Creation of internal topic __cluster_metadata is prohibited.',
    ],
    [
      'unknown config',
      topic('x', 1, { configs: [{ name: 'foo', value: '1' }] }),
      ErrorCode.INVALID_CONFIG,
      'Unknown topic config name: foo',
    ],
    [
      'bad config',
      topic('x', 1, { configs: [{ name: 'retention.ms', value: 'abc' }] }),
      ErrorCode.INVALID_CONFIG,
      'Invalid value abc for configuration retention.ms: Not a number of type LONG',
    ],
    [
      'null config',
      topic('x', 1, { configs: [{ name: 'retention.ms', value: null }] }),
      ErrorCode.INVALID_CONFIG,
      'Null value not supported for topic configs: retention.ms',
    ],
    [
      'placed twice',
      topic('x', 2, { ...manual([0]), numPartitions: 2 }),
      ErrorCode.INVALID_REQUEST,
      'Both numPartitions or replicationFactor and replicasAssignments were set. Both cannot be used at the same time.',
    ],
    [
      'a broker twice',
      topic('x', -1, manual([0, 0])),
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      'Duplicate replica assignment found: HashMap(0 -> ArrayBuffer(0, 0))',
    ],
    [
      'uneven',
      topic('x', -1, manual([0], [0, 1])),
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      'All partitions should have the same number of replicas',
    ],
    [
      'gap',
      topic('x', -1, {
        ...manual([0]),
        assignments: [
          { partitionIndex: 0, brokerIds: [0] },
          { partitionIndex: 2, brokerIds: [0] },
        ],
      }),
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      'partitions should be a consecutive 0-based integer sequence',
    ],
  ];
  for (const [what, request, errorCode, errorMessage] of refusals) {
    test(`refuses ${what} in Kafka's words`, async () => {
      const { topics } = await create(7, [request]);
      expect(topics).toMatchObject([
        { errorCode, errorMessage, topicId: ZERO_UUID, numPartitions: -1, replicationFactor: -1, configs: [] },
      ]);
    });
  }

  test('names that collide in metrics, also within one request', async () => {
    await create(7, [topic('col.a')]);
    const { topics } = await create(7, [topic('col_a'), topic('n.1'), topic('n_1'), topic('twice'), topic('twice')]);
    expect(topics.map(({ errorCode, errorMessage }) => [errorCode, errorMessage])).toEqual([
      [ErrorCode.INVALID_TOPIC_EXCEPTION, "Topic 'col_a' collides with existing topics: col.a"],
      [ErrorCode.NONE, null],
      [ErrorCode.INVALID_TOPIC_EXCEPTION, "Topic 'n_1' collides with existing topics: n.1"],
      [ErrorCode.INVALID_REQUEST, 'Found multiple entries for this topic.'],
      [ErrorCode.INVALID_REQUEST, 'Found multiple entries for this topic.'],
    ]);
  });

  test('validateOnly tells what would be, and makes nothing', async () => {
    const { topics } = await create(7, [topic('dry', 3)], { validateOnly: true });
    expect(topics).toMatchObject([{ errorCode: ErrorCode.NONE, numPartitions: 3, topicId: ZERO_UUID }]);
    expect(plane.plane.metadata.topic('dry')).toBeUndefined();
  });

  test('without time the topic is made, and the answer says that it is late', async () => {
    const { topics } = await create(7, [topic('late')], { timeoutMs: 0 });
    expect(topics).toMatchObject([{ errorCode: ErrorCode.REQUEST_TIMED_OUT, numPartitions: -1 }]);
    await hasLeader('late');
  });
});

describe('Metadata', () => {
  for (let version = 0; version <= 13; version++) {
    test(`version ${version}`, async () => {
      await create(7, [topic(`meta-${version}`, 2)]);
      const noCreation = version >= 4 ? { allowAutoTopicCreation: false } : {};
      const { brokers, topics, controllerId } = await describeTopics(version, {
        topics: named(`meta-${version}`),
        ...noCreation,
        ...(version >= 8 ? { includeTopicAuthorizedOperations: true } : {}),
        ...(version >= 8 && version <= 10 ? { includeClusterAuthorizedOperations: true } : {}),
      });
      expect(brokers).toMatchObject([{ nodeId: 0, host: 'localhost', port: 9092 }]);
      expect(controllerId).toBe(version >= 1 ? 0 : -1);
      expect(topics).toMatchObject([
        { errorCode: 0, name: `meta-${version}`, partitions: [{ leaderId: 0, isrNodes: [0] }, { replicaNodes: [0] }] },
      ]);
      expect(topics[0]?.topicId === ZERO_UUID).toBe(version < 10);
      const all = await describeTopics(version, { topics: version === 0 ? [] : null, ...noCreation });
      expect(all.topics.length).toBeGreaterThan(1);
      if (version > 0) expect((await describeTopics(version, { topics: [], ...noCreation })).topics).toEqual([]);
    });
  }

  test('a missing topic is made when both sides want it, with Kafka’s settings if it is an internal one', async () => {
    const first = await describeTopics(12, { topics: named('auto', 'bad name', '__consumer_offsets') });
    expect(first.topics.map(({ name, errorCode, isInternal }) => [name, errorCode, isInternal])).toEqual([
      ['auto', ErrorCode.LEADER_NOT_AVAILABLE, false],
      ['bad name', ErrorCode.INVALID_TOPIC_EXCEPTION, false],
      ['__consumer_offsets', ErrorCode.LEADER_NOT_AVAILABLE, true],
    ]);
    await hasLeader('auto');
    await hasLeader('__consumer_offsets');
    const { topics } = await describeTopics(12, { topics: named('auto', '__consumer_offsets') });
    expect(topics.map(({ errorCode, partitions }) => [errorCode, partitions.length])).toEqual([
      [0, 1],
      [0, 50],
    ]);
    expect(plane.plane.configs.topics.overrides('__consumer_offsets').get('cleanup.policy')).toBe('compact');
    const not = await describeTopics(12, { topics: named('auto2'), allowAutoTopicCreation: false });
    expect(not.topics[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  });

  test('topics by id from version 12 on, a malformed request before', async () => {
    const id = plane.plane.metadata.topicId('auto');
    const unknown = 'PF3ORzlySgiKGTJ9OXPtZg';
    const topics = [
      { name: null, topicId: id },
      { name: null, topicId: unknown },
    ];
    const found = await describeTopics(12, { topics });
    expect(found.topics.map(({ name, errorCode, topicId }) => [name, errorCode, topicId])).toEqual([
      ['auto', 0, id],
      [null, ErrorCode.UNKNOWN_TOPIC_ID, unknown],
    ]);
    const malformed = await describeTopics(11, { topics });
    expect(malformed.topics.map(({ errorCode }) => errorCode)).toEqual([
      ErrorCode.INVALID_REQUEST,
      ErrorCode.INVALID_REQUEST,
    ]);
  });

  test('who may not describe a topic does not learn whether it is there', async () => {
    class Closed extends AllowAll {
      override authorize(): boolean {
        return false;
      }
    }
    const closed = planeServices(plane, new Closed());
    const { topics } = await describeTopics(12, { topics: named('auto', 'nowhere') }, closed);
    for (const { errorCode, topicId } of topics) {
      expect(errorCode).toBe(ErrorCode.TOPIC_AUTHORIZATION_FAILED);
      expect(topicId).toBe(ZERO_UUID);
    }
    expect((await describeTopics(12, { topics: null }, closed)).topics).toEqual([]);
  });
});

describe('CreatePartitions', () => {
  const grow = (
    version: number,
    name: string,
    count: number,
    assignments: number[][] | null = null,
  ): Promise<CreatePartitionsResponse> =>
    callApi(
      createPartitions,
      { request: CreatePartitionsRequest, response: CreatePartitionsResponse },
      version,
      {
        topics: [{ name, count, assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null }],
        timeoutMs: 5000,
        validateOnly: false,
      },
      services,
    );

  test('grows in every version', async () => {
    await create(7, [topic('grow')]);
    for (let version = 0; version <= 3; version++) {
      expect((await grow(version, 'grow', version + 2)).results).toMatchObject([{ name: 'grow', errorCode: 0 }]);
    }
    expect(plane.plane.metadata.topic('grow')?.partitions.size).toBe(5);
  });

  const refusals: readonly [string, number, number[][] | null, ErrorCode, string][] = [
    ['grow', 5, null, ErrorCode.INVALID_PARTITIONS, 'Topic already has 5 partitions.'],
    [
      'grow',
      1,
      null,
      ErrorCode.INVALID_PARTITIONS,
      'Topic currently has 5 partitions, which is higher than the requested 1.',
    ],
    ['nowhere', 2, null, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "The topic 'nowhere' does not exist."],
    [
      'grow',
      9,
      [[0]],
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      'Increasing the number of partitions by 4 but 1 assignments provided.',
    ],
    ['grow', 6, [[4]], ErrorCode.INVALID_REPLICA_ASSIGNMENT, 'Unknown broker(s) in replica assignment: 4.'],
    ['grow', 6, [[]], ErrorCode.INVALID_REPLICA_ASSIGNMENT, 'Cannot have replication factor of 0 for partition id 5.'],
    [
      'grow',
      6,
      [[0, 0]],
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      'Duplicate brokers not allowed in replica assignment: 0, 0 for partition id 5.',
    ],
  ];
  for (const [name, count, assignments, errorCode, errorMessage] of refusals) {
    test(`refuses: ${errorMessage}`, async () => {
      expect((await grow(3, name, count, assignments)).results).toMatchObject([{ errorCode, errorMessage }]);
    });
  }
});

describe('DeleteTopics', () => {
  test('by name in every version, by id in version 6', async () => {
    const codecs = { request: DeleteTopicsRequest, response: DeleteTopicsResponse };
    for (let version = 0; version <= 5; version++) {
      await create(7, [topic('del')]);
      const request = { topicNames: ['del', 'nowhere'], timeoutMs: 5000 };
      const { responses } = await callApi(deleteTopics, codecs, version, request, services);
      expect(responses.map(({ name, errorCode }) => [name, errorCode])).toEqual([
        ['del', ErrorCode.NONE],
        ['nowhere', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
      ]);
    }
    await create(7, [topic('del'), topic('del2')]);
    const topics = [
      { name: null, topicId: plane.plane.metadata.topicId('del') },
      { name: 'del2', topicId: ZERO_UUID },
      { name: null, topicId: 'PF3ORzlySgiKGTJ9OXPtZg' },
    ];
    const { responses } = await callApi(deleteTopics, codecs, 6, { topics, timeoutMs: 5000 }, services);
    expect(responses.map(({ name, errorCode }) => [name, errorCode])).toEqual([
      ['del', ErrorCode.NONE],
      ['del2', ErrorCode.NONE],
      [null, ErrorCode.UNKNOWN_TOPIC_ID],
    ]);
    expect(plane.plane.metadata.topic('del')).toBeUndefined();
  });
});

describe('DescribeTopicPartitions', () => {
  test('pages through all partitions by its cursor', async () => {
    await create(7, [topic('page-a', 5), topic('page-b', 3)]);
    const seen: string[] = [];
    let cursor: { topicName: string; partitionIndex: number } | null = null;
    do {
      const answer: DescribeTopicPartitionsResponse = await callApi(
        describeTopicPartitions,
        { request: DescribeTopicPartitionsRequest, response: DescribeTopicPartitionsResponse },
        0,
        { topics: named('page-b', 'page-a', 'page-none'), responsePartitionLimit: 2, cursor },
        services,
      );
      for (const { name, errorCode, partitions } of answer.topics) {
        if (errorCode !== 0) seen.push(`${name} ${errorCode}`);
        for (const { partitionIndex } of partitions) seen.push(`${name}-${partitionIndex}`);
      }
      cursor = answer.nextCursor;
    } while (cursor !== null);
    const expected = ['page-a', 'page-b'].flatMap((name, index) =>
      Array.from({ length: index === 0 ? 5 : 3 }, (_, partition) => `${name}-${partition}`),
    );
    expect(seen).toEqual([...expected, `page-none ${ErrorCode.UNKNOWN_TOPIC_OR_PARTITION}`]);
  });
});
