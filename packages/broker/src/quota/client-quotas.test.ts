import { BrokerConfig } from '@ottla/common';
import { createSimulatedWorld } from '@ottla/platform/simulated';
import {
  AlterClientQuotasRequest,
  AlterClientQuotasResponse,
  ApiVersionsRequest,
  ApiVersionsResponse,
  CreateTopicsRequest,
  CreateTopicsResponse,
  DescribeClientQuotasRequest,
  DescribeClientQuotasResponse,
  ErrorCode,
  ProduceRequest,
  ProduceResponse,
} from '@ottla/protocol';
import { RpcConnection } from '@ottla/rpc';
import { expect, test } from 'vitest';
import { startBroker } from '../server/start-broker.task.ts';
import { batchOf } from '../test-support/test-broker.ts';

const ALTER = { request: AlterClientQuotasRequest, response: AlterClientQuotasResponse };
const DESCRIBE = { request: DescribeClientQuotasRequest, response: DescribeClientQuotasResponse };
const CREATE = { request: CreateTopicsRequest, response: CreateTopicsResponse };
const PRODUCE = { request: ProduceRequest, response: ProduceResponse };
const API_VERSIONS = { request: ApiVersionsRequest, response: ApiVersionsResponse };

async function start() {
  const world = createSimulatedWorld(1);
  const properties = { 'broker.id': '0', listeners: 'PLAINTEXT://:9092', 'log.dirs': '/data' };
  const config = BrokerConfig.parse({ overrides: new Map(Object.entries(properties)) });
  const node = world.node('broker');
  await world.finish(startBroker(node.platform, config));
  const client = (clientId = 'test') =>
    world.finish(RpcConnection.connect(world.node('client').platform, { host: 'broker', port: 9092, clientId }));
  const admin = await client('admin');
  const set = async (entity: Record<string, string | null>, quotas: Record<string, number | null>) => {
    const answer = await world.finish(
      admin.call(ALTER, {
        validateOnly: false,
        entries: [
          {
            entity: Object.entries(entity).map(([entityType, entityName]) => ({ entityType, entityName })),
            ops: Object.entries(quotas).map(([key, value]) => ({ key, value: value ?? 0, remove: value === null })),
          },
        ],
      }),
    );
    return answer.entries.map(({ errorCode, errorMessage }) => errorMessage ?? errorCode);
  };
  const describe = async (components: [string, number, string | null][], strict = false) => {
    const answer = await world.finish(
      admin.call(DESCRIBE, {
        components: components.map(([entityType, matchType, match]) => ({ entityType, matchType, match })),
        strict,
      }),
    );
    if (answer.errorCode !== ErrorCode.NONE) return answer.errorMessage;
    return (answer.entries ?? []).map(({ entity, values }) => [
      entity.map(({ entityType, entityName }) => `${entityType}=${entityName}`).join(),
      values.map(({ key, value }) => `${key}=${value}`).join(),
    ]);
  };
  const restart = () => world.finish(startBroker(node.restart(), config));
  return { world, client, admin, set, describe, restart };
}

const topics = (name: string, numPartitions: number) => [
  { name, numPartitions, replicationFactor: 1, assignments: [], configs: [] },
];
const produce = (topic: string, size: number) => ({
  acks: 1,
  timeoutMs: 1000,
  topicData: [{ name: topic, partitionData: [{ index: 0, records: batchOf(['x'.repeat(size)]) }] }],
});

test('quotas are set, told, kept over a restart and removed', async () => {
  const { set, describe, restart } = await start();
  expect(await set({ user: 'a b*' }, { producer_byte_rate: 1000, request_percentage: 12.5 })).toEqual([0]);
  expect(await set({ user: 'a b*', 'client-id': null }, { consumer_byte_rate: 5 })).toEqual([0]);
  expect(await set({ 'client-id': 'c' }, { consumer_byte_rate: 7 })).toEqual([0]);
  expect(await set({ ip: '127.0.0.1' }, { connection_creation_rate: 3 })).toEqual([0]);
  expect(await describe([['user', 0, 'a b*']])).toEqual([
    ['user=a b*', 'producer_byte_rate=1000,request_percentage=12.5'],
    ['user=a b*,client-id=null', 'consumer_byte_rate=5'],
  ]);
  expect(await describe([['user', 0, 'a b*']], true)).toHaveLength(1);
  expect(await describe([['client-id', 1, null]])).toEqual([['user=a b*,client-id=null', 'consumer_byte_rate=5']]);
  expect(await describe([['ip', 2, null]])).toEqual([['ip=127.0.0.1', 'connection_creation_rate=3']]);
  expect(await set({ user: 'a b*' }, { producer_byte_rate: null })).toEqual([0]);
  const { services } = await restart();
  expect([...services.configs.quotas.all()].map(({ quotas }) => [...quotas])).toEqual([
    [['request_percentage', 12.5]],
    [['consumer_byte_rate', 7]],
    [['connection_creation_rate', 3]],
    [['consumer_byte_rate', 5]],
  ]);
});

test('what makes no sense is refused in Kafka’s words', async () => {
  const { set, describe } = await start();
  expect(await set({ user: 'u' }, { nonsense: 1 })).toEqual(['Invalid configuration key nonsense']);
  expect(await set({ user: 'u' }, { producer_byte_rate: 1.5 })).toEqual([
    'Configuration producer_byte_rate must be a Long value',
  ]);
  expect(await set({ group: 'g' }, {})).toEqual(['Unhandled client quota entity type: group']);
  expect(await set({ ip: '1.2.3.4', user: 'u' }, {})).toEqual([
    'Invalid quota entity combination, IP entity should not be combined with User or ClientId',
  ]);
  expect(await describe([['group', 2, null]])).toBe("Custom entity type 'group' not supported");
});

test('a producer over its quota is told for how long it is throttled, and not read for that time', async () => {
  const { world, client, set } = await start();
  const connection = await client('fast');
  await world.finish(connection.call(CREATE, { topics: topics('t', 1), timeoutMs: 1000 }));
  await set({ 'client-id': 'fast' }, { producer_byte_rate: 1000 });
  // 20 KB over the ten seconds that count: twice the quota.
  const produced = await world.finish(connection.call(PRODUCE, produce('t', 20_000), { version: 9 }));
  expect(produced.responses[0]?.partitionResponses[0]?.errorCode).toBe(ErrorCode.NONE);
  expect(produced.throttleTimeMs).toBeGreaterThan(9_000);
  expect(produced.throttleTimeMs).toBeLessThan(11_000);
  const sentMs = world.nowMs;
  await world.finish(connection.call(API_VERSIONS, { clientSoftwareName: 'a', clientSoftwareVersion: '1' }));
  expect(world.nowMs - sentMs).toBeGreaterThan(produced.throttleTimeMs - 100);
  const other = await client('other');
  expect((await world.finish(other.call(PRODUCE, produce('t', 20_000), { version: 9 }))).throttleTimeMs).toBe(0);
});

test('the most specific quota holds', async () => {
  const { world, client, set } = await start();
  const connection = await client('c');
  await world.finish(connection.call(CREATE, { topics: topics('t', 1), timeoutMs: 1000 }));
  await set({ 'client-id': null }, { producer_byte_rate: 1 });
  await set({ user: 'ANONYMOUS', 'client-id': 'c' }, { producer_byte_rate: 1_000_000 });
  expect((await world.finish(connection.call(PRODUCE, produce('t', 20_000), { version: 9 }))).throttleTimeMs).toBe(0);
  const other = await client('other');
  expect((await world.finish(other.call(PRODUCE, produce('t', 1000), { version: 9 }))).throttleTimeMs).toBeGreaterThan(
    0,
  );
});

test('controller mutations beyond the quota are refused, to old clients granted with a throttle (KIP-599)', async () => {
  const { world, client, set } = await start();
  await set({ user: null }, { controller_mutation_rate: 1 });
  const strict = await client();
  const create = async (connection: typeof strict, name: string, version: number) => {
    const answer = await world.finish(
      connection.call(CREATE, { topics: topics(name, 14), timeoutMs: 1000 }, { version }),
    );
    return [answer.topics[0]?.errorCode, answer.topics[0]?.errorMessage, answer.throttleTimeMs > 0];
  };
  // Eleven windows of a second: a burst of eleven.
  expect(await create(strict, 'a', 6)).toEqual([ErrorCode.NONE, null, true]);
  expect(await create(await client(), 'b', 6)).toEqual([
    ErrorCode.THROTTLING_QUOTA_EXCEEDED,
    'The throttling quota has been exceeded.',
    true,
  ]);
  expect(await create(await client(), 'c', 5)).toEqual([ErrorCode.NONE, null, true]);
});
