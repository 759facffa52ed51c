import { ErrorCode } from '@ottla/protocol';
import { expect, test } from 'vitest';
import { json, KafkaError, nullable, string, topic } from '../index.ts';
import { broker, client } from '../test-support/client.ts';

const orders = topic('orders', { key: string, value: json<{ n: number }>() });

test('a record arrives as it was sent, and its place is told', async () => {
  const server = await broker({ topics: { orders: 1 } });
  const producer = client(server).producer();
  const headers: [string, string | null][] = [
    ['a', '1'],
    ['a', '2'],
    ['b', null],
    ['c', ''],
  ];
  const sent = await producer.send(orders, { key: 'k', value: { n: 1 }, headers, timestamp: 1234 });
  expect(sent).toEqual({ topic: 'orders', partition: 0, offset: 0, timestamp: 1234 });
  const [record] = server.records('orders');
  expect([String(record?.key), String(record?.value), record?.timestamp]).toEqual(['k', '{"n":1}', 1234]);
  expect(record?.headers.map(({ key, value }) => [key, value === null ? null : String(value)])).toEqual(headers);
});

test('tombstones, empty values and records without a key are kept apart', async () => {
  const server = await broker({ topics: { words: 1 } });
  const producer = client(server).producer();
  const words = topic('words', { key: string, value: nullable(string) });
  await producer.send(words, [{ key: 'a', value: null }, { key: 'b', value: '' }, { value: 'x' }]);
  await producer.send({ topic: 'words', messages: [{ key: 'c', value: 'y', headers: { h: ['1', '2'] } }] });
  expect(server.records('words').map(({ key, value }) => [key?.toString(), value?.toString()])).toEqual([
    ['a', undefined],
    ['b', ''],
    [undefined, 'x'],
    ['c', 'y'],
  ]);
});

test('many at once: each learns its own place, and the batches are few', async () => {
  const server = await broker({ topics: { orders: 3 } });
  let requests = 0;
  server.intercept('Produce', () => void requests++);
  const producer = client(server).producer();
  const sent = await Promise.all(
    Array.from({ length: 1000 }, (_, n) => producer.send(orders, { key: `k${n}`, value: { n } })),
  );
  const stored = new Map(server.records('orders').map((r) => [`${r.partition}/${r.offset}`, String(r.value)]));
  sent.forEach(({ partition, offset }, n) => expect(stored.get(`${partition}/${offset}`)).toBe(`{"n":${n}}`));
  expect(requests).toBeLessThan(20);
});

test('an array is told place by place, over partitions and batches', async () => {
  const server = await broker({ topics: { orders: 5 } });
  const producer = client(server).producer({ batchBytes: 500 });
  const records = Array.from({ length: 300 }, (_, n) => ({ key: `k${n}`, value: { n } }));
  const sent = await producer.send(orders, records);
  const stored = new Map(server.records('orders').map((r) => [`${r.partition}/${r.offset}`, String(r.value)]));
  sent.forEach(({ partition, offset }, n) => expect(stored.get(`${partition}/${offset}`)).toBe(`{"n":${n}}`));
});

test('an array of which a part is lost: the error says what was written, place by place', async () => {
  const topics = [{ name: 'orders', partitions: 2, configs: { 'max.message.bytes': 300 } }];
  const server = await broker({ topics });
  const producer = client(server).producer({ requestBytesMax: 1000, batchBytes: 1 });
  await producer.send(orders, { value: { n: 0 }, partition: 0 });
  const error: unknown = await producer
    .send('orders', [
      { value: 'a', partition: 0 },
      { value: 'b'.repeat(400), partition: 1 },
      { value: 'x'.repeat(2000), partition: 0 },
      { value: 'c', partition: 0 },
    ])
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'MESSAGE_TOO_LARGE',
    topic: 'orders',
    partition: 1,
    retriable: false,
    message: expect.stringContaining('2 of 4 records were not written; record 1: '),
  });
  if (!(error instanceof KafkaError)) throw error;
  expect([...(error.failures ?? [])].map(([place, { code }]) => [place, code])).toEqual([
    ['1', 'MESSAGE_TOO_LARGE'],
    ['2', 'MESSAGE_TOO_LARGE'],
  ]);
  expect([...(error.results ?? [])]).toEqual([
    ['0', expect.objectContaining({ partition: 0, offset: 1 })],
    ['3', expect.objectContaining({ partition: 0, offset: 2 })],
  ]);
});

test('append says when to pause, flush when all is there', async () => {
  const server = await broker({ topics: { orders: 1 } });
  const producer = client(server).producer({ bufferBytes: 2000 });
  let pauses = 0;
  for (let n = 0; n < 500; n++) {
    if (producer.append(orders, { key: 'k', value: { n } })) continue;
    pauses++;
    await producer.ready();
  }
  await producer.flush();
  expect(server.records('orders').map(({ value }) => String(value))).toEqual(
    Array.from({ length: 500 }, (_, n) => `{"n":${n}}`),
  );
  expect(pauses).toBeGreaterThan(3);
});

test('a listener of append learns the place of each record, over partitions, batches and waiting', async () => {
  const server = await broker({ topics: { orders: 3 } });
  const producer = client(server).producer({ batchBytes: 500, bufferBytes: 4000 });
  const told = new Map<number, string>();
  const listener = {
    settled: (token: number, error: Error | undefined, partition: number, offset: number): void =>
      void told.set(token, error === undefined ? `${partition}/${offset}` : error.message),
  };
  for (let n = 0; n < 300; n++) {
    if (!producer.append(orders, { key: `k${n}`, value: { n } }, listener, n)) await producer.ready();
  }
  await producer.flush();
  const stored = new Map(server.records('orders').map((r) => [`${r.partition}/${r.offset}`, String(r.value)]));
  for (let n = 0; n < 300; n++) expect(stored.get(told.get(n) ?? '')).toBe(`{"n":${n}}`);
});

test('a listener of append is told of each record that came with the same token, and flush says nothing of its loss', async () => {
  const server = await broker({ topics: { orders: 1 } });
  const producer = client(server).producer();
  const told: [number, string | undefined, number][] = [];
  const listener = {
    settled: (token: number, error: { code: string } | undefined, _: number, offset: number): void =>
      void told.push([token, error?.code, offset]),
  };
  const records = [{ value: { n: 1 } }, { value: { n: 2 } }];
  producer.append(orders, records, listener, 7);
  await producer.flush();
  server.intercept('Produce', () => ({ error: ErrorCode.INVALID_RECORD }), { times: 1 });
  producer.append(orders, records, listener, 8);
  await producer.flush();
  expect(told).toEqual([
    [7, undefined, 0],
    [7, undefined, 1],
    [8, 'INVALID_RECORD', -1],
    [8, 'INVALID_RECORD', -1],
  ]);
});

test('flush rejects when a record that was appended is lost', async () => {
  const server = await broker({ topics: { orders: 1 } });
  server.intercept('Produce', () => ({ error: ErrorCode.INVALID_RECORD }), { times: 1 });
  const producer = client(server).producer();
  producer.append(orders, { value: { n: 1 } });
  await expect(producer.flush()).rejects.toMatchObject({ code: 'INVALID_RECORD', topic: 'orders', partition: 0 });
  producer.append(orders, { value: { n: 2 } });
  await producer.flush();
  expect(server.records('orders')).toHaveLength(1);
});

test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('batches are compressed with %s', async (compression) => {
  const server = await broker({ topics: { orders: 1 } });
  const producer = client(server).producer({ compression });
  await producer.send(
    orders,
    Array.from({ length: 100 }, (_, n) => ({ value: { n } })),
  );
  expect(server.records('orders')).toHaveLength(100);
});

test('a serializer that throws and a record that is too large fail alone', async () => {
  const server = await broker({ topics: { orders: 1 } });
  const producer = client(server).producer({ requestBytesMax: 1000 });
  const cyclic: { n: number; self?: unknown } = { n: 1 };
  cyclic.self = cyclic;
  await expect(producer.send(orders, { value: cyclic })).rejects.toMatchObject({ code: 'SERIALIZATION_FAILED' });
  await expect(producer.send('orders', { value: 'x'.repeat(1000) })).rejects.toMatchObject({
    code: 'MESSAGE_TOO_LARGE',
  });
  await expect(producer.send('orders', { value: 'x', partition: 7 })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    partition: 7,
  });
  expect(await producer.send(orders, { value: { n: 2 } })).toMatchObject({ offset: 0 });
});

test('a topic that is not there is named when the time is over', async () => {
  const server = await broker({ config: { 'auto.create.topics.enable': false } });
  const producer = client(server).producer({ blockMaxMs: 150 });
  await expect(producer.send('missing', { value: 'x' })).rejects.toMatchObject({
    code: 'TIMEOUT',
    topic: 'missing',
    message: expect.stringContaining('missing'),
  });
});

test('a batch the broker finds too large is sent in parts', async () => {
  const server = await broker({ topics: [{ name: 'orders', partitions: 1, configs: { 'max.message.bytes': 700 } }] });
  const producer = client(server).producer({ lingerMs: 1000 });
  const sent = producer.send(
    orders,
    Array.from({ length: 100 }, (_, n) => ({ key: 'key', value: { n } })),
  );
  await producer.flush();
  expect((await sent).map(({ offset }) => offset)).toEqual(Array.from({ length: 100 }, (_, n) => n));
  expect(server.records('orders').map(({ value }) => String(value))).toEqual(
    Array.from({ length: 100 }, (_, n) => `{"n":${n}}`),
  );
});

test('what waits when the producer closes is sent; what comes later is refused', async () => {
  const server = await broker({ topics: { orders: 1 } });
  const producer = client(server).producer({ lingerMs: 60_000 });
  const sent = producer.send(orders, { value: { n: 1 } });
  await producer.close();
  expect(await sent).toMatchObject({ offset: 0 });
  await expect(producer.send(orders, { value: { n: 2 } })).rejects.toMatchObject({ code: 'CLOSED' });
});

test('acks 0 and 1', async () => {
  const server = await broker({ topics: { orders: 1 } });
  const kafka = client(server);
  expect(await kafka.producer({ acks: 1 }).send(orders, { value: { n: 1 } })).toMatchObject({ offset: 0 });
  expect(await kafka.producer({ acks: 0 }).send(orders, { value: { n: 2 } })).toMatchObject({ offset: -1 });
});

test('interceptors may change a record, hear of each, and break nothing', async () => {
  const server = await broker({ topics: { orders: 1 } });
  const heard: unknown[] = [];
  const producer = client(server).producer({
    interceptors: [
      { onSend: (record) => ({ ...record, headers: [['seen', 'yes']] }) },
      {
        onSend() {
          throw new Error('broken');
        },
        onAcknowledged: (metadata, error) => heard.push([metadata.offset, error?.code]),
      },
    ],
  });
  await producer.send(orders, { value: { n: 1 } });
  await expect(producer.send('orders', { value: 'x', partition: 9 })).rejects.toThrow();
  expect(heard).toEqual([
    [0, undefined],
    [-1, 'INVALID_ARGUMENT'],
  ]);
  expect(server.records('orders')[0]?.headers.map(({ key }) => key)).toEqual(['seen']);
});
