import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  FindCoordinatorRequest,
  FindCoordinatorResponse,
  JoinGroupRequest,
  JoinGroupResponse,
  OffsetCommitRequest,
  OffsetCommitResponse,
  OffsetFetchRequest,
  OffsetFetchResponse,
  SyncGroupRequest,
  SyncGroupResponse,
} from '@ottla/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { startBroker } from './start-broker.ts';
import type { StartBrokerOptions } from './start-options.ts';
import type { TestBroker } from './test-broker.ts';
import { metadataApi, TestClient } from './test-support/client.ts';

const started: { close: () => Promise<void> }[] = [];

afterEach(async () => {
  for (const each of started.splice(0).reverse()) await each.close();
});

async function start(options?: StartBrokerOptions): Promise<TestBroker> {
  const broker = await startBroker(options);
  started.push({ close: () => broker.stop() });
  return broker;
}

async function connect(broker: TestBroker): Promise<TestClient> {
  const client = await TestClient.connect(broker);
  started.push(client);
  return client;
}

describe.each(['memory', 'temporary'] as const)('a broker with its logs in %s', (directory) => {
  test('takes records, gives them back, and shows what its log holds', async () => {
    const broker = await start({ directory, topics: { a: 2 } });
    const client = await connect(broker);
    expect(await client.produce('a', ['one', 'two'])).toEqual({ error: 0, offset: 0 });
    expect(await client.produce('a', ['three'], 1)).toEqual({ error: 0, offset: 0 });
    expect(await client.fetch('a', 0)).toEqual(['one', 'two']);
    const stored = broker
      .records('a')
      .map(({ partition, offset, key, value }) => [partition, offset, String(key), String(value)]);
    expect(stored).toEqual([
      [0, 0, 'key of one', 'one'],
      [0, 1, 'key of two', 'two'],
      [1, 0, 'key of three', 'three'],
    ]);
  });

  test('a group joins at once, commits and finds its commit', async () => {
    const broker = await start({ directory, topics: ['a'] });
    const { rpc } = await connect(broker);
    const find = { request: FindCoordinatorRequest, response: FindCoordinatorResponse };
    // The first question makes __consumer_offsets: clients ask until it is there.
    let coordinator = await rpc.call(find, { key: 'g' }, { version: 1 });
    while (coordinator.errorCode !== 0) coordinator = await rpc.call(find, { key: 'g' }, { version: 1 });
    expect(coordinator.port).toBe(broker.port);
    const join = {
      groupId: 'g',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      memberId: '',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
    };
    const joinApi = { request: JoinGroupRequest, response: JoinGroupResponse };
    let joined = await rpc.call(joinApi, join, { version: 1 });
    // The coordinator may still be loading its partition.
    while (joined.errorCode === 14 || joined.errorCode === 16) joined = await rpc.call(joinApi, join, { version: 1 });
    expect(joined).toMatchObject({ errorCode: 0, generationId: 1, leader: joined.memberId });
    const { memberId, generationId } = joined;
    const assignment = Buffer.from('all of it');
    const synced = await rpc.call(
      { request: SyncGroupRequest, response: SyncGroupResponse },
      { groupId: 'g', generationId, memberId, assignments: [{ memberId, assignment }] },
      { version: 1 },
    );
    expect(synced).toMatchObject({ errorCode: 0, assignment });
    const partitions = [{ partitionIndex: 0, committedOffset: 42, committedMetadata: 'm' }];
    const committed = await rpc.call(
      { request: OffsetCommitRequest, response: OffsetCommitResponse },
      { groupId: 'g', generationIdOrMemberEpoch: generationId, memberId, topics: [{ name: 'a', partitions }] },
      { version: 2 },
    );
    expect(committed.topics[0]?.partitions[0]?.errorCode).toBe(0);
    const fetched = await rpc.call(
      { request: OffsetFetchRequest, response: OffsetFetchResponse },
      { groupId: 'g', topics: [{ name: 'a', partitionIndexes: [0] }] },
      { version: 2 },
    );
    expect(fetched.topics[0]?.partitions[0]).toMatchObject({ committedOffset: 42, metadata: 'm', errorCode: 0 });
  });
});

describe('options', () => {
  test('topics exist when the broker is ready, with partitions and properties', async () => {
    const broker = await start({
      topics: ['plain', { name: 'odd', partitions: 3, configs: { 'retention.ms': 1234 } }],
    });
    await broker.createTopic('later', 2, { 'cleanup.policy': 'delete' });
    const { metadata, logs } = broker.broker.services;
    const partitions = ['plain', 'odd', 'later'].map((topic) => metadata.topic(topic)?.partitions.size);
    expect(partitions).toEqual([1, 3, 2]);
    expect(logs.get('odd', 2)?.config.retentionMs).toBe(1234);
    expect(broker.records('odd')).toEqual([]);
    expect(() => broker.records('nowhere')).toThrow("There is no topic 'nowhere' on this broker");
  });

  test('a topic that cannot be is refused by name, and nothing stays open', async () => {
    await expect(startBroker({ topics: { 'not a name': 1 } })).rejects.toThrow(
      /Topic 'not a name' could not be created/,
    );
    const broker = await start({ topics: ['a'] });
    await expect(broker.createTopic('a')).rejects.toThrow(/Topic 'a' could not be created: TOPIC_ALREADY_EXISTS/);
  });

  test('properties win over those of a test broker; a wrong one is refused', async () => {
    const config = { 'broker.id': 7, 'num.partitions': 4, 'auto.create.topics.enable': false };
    const broker = await start({ config, topics: ['a'] });
    expect(broker.brokerId).toBe(7);
    expect(broker.broker.services.metadata.topic('a')?.partitions.size).toBe(4);
    const { rpc } = await connect(broker);
    const answer = await rpc.call(metadataApi, { topics: [{ name: 'b' }] }, { version: 4 });
    expect(answer.topics[0]).toMatchObject({ name: 'b', errorCode: 3 });
    await expect(startBroker({ config: { 'num.partitions': 'many' } })).rejects.toThrow(/num\.partitions/);
  });

  test('the port can be chosen; one that is taken is refused', async () => {
    const first = await start();
    expect(first.bootstrap).toBe(`127.0.0.1:${first.port}`);
    await expect(startBroker({ port: first.port })).rejects.toThrow(/Address already in use/);
    await first.stop();
    const second = await start({ port: first.port });
    expect(second.port).toBe(first.port);
  });

  test('what it logs goes to a function', async () => {
    let text = '';
    const broker = await start({
      log: (lines) => {
        text += lines;
      },
    });
    await broker.stop();
    expect(text).toMatch(/INFO \[KafkaServer id=1\] started \(kafka\.server\.KafkaServer\)/);
    expect(text).toMatch(/shut down completed/);
  });

  test('a folder of its own is kept from one broker to the next', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'ottla-kept-'));
    started.push({ close: () => rm(directory, { recursive: true }) });
    const first = await start({ directory, topics: ['a'] });
    const client = await connect(first);
    await client.produce('a', ['kept']);
    await first.stop();
    expect(readdirSync(directory)).toContain('a-0');
    const second = await start({ directory });
    expect([second.clusterId, second.brokerId]).toEqual([first.clusterId, 1]);
    expect(second.records('a').map(({ value }) => String(value))).toEqual(['kept']);
    await second.kill();
    const third = await start({ directory });
    expect(third.records('a')).toHaveLength(1);
  });
});

describe('the end', () => {
  test('stop and kill are idempotent, and take the temporary folder with them', async () => {
    for (const end of ['stop', 'kill'] as const) {
      const broker = await start({ directory: 'temporary', topics: ['a'] });
      const directory = broker.directory ?? '';
      expect(existsSync(directory)).toBe(true);
      await Promise.all([broker[end](), broker[end](), broker.stop(), broker.kill()]);
      expect(existsSync(directory)).toBe(false);
    }
  });

  test('an open connection does not keep it', async () => {
    const broker = await start();
    const { rpc } = await connect(broker);
    const closed = new Promise<void>((resolve) => rpc.onClosed(resolve));
    await broker[Symbol.asyncDispose]();
    await closed;
  });
});
