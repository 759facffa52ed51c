import { BrokerConfig, ConfigException } from '@ottla/common';
import { DiskError, type Network } from '@ottla/platform';
import { createMemoryPlatform, type MemoryDisk } from '@ottla/platform/node';
import {
  ApiVersionsRequest,
  ApiVersionsResponse,
  ErrorCode,
  FetchRequest,
  FetchResponse,
  ListOffsetsRequest,
  ListOffsetsResponse,
} from '@ottla/protocol';
import { expect, it } from 'vitest';
import { RawClient } from '../test-support/raw-client.ts';
import { batchOf, fetchFrom, fetchRequest, TestBroker } from '../test-support/test-broker.ts';
import { startBroker } from './start-broker.task.ts';

const FRESH = [
  ['broker.id', '0'],
  ['listeners', 'PLAINTEXT://127.0.0.1:0'],
  ['log.dirs', '/data'],
] as const;

async function end(broker: TestBroker, kind: 'shutdown' | 'kill'): Promise<MemoryDisk> {
  broker.client.close();
  await broker.broker[kind]();
  await broker.broker.closed;
  await broker.platform.close();
  return broker.platform.disk;
}

it.each(['shutdown', 'kill'] as const)('finds everything again after a %s', async (kind) => {
  const first = await TestBroker.start({ properties: { 'num.recovery.threads.per.data.dir': '2' } });
  await first.createTopic('a', 3, { 'segment.bytes': '1024' });
  const clusterId = first.broker.clusterId;
  for (let round = 0; round < 20; round++) await first.produce('a', round % 3, batchOf([`value ${round}`.repeat(20)]));
  const epochBefore = Number(first.broker.services.metadata.partition('a', 0)?.leaderEpoch);
  const second = await TestBroker.start({ disk: await end(first, kind) });
  expect(second.broker.clusterId).toBe(clusterId);
  const offsets = await second.client.call(ListOffsetsRequest, ListOffsetsResponse, 5, {
    replicaId: -1,
    topics: [{ name: 'a', partitions: [0, 1, 2].map((partitionIndex) => ({ partitionIndex, timestamp: -1 })) }],
  });
  expect(offsets.topics[0]?.partitions.map(({ offset }) => offset)).toEqual([7, 7, 6]);
  // An unclean stop may have lost what others saw: the epoch tells the difference.
  const epochAfter = Number(second.broker.services.metadata.partition('a', 0)?.leaderEpoch);
  expect(epochAfter > epochBefore).toBe(kind === 'kill');
  expect((await second.produce('a', 2, batchOf(['next']))).baseOffset).toBe(6);
  await second.close();
});

it('answers what runs when it stops: waiting fetches, and appends that are under way', async () => {
  const broker = await TestBroker.start();
  await broker.createTopic('a');
  const waiting = await broker.connect();
  const id = waiting.post(FetchRequest, 12, fetchRequest({ maxWaitMs: 60_000, topics: [fetchFrom('a', 0, 0)] }));
  await expect.poll(() => broker.broker.services.replicas.fetchWaiters.size).toBe(1);
  const stopped = broker.broker.shutdown();
  const { responses } = await waiting.answer(FetchResponse, 12, id);
  expect(responses[0]?.partitions[0]?.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  expect(await waiting.frame()).toBeUndefined();
  await stopped;
  await broker.platform.close();
});

it('answers connections that came early once it is ready', async () => {
  const platform = createMemoryPlatform({ log: { console: 'none' } });
  const clients: RawClient[] = [];
  const network: Network = {
    hostName: () => platform.network.hostName(),
    connect: (options, handler) => platform.network.connect(options, handler),
    // A client that has found the port before the broker has joined its cluster.
    listen: async (options, accept) => {
      const listener = await platform.network.listen(options, accept);
      const client = await RawClient.connect(platform, listener.address.port);
      client.post(ApiVersionsRequest, 0, {});
      clients.push(client);
      return listener;
    },
  };
  const broker = await startBroker({ ...platform, network }, new BrokerConfig(new Map(FRESH)));
  for (const client of clients) expect((await client.answer(ApiVersionsResponse, 0, 1)).errorCode).toBe(0);
  expect(clients).toHaveLength(1);
  await broker.shutdown();
  await platform.close();
});

it('refuses a port that is taken, a folder that is locked, a folder of another broker', async () => {
  const first = await TestBroker.start();
  const config = (properties: Record<string, string>) =>
    new BrokerConfig(new Map([...FRESH, ...Object.entries(properties)]));
  const platform = createMemoryPlatform({ log: { console: 'none' } });
  const taken = config({ listeners: `PLAINTEXT://127.0.0.1:${first.port}` });
  await expect(startBroker(platform, taken)).rejects.toThrow(
    `Socket server failed to bind to 127.0.0.1:${first.port}: Address already in use.`,
  );
  // What the failed start held is free again.
  const again = await startBroker(platform, config({}));
  await again.shutdown();
  const shared = createMemoryPlatform({ log: { console: 'none' }, disk: first.platform.disk });
  await expect(startBroker(shared, config({}))).rejects.toThrow(
    'Failed to acquire lock on file .lock in /data. A Kafka instance in another process or thread is using this directory.',
  );
  const disk = await end(first, 'shutdown');
  const moved = createMemoryPlatform({ log: { console: 'none' }, disk });
  await expect(startBroker(moved, config({ 'broker.id': '5' }))).rejects.toThrow(ConfigException);
  await moved.close();
  await shared.close();
  await platform.close();
});

it('writes meta.properties as a ZooKeeper broker does, and keeps one that kafka-storage wrote', async () => {
  const fresh = await TestBroker.start();
  const { disk } = fresh.platform;
  const text = String(await disk.readFile('/data/meta.properties'));
  expect(text).toMatch(/^#\n#\w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC \d{4}\n/);
  expect(text).toContain(`\ncluster.id=${fresh.broker.clusterId}\n`);
  expect(text).toContain('\nbroker.id=0\n');
  await fresh.close();
  const formatted = createMemoryPlatform({ log: { console: 'none' } });
  const kept = 'version=1\nnode.id=0\ncluster.id=4L6g3nShT-eMCtK--X86sw\n';
  await formatted.disk.makeDirectory('/data');
  await formatted.disk.replaceFile('/data/meta.properties', kept);
  const broker = await TestBroker.start({ disk: formatted.disk });
  expect(broker.broker.clusterId).toBe('4L6g3nShT-eMCtK--X86sw');
  expect(String(await formatted.disk.readFile('/data/meta.properties'))).toBe(kept);
  await broker.close();
  await formatted.close();
});

it('ends, loudly, when its last directory fails', async () => {
  const failures: string[] = [];
  const platform = createMemoryPlatform({
    log: { console: 'none' },
    fatal: { embedded: ({ reason }) => failures.push(reason) },
  });
  const broker = await startBroker(platform, new BrokerConfig(new Map(FRESH)));
  broker.services.logs.directoryFailed('/data', 'a test', new DiskError('EIO', 'write', '/data/a'));
  await broker.closed;
  expect(failures).toEqual(['Shutdown broker because all log dirs in /data have failed']);
  await platform.close();
});

it('serves what is left when one of its directories fails', async () => {
  const broker = await TestBroker.start({ properties: { 'log.dirs': '/data1,/data2' } });
  await broker.createTopic('a', 4);
  for (const partition of [0, 1, 2, 3]) await broker.produce('a', partition, batchOf(['x']));
  const { logs } = broker.broker.services;
  const failed = [...logs.logs()]
    .filter(({ logDirectory }) => logDirectory === '/data2')
    .map(({ partition }) => partition);
  expect(failed).toHaveLength(2);
  logs.directoryFailed('/data2', 'a test', new DiskError('EIO', 'write', '/data2/a'));
  for (const partition of [0, 1, 2, 3]) {
    const { errorCode } = await broker.produce('a', partition, batchOf(['y']));
    expect(errorCode).toBe(failed.includes(partition) ? ErrorCode.KAFKA_STORAGE_ERROR : 0);
  }
  await broker.close();
});
