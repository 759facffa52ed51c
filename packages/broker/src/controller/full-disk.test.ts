import { BrokerConfig } from '@ottla/common';
import { createSimulatedWorld } from '@ottla/platform/simulated';
import {
  CreateTopicsRequest,
  CreateTopicsResponse,
  DeleteTopicsRequest,
  DeleteTopicsResponse,
  ErrorCode,
} from '@ottla/protocol';
import { RpcConnection } from '@ottla/rpc';
import { expect, test } from 'vitest';
import { startBroker } from '../server/start-broker.task.ts';

const CREATE = { request: CreateTopicsRequest, response: CreateTopicsResponse };
const DELETE = { request: DeleteTopicsRequest, response: DeleteTopicsResponse };

const PROPERTIES = { 'broker.id': '0', listeners: 'PLAINTEXT://:9092', 'log.dirs': '/data' };
const CONFIG = BrokerConfig.parse({ overrides: new Map(Object.entries(PROPERTIES)) });

const ROOMS = Array.from({ length: 30 }, (_none, index) => index * 40);

/** A broker, and what happens to a topic while its disk has this much room. */
async function withRoom(bytes: number, act: 'create' | 'delete') {
  const world = createSimulatedWorld(bytes);
  const node = world.node('broker');
  const { services } = await world.finish(startBroker(node.platform, CONFIG));
  const client = await world.finish(
    RpcConnection.connect(world.node('client').platform, { host: 'broker', port: 9092, clientId: 'test' }),
  );
  const create = async (): Promise<number[]> => {
    const topics = [{ name: 't', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }];
    return (await client.call(CREATE, { topics, timeoutMs: 1000 })).topics.map(({ errorCode }) => errorCode);
  };
  const remove = async (): Promise<number[]> => {
    const answer = await client.call(DELETE, { topicNames: ['t'], timeoutMs: 1000 }, { version: 5 });
    return answer.responses.map(({ errorCode }) => errorCode);
  };
  if (act === 'delete') await world.finish(create());
  node.disk.faults.capacityBytes = node.disk.usedBytes() + bytes;
  const errors = await world.finish(act === 'create' ? create() : remove());
  node.disk.faults.capacityBytes = Number.POSITIVE_INFINITY;
  await world.run({ untilMs: world.nowMs + 5000 });
  const exists = services.metadata.topic('t') !== undefined;
  const leader = services.metadata.partition('t', 0)?.leader;
  const later = await world.finish(exists ? remove() : create());
  return { exists, leader, errors, later, world };
}

test('a broker that finds no room for its election does not start, and starts when there is room', async () => {
  const reasons = new Set<string>();
  for (const bytes of ROOMS) {
    const { world } = await withRoom(10_000, 'create');
    const node = world.node('broker');
    node.kill();
    node.disk.faults.capacityBytes = node.disk.usedBytes() + bytes;
    const start = async () => {
      const { services } = await startBroker(node.restart(), CONFIG);
      return services.metadata.partition('t', 0)?.leader;
    };
    const outcome = await world.finish(start().catch((error: unknown) => String(error)));
    if (typeof outcome === 'string') {
      reasons.add(outcome.replace(/\(.*/, ''));
      node.disk.faults.capacityBytes = Number.POSITIVE_INFINITY;
      // The topic was removed at the end of `withRoom`: what matters is that it starts.
      expect(await world.finish(start())).toBeUndefined();
    }
  }
  expect([...reasons].join()).toContain('No controller can be elected');
});

test('a topic for which there was no room half way is finished when there is room', async () => {
  const outcomes = new Set<string>();
  for (const bytes of ROOMS) {
    const { exists, errors, later } = await withRoom(bytes, 'create');
    expect([bytes, later]).toEqual([bytes, [ErrorCode.NONE]]);
    outcomes.add(`${exists} ${errors.join()}`);
  }
  // Refused, begun and finished later, and done at once.
  expect(outcomes.size).toBeGreaterThanOrEqual(3);
});

test('a partition for whose log there was no room is led once there is', async () => {
  const outcomes = new Set<number | undefined>();
  for (const bytes of ROOMS) {
    const { exists, leader } = await withRoom(bytes, 'create');
    if (exists) outcomes.add(leader);
  }
  expect([...outcomes]).toEqual([0]);
});

test('a topic for whose log there was no room can be deleted', async () => {
  const world = createSimulatedWorld(1);
  const node = world.node('broker');
  const config = BrokerConfig.parse({ overrides: new Map(Object.entries({ ...PROPERTIES, 'log.dirs': '/a,/b' })) });
  const { services } = await world.finish(startBroker(node.platform, config));
  const client = await world.finish(
    RpcConnection.connect(world.node('client').platform, { host: 'broker', port: 9092, clientId: 'test' }),
  );
  node.disk.failNext({ operation: 'mkdir', path: '/t-0', code: 'ENOSPC' });
  node.disk.failNext({ operation: 'mkdir', path: '/t-0', code: 'ENOSPC' });
  const topics = [{ name: 't', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }];
  await world.finish(client.call(CREATE, { topics, timeoutMs: 100 }));
  expect(services.logs.get('t', 0)).toBeUndefined();
  await world.finish(client.call(DELETE, { topicNames: ['t'], timeoutMs: 1000 }, { version: 5 }));
  await world.run({ untilMs: world.nowMs + 5000 });
  expect((await world.finish(client.call(CREATE, { topics, timeoutMs: 1000 }))).topics[0]?.errorCode).toBe(0);
  expect(services.metadata.partition('t', 0)?.leader).toBe(0);
});

test('a topic that could not be removed for lack of room is removed later', async () => {
  for (const bytes of ROOMS) {
    const { errors, exists, later } = await withRoom(bytes, 'delete');
    if (errors[0] === ErrorCode.NONE) expect([bytes, exists]).toEqual([bytes, false]);
    expect([bytes, later]).toEqual([bytes, [ErrorCode.NONE]]);
  }
});
