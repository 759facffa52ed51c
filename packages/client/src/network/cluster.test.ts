import { ErrorCode, MetadataRequest, MetadataResponse } from '@ottla/protocol';
import { expect, test } from 'vitest';
import { broker, client } from '../test-support/client.ts';

const METADATA = { request: MetadataRequest, response: MetadataResponse };

test('metadata says who leads, and a coordinator is asked for once', async () => {
  const server = await broker({ topics: { orders: 3 } });
  const { cluster } = client(server);
  await cluster.refresh(['orders', 'missing']);
  expect(cluster.metadata.topic('orders')?.partitions.map(({ leader, leaderEpoch }) => [leader, leaderEpoch])).toEqual(
    [0, 1, 2].map(() => [1, 0]),
  );
  expect(cluster.metadata.topicName(cluster.metadata.topic('orders')?.id ?? '')).toBe('orders');
  expect(cluster.metadata.topicError('missing')?.code).toBe('UNKNOWN_TOPIC_OR_PARTITION');
  let asked = 0;
  await cluster.coordinator('group', 'creates the internal topic');
  server.intercept('FindCoordinator', () => void asked++);
  const found = await Promise.all([cluster.coordinator('group', 'g'), cluster.coordinator('group', 'g')]);
  expect([...found, await cluster.coordinator('group', 'g')]).toEqual([1, 1, 1]);
  expect(asked).toBe(1);
});

test('an answer that comes too late never harms the next request', async () => {
  const server = await broker({ topics: { orders: 1 } });
  const kafka = client(server, { requestTimeoutMs: 100 });
  server.intercept('Metadata', () => ({ delayMs: 250 }), { times: 1 });
  await kafka.cluster.versions('any');
  const late = kafka.request(METADATA, { topics: [] });
  // On the same connection, behind it.
  const behind = kafka.cluster.request(METADATA, 'any', { topics: [{ name: 'orders' }] }, { timeoutMs: 5000 });
  await expect(late).rejects.toMatchObject({ code: 'REQUEST_TIMED_OUT', retriable: true });
  expect((await behind).topics.map(({ name }) => name)).toEqual(['orders']);
  for (let i = 0; i < 10; i++) {
    const answer = await kafka.request(METADATA, { topics: [{ name: 'orders' }] });
    expect(answer.topics.map(({ name, errorCode }) => [name, errorCode])).toEqual([['orders', ErrorCode.NONE]]);
  }
});

test('the caller may give up, and names what it waited for', async () => {
  const server = await broker();
  const kafka = client(server);
  server.intercept('Metadata', () => 'drop', { times: 1 });
  const reason = new Error('enough');
  const controller = new AbortController();
  const asked = kafka.request(METADATA, { topics: [] }, { signal: controller.signal });
  controller.abort(reason);
  await expect(asked).rejects.toMatchObject({ code: 'ABORTED', cause: reason });
});

test('no broker: the error names it, and is retriable', async () => {
  const kafka = client('127.0.0.1:1');
  await expect(kafka.cluster.refresh()).rejects.toMatchObject({
    code: 'CONNECTION_FAILED',
    retriable: true,
    broker: '127.0.0.1:1',
    message: expect.stringContaining('127.0.0.1:1'),
  });
});

test('a broker that is throttling is left alone for as long as it asks', async () => {
  const server = await broker();
  const kafka = client(server);
  await kafka.cluster.versions('any');
  server.intercept('Metadata', () => ({ respond: { brokers: [], topics: [], throttleTimeMs: 120 } }), { times: 1 });
  await kafka.request(METADATA, { topics: [] });
  const start = kafka.cluster.clock.monotonicMs();
  await kafka.request(METADATA, { topics: [] });
  expect(kafka.cluster.clock.monotonicMs() - start).toBeGreaterThan(100);
});

test('a connection that nobody uses is closed, and another one made', async () => {
  const server = await broker();
  const kafka = client(server, { connectionsMaxIdleMs: 30 });
  const connections = new Set<string>();
  server.intercept('Metadata', ({ connectionId }) => void connections.add(connectionId));
  await kafka.request(METADATA, { topics: [] });
  await kafka.cluster.clock.sleep(80);
  await kafka.request(METADATA, { topics: [] });
  expect(connections.size).toBe(2);
});

test('when no broker of the metadata answers, the bootstrap servers are asked again', async () => {
  const first = await broker();
  const second = await broker({ config: { 'broker.id': 2 } });
  const kafka = client(`${first.bootstrap},${second.bootstrap}`);
  await kafka.cluster.refresh();
  const known = [...kafka.cluster.metadata.brokers.keys()];
  await (known[0] === 1 ? first : second).stop();
  await kafka.cluster.refresh();
  expect([...kafka.cluster.metadata.brokers.keys()]).toEqual(known[0] === 1 ? [2] : [1]);
});

test('a leader named in an error is used at once', async () => {
  const server = await broker({ topics: { orders: 1 } });
  const { cluster } = client(server);
  await cluster.refresh(['orders']);
  const hint = { topic: 'orders', partition: 0, leaderId: 7, endpoint: { host: 'h', port: 1 } };
  expect(cluster.leaderHint({ ...hint, leaderEpoch: 0 })).toBe(false);
  expect(cluster.leaderHint({ ...hint, leaderEpoch: 5 })).toBe(true);
  expect(cluster.metadata.partition('orders', 0)).toMatchObject({ leader: 7, leaderEpoch: 5 });
  // What the broker says next is older.
  await cluster.refresh(['orders']);
  expect(cluster.metadata.partition('orders', 0)).toMatchObject({ leader: 7, leaderEpoch: 5 });
});

test('after close nothing works, and what waited is told', async () => {
  const server = await broker();
  const kafka = client(server);
  await kafka.cluster.versions('any');
  server.intercept('Metadata', () => 'drop');
  const waiting = kafka.request(METADATA, { topics: [] });
  await kafka.close();
  await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
  await expect(kafka.cluster.refresh()).rejects.toMatchObject({ code: 'CLOSED' });
});
