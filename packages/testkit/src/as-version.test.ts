import { ApiKey, DescribeClusterRequest, DescribeClusterResponse } from '@ottla/protocol';
import { MessageSetBuilder } from '@ottla/protocol/records';
import { afterEach, expect, test } from 'vitest';
import { API_VERSIONS, KAFKA_RELEASES, type KafkaRelease } from './kafka-releases.ts';
import { startBroker } from './start-broker.ts';
import type { TestBroker } from './test-broker.ts';
import { produceApi, TestClient } from './test-support/client.ts';

const started: { close: () => Promise<void> }[] = [];

afterEach(async () => {
  for (const each of started.splice(0).reverse()) await each.close();
});

async function start(asVersion?: KafkaRelease): Promise<TestBroker> {
  const broker = await startBroker({ topics: ['a'], ...(asVersion === undefined ? {} : { asVersion }) });
  started.push({ close: () => broker.stop() });
  return broker;
}

async function connect(broker: TestBroker): Promise<TestClient> {
  const client = await TestClient.connect(broker);
  started.push(client);
  return client;
}

async function produce(client: TestClient, version: number): Promise<number | undefined> {
  const answer = await client.rpc.call(produceApi, request(client, version), { version });
  return answer.responses[0]?.partitionResponses[0]?.errorCode;
}

/** Batches came with version 3, messages of magic 1 with version 2. */
function request(client: TestClient, version: number) {
  if (version >= 3) return client.produceRequest('a', ['one']);
  const messages = new MessageSetBuilder({ magic: version === 2 ? 1 : 0 });
  messages.append(0, 1_700_000_000_000, null, Buffer.from('one'));
  const partitionData = [{ index: 0, records: messages.build() }];
  return { acks: 1, timeoutMs: 1000, topicData: [{ name: 'a', partitionData }] };
}

test.each(KAFKA_RELEASES)('as %s it lists what that release has and we serve, and serves that', async (release) => {
  const ours = new Map((await start()).broker.services.listedApis.map((api) => [api.apiKey, api.maxVersion]));
  const client = await connect(await start(release));
  const column = KAFKA_RELEASES.indexOf(release);
  for (const [api, ...columns] of API_VERSIONS) {
    const [min = '', max = min] = (columns[column] ?? '').split('-');
    const ourMax = ours.get(ApiKey[api]);
    const listed = client.rpc.versions.range(ApiKey[api]);
    if (min === '' || ourMax === undefined) expect([api, listed]).toEqual([api, undefined]);
    else expect([api, listed?.max]).toEqual([api, Math.min(Number(max), ourMax)]);
  }
  expect(await produce(client, Math.min(client.rpc.versions.range(ApiKey.Produce)?.max ?? 0, 7))).toBe(0);
});

// What `kafka-broker-api-versions` prints of these releases.
test.each([
  ['0.10.2', 'Produce', { min: 0, max: 2 }],
  ['0.10.2', 'ApiVersions', { min: 0, max: 0 }],
  ['0.10.2', 'InitProducerId', undefined],
  ['1.1', 'DeleteGroups', { min: 0, max: 0 }],
  ['2.0', 'IncrementalAlterConfigs', undefined],
  ['2.8', 'Fetch', { min: 0, max: 12 }],
  ['3.9', 'JoinGroup', { min: 0, max: 9 }],
  ['4.3', 'Produce', { min: 0, max: 13 }],
  ['4.3', 'ListOffsets', { min: 1, max: 11 }],
] as const)('as %s: %s %o', async (release, api, range) => {
  const client = await connect(await start(release));
  const ours = (await start()).broker.services.listedApis.find(({ apiKey }) => apiKey === ApiKey[api]);
  const expected = range && ours && { min: range.min, max: Math.min(range.max, ours.maxVersion) };
  expect(client.rpc.versions.range(ApiKey[api])).toEqual(expected);
});

test('what that release lacks ends the connection, as there', async () => {
  const old = await start('1.1');
  const describeCluster = { request: DescribeClusterRequest, response: DescribeClusterResponse };
  const first = await connect(old);
  await expect(
    first.rpc.call(describeCluster, { includeClusterAuthorizedOperations: false }, { version: 0 }),
  ).rejects.toThrow(/Disconnected/);
  const second = await connect(old);
  await expect(produce(second, 7)).rejects.toThrow(/Disconnected/);
  // Listed for old clients' sake, but not served.
  const third = await connect(await start('4.3'));
  await expect(produce(third, 2)).rejects.toThrow(/Disconnected/);
  expect(old.records('a')).toEqual([]);
});

test('an unknown release is refused with those there are', async () => {
  const asVersion: unknown = '0.7';
  // @ts-expect-error as somebody without types would
  await expect(startBroker({ asVersion })).rejects.toThrow(
    "asVersion: '0.7' is not known; it can be one of 0.10.2, 0.11,",
  );
});
