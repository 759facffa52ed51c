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

/** A broker with two directories and a topic with a partition in each; the second directory can't be read at the next start. */
async function brokerWithoutItsSecondDirectory() {
  const world = createSimulatedWorld(1);
  const node = world.node('broker');
  const properties = { 'broker.id': '0', listeners: 'PLAINTEXT://:9092', 'log.dirs': '/a,/b' };
  const config = BrokerConfig.parse({ overrides: new Map(Object.entries(properties)) });
  const start = () => world.finish(startBroker(node.restart(), config));
  const connect = () =>
    world.finish(
      RpcConnection.connect(world.node('client').platform, { host: 'broker', port: 9092, clientId: 'test' }),
    );
  const first = await start();
  const client = await connect();
  await world.finish(
    client.call(CREATE, {
      topics: [{ name: 't', numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] }],
    }),
  );
  const places = () => first.services.logs.get('t', 0)?.logDirectory;
  expect(places()).toBe('/a');
  node.kill();
  node.disk.failNext({ operation: 'open', path: '/b/.lock' });
  return { world, start, connect, broker: await start() };
}

test('a log that may lie in a directory that failed is not made anew in another one', async () => {
  const { broker, start } = await brokerWithoutItsSecondDirectory();
  expect(broker.services.logs.offlineDirectories).toEqual(['/b']);
  expect(broker.services.logs.get('t', 1)).toBeUndefined();
  expect(broker.services.replicas.partition('t', 1)).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
  const { logs } = (await start()).services;
  expect([0, 1].map((partition) => logs.get('t', partition)?.logDirectory)).toEqual(['/a', '/b']);
});

test('a topic is not gone before its logs in a directory that failed can be deleted', async () => {
  const { world, start, connect } = await brokerWithoutItsSecondDirectory();
  const client = await connect();
  await world.finish(client.call(DELETE, { topicNames: ['t'], timeoutMs: 500 }, { version: 5 }));
  const broker = await start();
  await world.run({ untilMs: world.nowMs + 5000 });
  expect(broker.services.metadata.topic('t')).toBeUndefined();
  expect([...broker.services.logs.logs()]).toEqual([]);
  // The directories wait for file.delete.delay.ms, under another name.
  expect((await world.finish(broker.services.platform.disk.list('/b'))).map(({ name }) => name)).not.toContain('t-1');
});
