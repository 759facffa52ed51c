import type { Coordination } from '@ottla/coordination';
import { decodePartitionState, decodeTopic, paths } from '@ottla/coordination/cluster';
import { memoryStore } from '@ottla/coordination/embedded';
import { createMemoryPlatform } from '@ottla/platform/node';
import { ErrorCode } from '@ottla/protocol';
import { describe, expect, test } from 'vitest';
import type { TestPlane, TestPlaneOptions } from '../test-support/control-plane.ts';
import { joinFakeBroker, settled, startControlPlane } from '../test-support/control-plane.ts';
import type { NewTopic } from './new-topics.ts';

function topic(name: string, partitions = 1, extra: Partial<NewTopic> = {}): NewTopic {
  return { name, numPartitions: partitions, replicationFactor: 1, assignments: [], configs: [], ...extra };
}

async function withPlane(options: TestPlaneOptions, body: (plane: TestPlane) => Promise<void>): Promise<void> {
  const plane = await startControlPlane(options);
  try {
    await body(plane);
  } finally {
    await plane.close();
  }
}

async function create({ plane }: TestPlane, ...topics: NewTopic[]): Promise<void> {
  const results = await plane.admin.createTopics(topics, { timeoutMs: 5000, validateOnly: false });
  for (const result of results)
    if (result.error !== ErrorCode.NONE) throw new Error(`${result.name}: ${result.message}`);
}

async function names(client: Coordination, path: string): Promise<string[]> {
  const listed = await client.children(path);
  return listed.ok ? listed.names.sort() : [listed.code];
}

async function stateOf(client: Coordination, name: string, partition: number): Promise<unknown> {
  const node = await client.get(paths.partitionStatePath(name, partition));
  return node.ok ? decodePartitionState(node.data) : node.code;
}

const timersAlive = (): number => process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;

describe('controller', () => {
  test('a controller that stopped leaves no timer that would keep the process alive', async () => {
    const before = timersAlive();
    await withPlane({}, async () => expect(timersAlive()).toBeGreaterThan(before));
    expect(timersAlive()).toBe(before);
  });

  test('the first broker is elected and registered, and knows itself from the controller', async () => {
    await withPlane({}, async ({ plane, other }) => {
      expect(plane.controller.activeId).toBe(0);
      expect(plane.metadata.controllerId).toBe(0);
      expect(plane.metadata.brokers('PLAINTEXT')).toEqual([{ id: 0, host: 'localhost', port: 9092, rack: null }]);
      expect(await names(other, '/brokers/ids')).toEqual(['0']);
      const epoch = await other.get(paths.CONTROLLER_EPOCH);
      expect(epoch.ok && epoch.data?.toString()).toBe('1');
      const registration = await other.exists('/brokers/ids/0');
      expect(registration.ok && registration.stat?.czxid).toBe(plane.brokerEpoch);
    });
  });

  test('the cluster id is what the tree says, else what meta.properties says, else new', async () => {
    const platform = createMemoryPlatform({ log: { console: 'none' } });
    const store = memoryStore(platform.clock);
    const idOf = async (options: TestPlaneOptions): Promise<string> => {
      let id = '';
      await withPlane(options, ({ plane }) => {
        id = plane.clusterId;
        return Promise.resolve();
      });
      return id;
    };
    const known = 'iOjcrTLKSlerHXythRD2iA';
    expect(await idOf({ store, clusterId: known })).toBe(known);
    expect(await idOf({ store })).toBe(known);
    expect(await idOf({ store, clusterId: 'PF3ORzlySgiKGTJ9OXPtZw' })).toBe(known);
    const [first, second] = [await idOf({}), await idOf({})];
    expect(first).toHaveLength(22);
    expect(second).not.toBe(first);
    await platform.close();
  });

  test('a created topic has its nodes, its leaders, and is told to the broker before metadata shows it', async () => {
    await withPlane({}, async (broker) => {
      await create(broker, topic('a', 3, { configs: [{ name: 'retention.ms', value: '1000' }] }));
      const { plane, other, replicas } = broker;
      const node = await other.get('/brokers/topics/a');
      const stored = node.ok ? decodeTopic(node.data) : undefined;
      expect([...(stored?.partitions.keys() ?? [])]).toEqual([0, 1, 2]);
      expect(plane.metadata.topic('a')?.id).toBe(stored?.topicId);
      expect(await stateOf(other, 'a', 2)).toEqual({
        controllerEpoch: 1,
        leader: 0,
        leaderEpoch: 0,
        isr: [0],
        recoveryState: 'recovered',
      });
      expect(plane.metadata.partition('a', 1)).toMatchObject({ leader: 0, leaderEpoch: 0, isr: [0], replicas: [0] });
      expect(replicas.leaderAndIsr).toHaveLength(1);
      expect(replicas.state('a', 0)).toMatchObject({ leader: 0, isNew: true });
      expect(plane.configs.topics.logConfig('a').retentionMs).toBe(1000);
    });
  });

  test('a thousand partitions come up in one LeaderAndIsr message', async () => {
    await withPlane({}, async (broker) => {
      await create(broker, topic('big', 1000));
      expect(broker.replicas.leaderAndIsr).toHaveLength(1);
      expect(broker.plane.metadata.partitionCount).toBe(1000);
    });
  });

  test('a deleted topic leaves nothing behind, and its name can be used again at once', async () => {
    await withPlane({}, async (broker) => {
      const { plane, other, replicas } = broker;
      for (let round = 0; round < 3; round++) {
        await create(broker, topic('a', 2, { configs: [{ name: 'cleanup.policy', value: 'compact' }] }));
        const [deleted] = await plane.admin.deleteTopics(['a'], 5000);
        expect(deleted?.error).toBe(ErrorCode.NONE);
        expect(await names(other, '/brokers/topics')).toEqual([]);
        expect(await names(other, '/config/topics')).toEqual([]);
        expect(await names(other, '/admin/delete_topics')).toEqual([]);
        expect(plane.metadata.topic('a')).toBeUndefined();
        expect(plane.configs.topics.overrides('a').size).toBe(0);
      }
      expect(replicas.stopped).toHaveLength(3);
      expect(replicas.stopped[0]?.topicStates[0]?.partitionStates).toEqual([
        { partitionIndex: 0, leaderEpoch: -2, deletePartition: true },
        { partitionIndex: 1, leaderEpoch: -2, deletePartition: true },
      ]);
    });
  });

  test('a topic whose logs cannot be deleted waits, and is finished when the broker comes back', async () => {
    const platform = createMemoryPlatform({ log: { console: 'none' } });
    const store = memoryStore(platform.clock);
    await withPlane({ store }, async (broker) => {
      await create(broker, topic('a'));
      broker.replicas.errors.set('a-0', ErrorCode.KAFKA_STORAGE_ERROR);
      const [accepted] = await broker.plane.admin.deleteTopics(['a'], 5000);
      expect(accepted?.error).toBe(ErrorCode.NONE);
      const [again] = await broker.plane.admin.createTopics([topic('a')], { timeoutMs: 50, validateOnly: false });
      expect(again).toMatchObject({
        error: ErrorCode.TOPIC_ALREADY_EXISTS,
        message: "Topic 'a' is marked for deletion.",
      });
    });
    await withPlane({ store }, async (broker) => {
      await settled(broker);
      expect(await names(broker.other, '/brokers/topics')).toEqual([]);
      expect(await names(broker.other, '/admin/delete_topics')).toEqual([]);
    });
    await platform.close();
  });

  test('delete.topic.enable=false takes the request back', async () => {
    await withPlane({ properties: { 'delete.topic.enable': 'false' } }, async (broker) => {
      await create(broker, topic('a'));
      await broker.other.create('/admin/delete_topics/a', null);
      await settled(broker);
      expect(await names(broker.other, '/admin/delete_topics')).toEqual([]);
      expect(broker.plane.metadata.topic('a')).toBeDefined();
    });
  });

  test('a topic grows', async () => {
    await withPlane({}, async (broker) => {
      await create(broker, topic('a', 1));
      const { plane } = broker;
      const grow = { topic: 'a', count: 4, assignments: null };
      const [grown] = await plane.admin.createPartitions([grow], { timeoutMs: 5000, validateOnly: false });
      expect(grown?.error).toBe(ErrorCode.NONE);
      expect([...(plane.metadata.topic('a')?.partitions.keys() ?? [])]).toEqual([0, 1, 2, 3]);
      const [same] = await plane.admin.createPartitions([grow], { timeoutMs: 5000, validateOnly: false });
      expect(same).toMatchObject({ error: ErrorCode.INVALID_PARTITIONS, message: 'Topic already has 4 partitions.' });
    });
  });

  test('leader epochs stay over a clean start and rise, all of them, after an unclean one', async () => {
    const platform = createMemoryPlatform({ log: { console: 'none' } });
    const store = memoryStore(platform.clock);
    const epochs = async (uncleanStart: boolean): Promise<number[]> => {
      const found: number[] = [];
      await withPlane({ store, uncleanStart }, ({ plane }) => {
        for (const partition of [0, 1, 2]) found.push(plane.metadata.partition('a', partition)?.leaderEpoch ?? -1);
        expect(plane.metadata.partition('a', 0)?.leader).toBe(0);
        return Promise.resolve();
      });
      return found;
    };
    await withPlane({ store }, (broker) => create(broker, topic('a', 3)));
    expect(await epochs(false)).toEqual([0, 0, 0]);
    expect(await epochs(true)).toEqual([1, 1, 1]);
    expect(await epochs(false)).toEqual([1, 1, 1]);
    expect(await epochs(true)).toEqual([2, 2, 2]);
    await platform.close();
  });

  test('a deposed controller writes nothing more, and its messages are refused', async () => {
    await withPlane({}, async (broker) => {
      const { plane, other, coordination } = broker;
      await create(broker, topic('a'));
      const stale = plane.controller.active?.reign;
      if (stale === undefined) throw new Error('no reign');
      // Another controller: deletes the node, takes the next epoch.
      await other.delete('/controller', -1);
      const epoch = await other.get(paths.CONTROLLER_EPOCH);
      await other.multi([
        { op: 'create', path: '/controller', data: Buffer.from('{"version":2,"brokerid":9}'), ephemeral: true },
        {
          op: 'set',
          path: paths.CONTROLLER_EPOCH,
          data: Buffer.from('2'),
          version: epoch.ok ? epoch.stat.version : -1,
        },
      ]);
      await settled(broker);
      expect(plane.controller.active).toBeUndefined();
      expect(plane.controller.activeId).toBe(9);
      await expect(stale.writer.write([{ op: 'create', path: '/x', data: null }])).rejects.toThrow(/refused/);
      expect((await coordination.exists('/x')).ok).toBe(true);
      const created = await plane.admin.createTopics([topic('late')], { timeoutMs: 50, validateOnly: false });
      expect(created[0]?.error).toBe(ErrorCode.REQUEST_TIMED_OUT);
      // The other one goes: this broker takes over, with the epoch after that, and finishes what it finds.
      await other.close();
      await settled({ ...broker, other: broker.store.connect() });
      expect(plane.controller.active?.reign.context.epoch).toBe(3);
      expect(plane.metadata.partition('late', 0)?.leader).toBe(0);
    });
  });

  test('what a controller left half way is finished by the next', async () => {
    const platform = createMemoryPlatform({ log: { console: 'none' } });
    const store = memoryStore(platform.clock);
    await withPlane({ store }, (broker) => create(broker, topic('a')));
    const meddler = store.connect();
    const half = Buffer.from(
      '{"partitions":{"0":[0],"1":[0]},"topic_id":"PF3ORzlySgiKGTJ9OXPtZw","adding_replicas":{},"removing_replicas":{},"version":3}',
    );
    await meddler.create('/brokers/topics/half', half);
    await meddler.create('/brokers/topics/half/partitions', null);
    await meddler.create('/brokers/topics/half/partitions/0', null);
    await meddler.create('/brokers/topics/old', Buffer.from('{"version":1,"partitions":{"0":[0]}}'));
    await withPlane({ store }, async ({ plane, other }) => {
      expect(plane.metadata.partition('half', 0)?.leader).toBe(0);
      expect(plane.metadata.partition('half', 1)?.leader).toBe(0);
      expect(plane.metadata.topicById('PF3ORzlySgiKGTJ9OXPtZw')?.name).toBe('half');
      const old = await other.get('/brokers/topics/old');
      expect(old.ok && decodeTopic(old.data)?.topicId).toBe(plane.metadata.topic('old')?.id);
    });
    await platform.close();
  });

  test('when another broker goes, its leaders move to who is left in sync', async () => {
    await withPlane({}, async (broker) => {
      const { plane, other, replicas } = broker;
      const second = await joinFakeBroker(broker, 1);
      await settled(broker);
      expect(plane.metadata.isAlive(1)).toBe(true);
      await plane.admin.createTopics(
        [
          {
            ...topic('two', -1),
            replicationFactor: -1,
            assignments: [
              { partitionIndex: 0, brokerIds: [1, 0] },
              { partitionIndex: 1, brokerIds: [0, 1] },
            ],
          },
        ],
        { timeoutMs: 5000, validateOnly: false },
      );
      expect(plane.metadata.partition('two', 0)).toMatchObject({ leader: 1, isr: [1, 0] });
      await second.close();
      await settled(broker);
      expect(plane.metadata.partition('two', 0)).toMatchObject({ leader: 0, isr: [0], leaderEpoch: 1, offline: [1] });
      expect(plane.metadata.partition('two', 1)).toMatchObject({ leader: 0, isr: [0], leaderEpoch: 1, offline: [1] });
      expect(replicas.state('two', 0)).toMatchObject({ leader: 0, isr: [0], isNew: false });
      expect(await stateOf(other, 'two', 0)).toMatchObject({ leader: 0, isr: [0] });
    });
  });

  test('a log in a failed directory makes its partition offline', async () => {
    await withPlane({}, async (broker) => {
      broker.replicas.errors.set('a-0', ErrorCode.KAFKA_STORAGE_ERROR);
      const [created] = await broker.plane.admin.createTopics([topic('a', 2)], { timeoutMs: 200, validateOnly: false });
      await settled(broker);
      expect(created?.error).toBe(ErrorCode.NONE);
      expect(broker.plane.metadata.partition('a', 0)).toMatchObject({ leader: -1, offline: [0], isr: [0] });
      expect(broker.plane.metadata.partition('a', 1)).toMatchObject({ leader: 0, offline: [] });
    });
  });
});
