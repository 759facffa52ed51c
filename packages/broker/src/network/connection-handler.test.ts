import {
  ApiVersionsRequest,
  ApiVersionsResponse,
  FetchRequest,
  FetchResponse,
  ListOffsetsRequest,
  ListOffsetsResponse,
  ProduceRequest,
  ProduceResponse,
} from '@ottla/protocol';
import { afterEach, expect, it } from 'vitest';
import { batchOf, fetchFrom, fetchRequest, TestBroker } from '../test-support/test-broker.ts';

const running: TestBroker[] = [];

async function start(properties: Record<string, string> = {}): Promise<TestBroker> {
  const broker = await TestBroker.start({ properties });
  running.push(broker);
  return broker;
}

afterEach(async () => {
  for (const broker of running.splice(0)) await broker.close();
});

function produceBody(topic: string, value: string, acks = -1) {
  const records = batchOf([value]);
  return { acks, timeoutMs: 5000, topicData: [{ name: topic, partitionData: [{ index: 0, records }] }] };
}

const latest = (topic: string) => ({
  replicaId: -1,
  topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
});

it('answers pipelined requests in their order, later ones see what earlier ones wrote', async () => {
  const broker = await start();
  await broker.createTopic('a');
  const { client } = broker;
  const ids: number[] = [];
  for (let round = 0; round < 50; round++) {
    ids.push(client.post(ProduceRequest, 9, produceBody('a', `value ${round}`)));
    ids.push(client.post(ListOffsetsRequest, 5, latest('a')));
  }
  for (let round = 0; round < 50; round++) {
    const produced = await client.answer(ProduceResponse, 9, ids.shift() ?? -1);
    expect(produced.responses[0]?.partitionResponses[0]).toMatchObject({ errorCode: 0, baseOffset: round });
    const listed = await client.answer(ListOffsetsResponse, 5, ids.shift() ?? -1);
    expect(listed.topics[0]?.partitions[0]).toMatchObject({ errorCode: 0, offset: round + 1 });
  }
});

it('takes far more pipelined produce requests than it keeps unanswered, split anywhere', async () => {
  const broker = await start();
  await broker.createTopic('a');
  const { client } = broker;
  const ids = Array.from({ length: 1000 }, (_, round) =>
    client.post(ProduceRequest, 9, produceBody('a', `${round}`, 1)),
  );
  for (const [round, id] of ids.entries()) {
    const { responses } = await client.answer(ProduceResponse, 9, id);
    expect(responses[0]?.partitionResponses[0]?.baseOffset).toBe(round);
  }
});

it('holds a produce request back while a fetch before it waits', async () => {
  const broker = await start();
  await broker.createTopic('a');
  const { client } = broker;
  const fetchId = client.post(FetchRequest, 11, fetchRequest({ maxWaitMs: 50, topics: [fetchFrom('a', 0, 0)] }));
  const produceId = client.post(ProduceRequest, 9, produceBody('a', 'late'));
  const fetched = await client.answer(FetchResponse, 11, fetchId);
  expect(fetched.responses[0]?.partitions[0]?.records).toHaveLength(0);
  expect((await client.answer(ProduceResponse, 9, produceId)).responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
});

it('serves others while one client does not read, and that one later', async () => {
  const broker = await start({ 'queued.max.request.bytes': '110000000' });
  await broker.createTopic('a', 1, { 'max.message.bytes': '30000000' });
  const slow = await broker.connect();
  const value = 'x'.repeat(300_000);
  await broker.produce('a', 0, batchOf(Array.from({ length: 10 }, () => value)));
  slow.pause();
  for (let round = 0; round < 10; round++)
    slow.post(FetchRequest, 11, fetchRequest({ topics: [fetchFrom('a', 0, 0, 3_000_000)] }));
  expect((await broker.produce('a', 0, batchOf(['next']))).errorCode).toBe(0);
  slow.resume();
  for (let round = 1; round <= 10; round++) {
    const answer = await slow.answer(FetchResponse, 11, round);
    expect(answer.responses[0]?.partitions[0]?.records?.length).toBeGreaterThanOrEqual(3_000_000);
  }
});

it('ends the connection, and says why, when records on their way cannot be read to their end', async () => {
  const broker = await start();
  await broker.createTopic('a', 1, { 'max.message.bytes': '30000000' });
  const slow = await broker.connect();
  await broker.produce('a', 0, batchOf(Array.from({ length: 10 }, () => 'x'.repeat(300_000))));
  slow.pause();
  for (let round = 0; round < 10; round++)
    slow.post(FetchRequest, 11, fetchRequest({ topics: [fetchFrom('a', 0, 0, 3_000_000)] }));
  // Its answer comes behind the fetches.
  await broker.produce('a', 0, batchOf(['next']));
  const file = await broker.platform.disk.open('/data/a-0/00000000000000000000.log', { mode: 'write' });
  file.truncateSync(1000);
  await file.close();
  slow.resume();
  await slow.end();
  await expect
    .poll(() => broker.logged.join(''))
    .toMatch(
      /WARN .* Unexpected error from \/127\.0\.0\.1 \(channelId=.*\); closing connection: ENODATA: read .*\.log/,
    );
});

it.each([
  ['an unknown API key', '0000000a03e70000000000010000'],
  ['a version that is not served', '0000000b0003004d00000001000000'],
  ['a negative version', '0000000a0003ffff000000010000'],
  ['a frame that is too short for a header', '000000020003'],
  ['an empty frame', '00000000'],
  ['a negative size', 'ffffffff'],
  ['a web browser', Buffer.from('GET / HTTP/1.1\r\n\r\n').toString('hex')],
])('closes the connection of %s, and only that', async (_what, hex) => {
  const broker = await start();
  const stranger = await broker.connect();
  stranger.send(Buffer.from(hex, 'hex'));
  expect(await stranger.frame()).toBeUndefined();
  const { apiKeys } = await broker.client.call(ApiVersionsRequest, ApiVersionsResponse, 3, {
    clientSoftwareName: 'test',
    clientSoftwareVersion: '1',
  });
  expect(apiKeys.length).toBeGreaterThan(0);
});

it('still answers what came before the garbage', async () => {
  const broker = await start();
  const { client } = broker;
  const id = client.post(ApiVersionsRequest, 0, {});
  client.send(Buffer.from('7fffffff', 'hex'));
  expect((await client.answer(ApiVersionsResponse, 0, id)).errorCode).toBe(0);
  expect(await client.frame()).toBeUndefined();
});

it('answers an ApiVersions version it lacks in version 0, and stays (KIP-511)', async () => {
  const broker = await start();
  const { client } = broker;
  client.send(Buffer.from('0000000e00120063000000070003726177000102', 'hex').subarray(0, 18));
  const frame = await client.frame();
  // correlation id 7, error 35, one entry: key 18, versions 0 to 4
  expect(frame?.toString('hex')).toBe('000000070023000000010012000000' + '04');
  expect((await client.call(ApiVersionsRequest, ApiVersionsResponse, 0, {})).errorCode).toBe(0);
});

it('refuses software names that KIP-511 does not allow', async () => {
  const { client } = await start();
  const ask = (clientSoftwareName: string) =>
    client.call(ApiVersionsRequest, ApiVersionsResponse, 3, { clientSoftwareName, clientSoftwareVersion: '1.0' });
  expect((await ask('a-b.c')).errorCode).toBe(0);
  for (const name of ['', '-a', 'a-', 'a b']) expect((await ask(name)).errorCode).toBe(42);
});

it('counts connections against max.connections.per.ip', async () => {
  const broker = await start({ 'max.connections.per.ip': '2' });
  const second = await broker.connect();
  const third = await broker.connect();
  expect(await third.frame()).toBeUndefined();
  expect((await second.call(ApiVersionsRequest, ApiVersionsResponse, 0, {})).errorCode).toBe(0);
  second.close();
  await expect
    .poll(async () => {
      const next = await broker.connect();
      next.post(ApiVersionsRequest, 0, {});
      return (await next.frame()) !== undefined;
    })
    .toBe(true);
});

it('lets connections beyond max.connections wait until others close, as Kafka does', async () => {
  const broker = await start({ 'max.connections': '2' });
  const second = await broker.connect();
  const [third, gone, fourth] = [await broker.connect(), await broker.connect(), await broker.connect()];
  const ask = (client: typeof third): number => client.post(ApiVersionsRequest, 0, {});
  ask(third);
  ask(fourth);
  gone.close();
  expect((await second.call(ApiVersionsRequest, ApiVersionsResponse, 0, {})).errorCode).toBe(0);
  const answered: string[] = [];
  const all = [
    third.frame().then((frame) => answered.push(frame === undefined ? 'closed' : 'third')),
    fourth.frame().then((frame) => answered.push(frame === undefined ? 'closed' : 'fourth')),
  ];
  second.close();
  await all[0];
  expect(answered).toEqual(['third']);
  third.close();
  await all[1];
  expect(answered).toEqual(['third', 'fourth']);
});

it('closes connections that were idle for connections.max.idle.ms, not those that wait for an answer', async () => {
  const broker = await start({ 'connections.max.idle.ms': '100', 'connection.failed.authentication.delay.ms': '10' });
  await broker.createTopic('a');
  const idle = await broker.connect();
  const id = broker.client.post(FetchRequest, 11, fetchRequest({ maxWaitMs: 500, topics: [fetchFrom('a', 0, 0)] }));
  await idle.end();
  expect((await broker.client.answer(FetchResponse, 11, id)).errorCode).toBe(0);
});

it('stops reading when queued.max.request.bytes is spent, and goes on', async () => {
  const broker = await start({ 'queued.max.request.bytes': '1000000', 'socket.request.max.bytes': '1000000' });
  await broker.createTopic('a');
  const clients = await Promise.all(Array.from({ length: 5 }, () => broker.connect()));
  const ids = clients.map((client) =>
    Array.from({ length: 10 }, () => client.post(ProduceRequest, 9, produceBody('a', 'y'.repeat(500_000)))),
  );
  const offsets: number[] = [];
  for (const [index, client] of clients.entries()) {
    for (const id of ids[index] ?? []) {
      const { responses } = await client.answer(ProduceResponse, 9, id);
      offsets.push(Number(responses[0]?.partitionResponses[0]?.baseOffset));
    }
  }
  expect(offsets.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, offset) => offset));
});
