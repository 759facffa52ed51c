import { BrokerConfig } from '@ottla/common';
import { createSimulatedWorld } from '@ottla/platform/simulated';
import {
  ApiVersionsRequest,
  ApiVersionsResponse,
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
} from '@ottla/protocol';
import { RpcConnection } from '@ottla/rpc';
import { expect, test } from 'vitest';
import { startBroker } from '../server/start-broker.task.ts';

const API_VERSIONS = { request: ApiVersionsRequest, response: ApiVersionsResponse };
const ALTER = { request: IncrementalAlterConfigsRequest, response: IncrementalAlterConfigsResponse };

async function start(properties: Record<string, string>) {
  const world = createSimulatedWorld(1);
  const all = { 'broker.id': '0', listeners: 'PLAINTEXT://:9092', 'log.dirs': '/data', ...properties };
  const config = BrokerConfig.parse({ overrides: new Map(Object.entries(all)) });
  await world.finish(startBroker(world.node('broker').platform, config));
  let clients = 0;
  /** A client that asks something on its connection, and whether it was answered. */
  const client = (port = 9092, platform = world.node(`client ${clients++}`).platform) => {
    const state = { outcome: 'waiting', atMs: 0, close: () => {} };
    const run = async () => {
      const connection = await RpcConnection.connect(platform, { host: 'broker', port, clientId: 'test' });
      state.close = () => connection.close();
      await connection.call(API_VERSIONS, { clientSoftwareName: 'a', clientSoftwareVersion: '1' });
      state.outcome = 'answered';
      state.atMs = world.nowMs;
      return connection;
    };
    const running = run().catch(() => {
      state.outcome = 'closed';
      return undefined;
    });
    return Object.assign(state, { running });
  };
  const pass = (ms: number) => world.run({ untilMs: world.nowMs + ms });
  return { world, client, pass };
}

test('max.connections: the next one waits, and is served when another closes', async () => {
  const { client, pass } = await start({ 'max.connections': '2' });
  const [first, second] = [client(), client()];
  await pass(100);
  const [third, fourth] = [client(), client()];
  await pass(1000);
  expect([first, second, third, fourth].map(({ outcome }) => outcome)).toEqual([
    'answered',
    'answered',
    'waiting',
    'waiting',
  ]);
  first.close();
  await pass(100);
  expect([third.outcome, fourth.outcome].sort()).toEqual(['answered', 'waiting']);
});

test('who waits and goes away takes no slot', async () => {
  const { world, client, pass } = await start({ 'max.connections': '1' });
  const first = client();
  await pass(100);
  const gone = client();
  await pass(100);
  world.node('client 1').kill();
  await pass(100);
  first.close();
  const next = client();
  await pass(100);
  expect([gone.outcome, next.outcome]).toEqual(['waiting', 'answered']);
});

test('max.connections raised: who waits is served; lowered: the most silent go', async () => {
  const { world, client, pass } = await start({ 'max.connections': '1' });
  const first = client();
  await pass(100);
  const second = client();
  const connection = await world.finish(first.running);
  const set = (value: string) =>
    connection?.call(ALTER, {
      validateOnly: false,
      resources: [
        {
          resourceType: 4,
          resourceName: '',
          configs: [{ name: 'max.connections', configOperation: 0, value }],
        },
      ],
    });
  expect((await world.finish(Promise.resolve(set('2'))))?.responses[0]?.errorCode).toBe(0);
  await pass(100);
  expect(second.outcome).toBe('answered');
  const silent = await world.finish(second.running);
  await world.finish(Promise.resolve(set('1')));
  await pass(100);
  expect([connection?.isOpen, silent?.isOpen]).toEqual([true, false]);
});

test('max.connections.per.ip closes the one too many', async () => {
  const { world, client, pass } = await start({ 'max.connections.per.ip': '2' });
  const { platform } = world.node('one address');
  const clients = [1, 2, 3].map(() => client(9092, platform));
  await pass(1000);
  expect(clients.map(({ outcome }) => outcome).sort()).toEqual(['answered', 'answered', 'closed']);
});

test("the brokers' own listener is served beyond max.connections, and a client goes for it", async () => {
  const { client, pass, world } = await start({
    listeners: 'PLAINTEXT://:9092,INTERNAL://:9093',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT',
    'inter.broker.listener.name': 'INTERNAL',
    'max.connections': '1',
  });
  const outer = client();
  const connection = await world.finish(outer.running);
  const inner = client(9093);
  await pass(100);
  expect([inner.outcome, connection?.isOpen]).toEqual(['answered', false]);
});

test('max.connection.creation.rate delays who comes too fast', async () => {
  const { client, pass } = await start({ 'max.connection.creation.rate': '1', 'quota.window.num': '2' });
  const clients = Array.from({ length: 4 }, () => client());
  await pass(200);
  expect(clients.filter(({ outcome }) => outcome === 'answered')).toHaveLength(1);
  await pass(30_000);
  expect(clients.every(({ outcome }) => outcome === 'answered')).toBe(true);
  const times = clients.map(({ atMs }) => atMs).sort((left, right) => left - right);
  // A second for the second, and as long as all windows for the third.
  expect(times.map((atMs) => Math.round((atMs - (times[0] ?? 0)) / 1000))).toEqual([0, 1, 3, 3]);
});
