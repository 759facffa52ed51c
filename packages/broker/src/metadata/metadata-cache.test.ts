import { createMemoryPlatform } from '@ottla/platform/node';
import type { UpdateMetadataRequest } from '@ottla/protocol';
import { describe, expect, test } from 'vitest';
import { LEADER_DURING_DELETE, MetadataCache } from './metadata-cache.ts';
import { MetadataWaiters } from './metadata-waiters.ts';

const ID = 'PF3ORzlySgiKGTJ9OXPtZw';

type State = readonly [partition: number, leader: number];

function update(
  topics: Readonly<Record<string, readonly State[]>>,
  brokers: readonly number[] = [0],
): UpdateMetadataRequest {
  return {
    controllerId: 0,
    isKRaftController: false,
    type: 0,
    controllerEpoch: 1,
    brokerEpoch: 1,
    ungroupedPartitionStates: [],
    topicStates: Object.entries(topics).map(([topicName, states]) => ({
      topicName,
      topicId: ID,
      partitionStates: states.map(([partitionIndex, leader]) => ({
        topicName,
        partitionIndex,
        controllerEpoch: 1,
        leader,
        leaderEpoch: 0,
        isr: [leader],
        zkVersion: 0,
        replicas: [0, 1],
        offlineReplicas: [],
      })),
    })),
    liveBrokers: brokers.map((id) => ({
      id,
      v0Host: '',
      v0Port: 0,
      endpoints: [
        { host: `in${id}`, port: 1, listener: 'PLAINTEXT', securityProtocol: 0 },
        { host: `out${id}`, port: 2, listener: 'EXTERNAL', securityProtocol: 0 },
      ],
      rack: id === 1 ? 'r1' : null,
    })),
  };
}

describe('metadata cache', () => {
  test('brokers are replaced, each listener sees its own addresses', () => {
    const cache = new MetadataCache('cluster');
    cache.update(update({}, [1, 0]));
    expect(cache.brokers('EXTERNAL')).toEqual([
      { id: 0, host: 'out0', port: 2, rack: null },
      { id: 1, host: 'out1', port: 2, rack: 'r1' },
    ]);
    expect(cache.brokers('NOWHERE')).toEqual([]);
    cache.update(update({}, [1]));
    expect([cache.isAlive(0), cache.isAlive(1)]).toEqual([false, true]);
  });

  test('partitions are merged; a topic goes with its last partition', () => {
    const cache = new MetadataCache('cluster');
    cache.update(update({ a: [[0, 0]] }));
    const change = cache.update(update({ a: [[1, 1]] }));
    expect([...change.updated]).toEqual(['a']);
    expect(cache.partition('a', 0)?.leader).toBe(0);
    expect(cache.partition('a', 1)?.leader).toBe(1);
    expect([cache.partitionCount, cache.topicById(ID)?.name]).toEqual([2, 'a']);
    cache.update(update({ a: [[0, LEADER_DURING_DELETE]] }));
    expect(cache.topic('a')?.partitions.size).toBe(1);
    const last = cache.update(update({ a: [[1, LEADER_DURING_DELETE]] }));
    expect(last.removed).toEqual([{ topic: 'a', partition: 1 }]);
    expect([cache.topic('a'), cache.topicById(ID), cache.partitionCount]).toEqual([undefined, undefined, 0]);
  });
});

describe('waiting for metadata', () => {
  test('ends with the change that was waited for, or with the time', async () => {
    const platform = createMemoryPlatform({ log: { console: 'none' } });
    const cache = new MetadataCache('cluster');
    const waiters = new MetadataWaiters(cache, platform.clock);
    const isLed = (): boolean => cache.partition('a', 0)?.leader === 0;
    const waiting = waiters.wait(isLed, 60_000);
    cache.update(update({ b: [[0, 0]] }));
    cache.update(update({ a: [[0, 0]] }));
    expect(await waiting).toBe(true);
    expect(await waiters.wait(isLed, 0)).toBe(true);
    expect(await waiters.wait(() => false, 0)).toBe(false);
    expect(await waiters.wait(() => false, 1)).toBe(false);
    await platform.close();
  });
});
