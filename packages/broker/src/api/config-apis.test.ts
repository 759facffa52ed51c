import { memoryStore } from '@ottla/coordination/embedded';
import { createMemoryPlatform } from '@ottla/platform/node';
import type {
  DescribeConfigsRequestDescribeConfigsResourceInit,
  IncrementalAlterConfigsRequestAlterableConfigInit,
} from '@ottla/protocol';
import {
  AlterConfigsRequest,
  AlterConfigsResponse,
  DescribeConfigsRequest,
  DescribeConfigsResponse,
  ErrorCode,
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
  ListConfigResourcesRequest,
  ListConfigResourcesResponse,
} from '@ottla/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BrokerServices } from '../services.ts';
import { callApi, planeServices } from '../test-support/api-call.ts';
import type { TestPlane } from '../test-support/control-plane.ts';
import { startControlPlane } from '../test-support/control-plane.ts';
import { describeConfigs } from './32-describe-configs.ts';
import { alterConfigs } from './33-alter-configs.ts';
import { incrementalAlterConfigs } from './44-incremental-alter-configs.ts';
import { listConfigResources } from './74-list-config-resources.ts';

const TOPIC = 2;
const BROKER = 4;
const [SET, DELETE, APPEND, SUBTRACT] = [0, 1, 2, 3];

let plane: TestPlane;
let services: BrokerServices;

beforeAll(async () => {
  plane = await startControlPlane({ properties: { 'log.segment.bytes': '2000000' } });
  services = planeServices(plane);
  const topic = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  await plane.plane.admin.createTopics([{ name: 'a', ...topic }], { timeoutMs: 5000, validateOnly: false });
});
afterAll(() => plane.close());

type Described = DescribeConfigsResponse['results'][number];

async function describeOne(
  resource: Partial<DescribeConfigsRequestDescribeConfigsResourceInit>,
  version = 4,
): Promise<Described> {
  const full = { resourceType: TOPIC, resourceName: 'a', configurationKeys: null, ...resource };
  const synonyms = version >= 1 ? { includeSynonyms: true } : {};
  const codecs = { request: DescribeConfigsRequest, response: DescribeConfigsResponse };
  const { results } = await callApi(describeConfigs, codecs, version, { resources: [full], ...synonyms }, services);
  const [result] = results;
  if (result === undefined) throw new Error('no result');
  return result;
}

async function property(
  resourceType: number,
  resourceName: string,
  name: string,
): Promise<Described['configs'][number]> {
  const { configs } = await describeOne({ resourceType, resourceName, configurationKeys: [name] });
  const [config] = configs;
  if (config === undefined) throw new Error(`no property ${name}`);
  return config;
}

async function change(
  resourceType: number,
  resourceName: string,
  configs: readonly (readonly [name: string, operation: number, value: string | null])[],
  version = 1,
): Promise<{ errorCode: number; errorMessage: string | null } | undefined> {
  const operations: IncrementalAlterConfigsRequestAlterableConfigInit[] = configs.map(
    ([name, configOperation, value]) => ({
      name,
      configOperation,
      value,
    }),
  );
  const codecs = { request: IncrementalAlterConfigsRequest, response: IncrementalAlterConfigsResponse };
  const request = { resources: [{ resourceType, resourceName, configs: operations }], validateOnly: false };
  const { responses } = await callApi(incrementalAlterConfigs, codecs, version, request, services);
  return responses[0];
}

async function replace(
  resourceType: number,
  resourceName: string,
  configs: Readonly<Record<string, string | null>>,
  version = 2,
): Promise<{ errorCode: number; errorMessage: string | null } | undefined> {
  const properties = Object.entries(configs).map(([name, value]) => ({ name, value }));
  const codecs = { request: AlterConfigsRequest, response: AlterConfigsResponse };
  const request = { resources: [{ resourceType, resourceName, configs: properties }], validateOnly: false };
  const { responses } = await callApi(alterConfigs, codecs, version, request, services);
  return responses[0];
}

describe('DescribeConfigs', () => {
  for (let version = 0; version <= 4; version++) {
    test(`version ${version} lists every property of a topic and of the broker`, async () => {
      const topic = await describeOne({}, version);
      expect(topic).toMatchObject({ errorCode: 0, errorMessage: '' });
      expect(topic.configs.map(({ name }) => name)).toContain('retention.ms');
      const size = topic.configs.find(({ name }) => name === 'segment.bytes');
      expect(size?.value).toBe('2000000');
      if (version >= 1) expect(size?.configSource).toBe(4);
      if (version >= 3) expect(size?.configType).toBe(3);
      const broker = await describeOne({ resourceType: BROKER, resourceName: '0' }, version);
      expect(broker.configs.length).toBeGreaterThan(200);
    });
  }

  test('where a value comes from, and what it would fall back to', async () => {
    await change(TOPIC, 'a', [['segment.bytes', SET, '3000000']]);
    expect((await property(TOPIC, 'a', 'segment.bytes')).synonyms).toMatchObject([
      { name: 'segment.bytes', value: '3000000', source: 1 },
      { name: 'log.segment.bytes', value: '2000000', source: 4 },
      { name: 'log.segment.bytes', value: '1073741824', source: 5 },
    ]);
    await change(TOPIC, 'a', [['segment.bytes', DELETE, null]]);
  });

  // The answers of Apache Kafka 3.9.2.
  const refusals: readonly [number, string, ErrorCode, string][] = [
    [TOPIC, 'nope', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'This server does not host this topic-partition.'],
    [TOPIC, '', ErrorCode.INVALID_TOPIC_EXCEPTION, 'Topic name is invalid: the empty string is not allowed'],
    [BROKER, '7', ErrorCode.INVALID_REQUEST, 'Unexpected broker id, expected 0 or empty string, but received 7'],
    [BROKER, 'x', ErrorCode.INVALID_REQUEST, 'Broker id must be an integer, but it is: x'],
    [8, '', ErrorCode.INVALID_REQUEST, 'Broker id must not be empty'],
    [16, '', ErrorCode.INVALID_REQUEST, 'Client metrics subscription name must not be empty'],
  ];
  for (const [resourceType, resourceName, errorCode, errorMessage] of refusals) {
    test(`refuses: ${errorMessage}`, async () => {
      expect(await describeOne({ resourceType, resourceName })).toMatchObject({ errorCode, errorMessage, configs: [] });
    });
  }
});

describe('IncrementalAlterConfigs', () => {
  test('sets, appends, subtracts and deletes, and the topic’s live view follows', async () => {
    const view = plane.plane.configs.topics.logConfig('a');
    expect((await change(TOPIC, 'a', [['max.message.bytes', SET, '5000']], 0))?.errorCode).toBe(0);
    expect(view.maxMessageBytes).toBe(5000);
    await change(TOPIC, 'a', [['cleanup.policy', APPEND, 'compact,delete']]);
    expect((await property(TOPIC, 'a', 'cleanup.policy')).value).toBe('delete,compact');
    expect([view.compact, view.deleteOld]).toEqual([true, true]);
    await change(TOPIC, 'a', [['cleanup.policy', SUBTRACT, 'delete']]);
    expect([view.compact, view.deleteOld]).toEqual([true, false]);
    await change(TOPIC, 'a', [
      ['cleanup.policy', DELETE, null],
      ['max.message.bytes', DELETE, null],
    ]);
    expect([view.compact, view.maxMessageBytes]).toEqual([false, 1048588]);
  });

  test('a broker’s properties: for all brokers, for this one, and what depends on them', async () => {
    const view = plane.plane.configs.topics.logConfig('a');
    await change(BROKER, '', [['message.max.bytes', SET, '2000000']]);
    expect(plane.config.int('message.max.bytes')).toBe(2000000);
    expect(view.maxMessageBytes).toBe(2000000);
    await change(BROKER, '0', [['message.max.bytes', SET, '3000000']]);
    expect((await property(BROKER, '0', 'message.max.bytes')).synonyms.map(({ value }) => value)).toEqual([
      '3000000',
      '2000000',
      '1048588',
    ]);
    await change(BROKER, '0', [['message.max.bytes', DELETE, null]]);
    await change(BROKER, '', [['message.max.bytes', DELETE, null]]);
    expect(view.maxMessageBytes).toBe(1048588);
  });

  // The answers of Apache Kafka 3.9.2.
  const refusals: readonly [number, string, readonly [string, number, string | null][], ErrorCode, string][] = [
    [
      TOPIC,
      'nope',
      [['retention.ms', SET, '5']],
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      "The topic 'nope' does not exist.",
    ],
    [TOPIC, '', [['retention.ms', SET, '5']], ErrorCode.INVALID_REQUEST, 'Default topic resources are not allowed.'],
    [TOPIC, 'a', [['foo', SET, '5']], ErrorCode.INVALID_CONFIG, 'Unknown topic config name: foo'],
    [
      TOPIC,
      'a',
      [['retention.ms', SET, 'abc']],
      ErrorCode.INVALID_CONFIG,
      "Invalid config value for resource ConfigResource(type=TOPIC, name='a'): Invalid value abc for configuration retention.ms: Not a number of type LONG",
    ],
    [
      TOPIC,
      'a',
      [['retention.ms', APPEND, '5']],
      ErrorCode.INVALID_CONFIG,
      'Config value append is not allowed for config key: retention.ms',
    ],
    [
      TOPIC,
      'a',
      [
        ['retention.ms', SET, '5'],
        ['retention.ms', DELETE, null],
      ],
      ErrorCode.INVALID_REQUEST,
      'Error due to duplicate config keys',
    ],
    [
      TOPIC,
      'a',
      [['retention.ms', SET, null]],
      ErrorCode.INVALID_REQUEST,
      'Null value not supported for : retention.ms',
    ],
    [BROKER, '7', [], ErrorCode.INVALID_REQUEST, 'Unexpected broker id, expected 0, but received 7'],
    [BROKER, 'x', [], ErrorCode.INVALID_REQUEST, 'Node id must be an integer, but it is: x'],
    [
      BROKER,
      '0',
      [['log.dirs', SET, '/x']],
      ErrorCode.INVALID_REQUEST,
      'Cannot update these configs dynamically: Set(log.dirs)',
    ],
    [
      BROKER,
      '',
      [['advertised.listeners', SET, 'PLAINTEXT://h:1']],
      ErrorCode.INVALID_REQUEST,
      'Cannot update these configs at default cluster level, broker id must be specified: Set(advertised.listeners)',
    ],
    [32, 'g', [['a', SET, 'b']], ErrorCode.INVALID_REQUEST, 'Unknown resource type 32'],
  ];
  for (const [type, name, operations, errorCode, errorMessage] of refusals) {
    test(`refuses: ${errorMessage}`, async () => {
      expect(await change(type, name, operations)).toMatchObject({ errorCode, errorMessage });
    });
  }
});

describe('AlterConfigs', () => {
  for (let version = 0; version <= 2; version++) {
    test(`version ${version} replaces everything`, async () => {
      await change(TOPIC, 'a', [['flush.ms', SET, '9']]);
      expect((await replace(TOPIC, 'a', { 'retention.ms': '7' }, version))?.errorCode).toBe(0);
      expect(plane.plane.configs.topics.overrides('a')).toEqual(new Map([['retention.ms', '7']]));
      await replace(TOPIC, 'a', {}, version);
      expect(plane.plane.configs.topics.overrides('a').size).toBe(0);
    });
  }

  test('names a resource once', async () => {
    const one = { resourceType: TOPIC, resourceName: 'a', configs: [] };
    const codecs = { request: AlterConfigsRequest, response: AlterConfigsResponse };
    const request = { resources: [one, one], validateOnly: false };
    const { responses } = await callApi(alterConfigs, codecs, 2, request, services);
    for (const { errorCode, errorMessage } of responses) {
      expect([errorCode, errorMessage]).toEqual([ErrorCode.INVALID_REQUEST, 'Each resource must appear at most once.']);
    }
  });
});

describe('configurations as they are kept', () => {
  test('are in force again after a restart, and change when another broker writes them', async () => {
    const platform = createMemoryPlatform({ log: { console: 'none' } });
    const store = memoryStore(platform.clock);
    const first = await startControlPlane({ store });
    const topic = { numPartitions: 1, replicationFactor: 1, assignments: [] };
    const configs = [{ name: 'retention.ms', value: '11' }];
    await first.plane.admin.createTopics([{ name: 'kept', ...topic, configs }], {
      timeoutMs: 5000,
      validateOnly: false,
    });
    const threads = {
      type: BROKER,
      name: '',
      operations: [{ name: 'log.cleaner.threads', operation: SET, value: '2' }],
    };
    await first.plane.configs.incrementalAlter([threads], false);
    await first.close();

    const second = await startControlPlane({ store });
    expect(second.plane.configs.topics.logConfig('kept').retentionMs).toBe(11);
    expect(second.config.int('log.cleaner.threads')).toBe(2);
    await second.other.set('/config/topics/kept', Buffer.from('{"version":1,"config":{"retention.ms":"12"}}'), -1);
    await second.other.create(
      '/config/changes/config_change_',
      Buffer.from('{"version":2,"entity_path":"topics/kept"}'),
      {
        sequential: true,
      },
    );
    await second.plane.configs.applied();
    expect(second.plane.configs.topics.logConfig('kept').retentionMs).toBe(12);
    await second.close();
    await platform.close();
  });
});

describe('ListConfigResources', () => {
  test('by type from version 1 on', async () => {
    const codecs = { request: ListConfigResourcesRequest, response: ListConfigResourcesResponse };
    expect((await callApi(listConfigResources, codecs, 0, {}, services)).configResources).toEqual([]);
    const { configResources } = await callApi(listConfigResources, codecs, 1, {}, services);
    expect(configResources.map(({ resourceType, resourceName }) => `${resourceType} ${resourceName}`)).toEqual([
      '2 a',
      '4 0',
      '8 0',
    ]);
    const unknown = await callApi(listConfigResources, codecs, 1, { resourceTypes: [77] }, services);
    expect(unknown.errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION);
  });
});
