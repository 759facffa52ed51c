import { BrokerConfig, ConfigException, DynamicBrokerConfig } from '@ottla/common';
import { decodeTopic } from '@ottla/coordination/cluster';
import { memoryStore } from '@ottla/coordination/embedded';
import { createMemoryPlatform } from '@ottla/platform/node';
import { describe, expect, test } from 'vitest';
import { startControlPlane } from '../test-support/control-plane.ts';
import type { AdoptOptions } from './adopt.task.ts';
import { adoptTopics } from './adopt.task.ts';

const ID = 'PF3ORzlySgiKGTJ9OXPtZw';
const OTHER_ID = 'k8hebQvJRQekD3_RSg8AxA';
const CLUSTER_ID = 'iOjcrTLKSlerHXythRD2iA';

interface Folder {
  readonly topicId?: string;
  readonly epochs?: readonly number[];
}

/** A log directory with these folders, an empty tree, and what adoption needs. */
async function kafkaFolder(
  folders: Readonly<Record<string, Folder>>,
  extra: Partial<AdoptOptions> = {},
): Promise<AdoptOptions> {
  const platform = createMemoryPlatform({ log: { console: 'none' } });
  const { disk } = platform;
  await disk.makeDirectory('/data');
  for (const [name, { topicId, epochs }] of Object.entries(folders)) {
    await disk.makeDirectory(`/data/${name}`);
    if (topicId !== undefined) {
      await disk.replaceFile(`/data/${name}/partition.metadata`, `version: 0\ntopic_id: ${topicId}`);
    }
    if (epochs !== undefined) {
      const lines = epochs.map((epoch) => `${epoch} ${epoch * 10}\n`);
      await disk.replaceFile(`/data/${name}/leader-epoch-checkpoint`, `0\n${epochs.length}\n${lines.join('')}`);
    }
  }
  return {
    platform,
    coordination: memoryStore(platform.clock).connect(),
    config: new DynamicBrokerConfig(new BrokerConfig(new Map([['broker.id', '0']]))),
    directories: ['/data'],
    brokerId: 0,
    clusterId: CLUSTER_ID,
    force: false,
    configs: new Map(),
    ...extra,
  };
}

async function topicNames({ coordination }: AdoptOptions): Promise<string[]> {
  const listed = await coordination.children('/brokers/topics');
  return listed.ok ? listed.names.sort() : [];
}

describe('a folder that Kafka wrote', () => {
  test('becomes topics with their ids and the next leader epoch; a broker then serves them', async () => {
    const platform = createMemoryPlatform({ log: { console: 'none' } });
    const store = memoryStore(platform.clock);
    const options = await kafkaFolder(
      {
        'a-0': { topicId: ID, epochs: [0, 3, 7] },
        'a-1': { topicId: ID, epochs: [] },
        'with-dash-0': {},
        'a-0.0123456789abcdef0123456789abcdef-delete': {},
        '__cluster_metadata-0': { epochs: [9] },
        'not a partition': {},
      },
      { coordination: store.connect(), configs: new Map([['a', new Map([['retention.ms', '1000']])]]) },
    );
    await adoptTopics(options);
    const broker = await startControlPlane({ store });
    const { metadata, configs, clusterId } = broker.plane;
    expect(clusterId).toBe(CLUSTER_ID);
    expect([...metadata.topicNames()].sort()).toEqual(['a', 'with-dash']);
    expect(metadata.topic('a')?.id).toBe(ID);
    expect(metadata.topic('with-dash')?.id).toHaveLength(22);
    expect(metadata.partition('a', 0)).toMatchObject({ leader: 0, leaderEpoch: 8, isr: [0], replicas: [0] });
    expect(metadata.partition('a', 1)).toMatchObject({ leader: 0, leaderEpoch: 0 });
    expect(configs.topics.logConfig('a').retentionMs).toBe(1000);
    await broker.close();
  });

  test('is taken over once: a tree that holds anything is left as it is', async () => {
    const options = await kafkaFolder({ 'a-0': {} });
    await adoptTopics(options);
    await options.platform.disk.makeDirectory('/data/b-0');
    await adoptTopics(options);
    expect(await topicNames(options)).toEqual(['a']);
  });

  test('internal topics get Kafka’s own properties and keep their number of partitions', async () => {
    const folders: Record<string, Folder> = {};
    for (let partition = 0; partition < 10; partition++) folders[`__consumer_offsets-${partition}`] = { topicId: ID };
    const options = await kafkaFolder(folders);
    await adoptTopics(options);
    const node = await options.coordination.get('/brokers/topics/__consumer_offsets');
    expect(node.ok && decodeTopic(node.data)?.partitions.size).toBe(10);
    const config = await options.coordination.get('/config/topics/__consumer_offsets');
    expect(config.ok && config.data?.toString()).toBe(
      '{"version":1,"config":{"cleanup.policy":"compact","segment.bytes":"104857600","compression.type":"producer"}}',
    );
  });

  test('nothing to adopt leaves the tree empty', async () => {
    const options = await kafkaFolder({ '__cluster_metadata-0': {} });
    await adoptTopics(options);
    expect(await options.coordination.exists('/brokers')).toMatchObject({ ok: true, stat: null });
  });
});

describe('a folder of one of several brokers', () => {
  const gaps = {
    '__consumer_offsets-3': { topicId: ID },
    '__consumer_offsets-7': { topicId: ID },
    'a-1': { topicId: OTHER_ID },
  };

  test('is refused with what tells it, and nothing is written', async () => {
    const options = await kafkaFolder(gaps);
    await expect(adoptTopics(options)).rejects.toThrow(
      'The log directories hold a part of a cluster of several brokers: Topic __consumer_offsets: partitions 0-2, 4-6, 8-49 of 50 have no folder here; they begin empty. Start with --adopt to serve what is here as a cluster of its own; the rest is then missing. Nothing was changed.',
    );
    expect(await options.coordination.exists('/brokers')).toMatchObject({ ok: true, stat: null });
  });

  test('is adopted with --adopt: what is missing begins empty, so that keys and groups keep their places', async () => {
    const options = await kafkaFolder(gaps, { force: true });
    await adoptTopics(options);
    const offsets = await options.coordination.get('/brokers/topics/__consumer_offsets');
    expect(offsets.ok && decodeTopic(offsets.data)?.partitions.size).toBe(50);
    const topic = await options.coordination.get('/brokers/topics/a');
    expect(topic.ok && [...(decodeTopic(topic.data)?.partitions.keys() ?? [])]).toEqual([0, 1]);
  });

  test('also the voters of a KRaft quorum tell it', async () => {
    const options = await kafkaFolder({ 'a-0': {}, '__cluster_metadata-0': {} });
    const state =
      '{"leaderId":1,"leaderEpoch":2,"votedId":-1,"currentVoters":[{"voterId":1},{"voterId":2},{"voterId":3}]}';
    await options.platform.disk.replaceFile('/data/__cluster_metadata-0/quorum-state', state);
    await expect(adoptTopics(options)).rejects.toThrow(/KRaft quorum had 3 voters/);
  });
});

describe('a folder that does not fit together is refused', () => {
  const cases: readonly [string, Readonly<Record<string, Folder>>, Partial<AdoptOptions>, RegExp][] = [
    ['two ids', { 'a-0': { topicId: ID }, 'a-1': { topicId: OTHER_ID } }, {}, /are of different topics/],
    ['no id', { 'a-0': { topicId: 'x' } }, {}, /holds no topic id/],
    ['unknown topic', { 'a-0': {} }, { configs: new Map([['b', new Map()]]) }, /names topic b, of which no partition/],
    [
      'bad property',
      { 'a-0': {} },
      { configs: new Map([['a', new Map([['retention.ms', 'soon']])]]) },
      /--adopt-configs, topic a: Invalid value soon for configuration retention.ms: Not a number of type LONG/,
    ],
    ['twice', { 'a-0': {} }, { directories: ['/data', '/data'] }, /is in both/],
  ];
  for (const [name, folders, extra, message] of cases) {
    test(name, async () => {
      const options = await kafkaFolder(folders, extra);
      await expect(adoptTopics(options)).rejects.toThrow(ConfigException);
      await expect(adoptTopics(options)).rejects.toThrow(message);
    });
  }
});
