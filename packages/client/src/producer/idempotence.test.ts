import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ErrorCode } from '@ottla/protocol';
import { decodeRecords } from '@ottla/protocol/records';
import type { TestBroker } from '@ottla/testkit';
import { expect, test } from 'vitest';
import { broker, client } from '../test-support/client.ts';

const COUNT = 200;
const expected = Array.from({ length: COUNT }, (_, n) => String(n));

/** Sends numbers, one batch each or so, five requests at a time. */
async function sendNumbers(server: TestBroker, options: Parameters<ReturnType<typeof client>['producer']>[0] = {}) {
  const producer = client(server, { retryBackoffMs: 2, retryBackoffMaxMs: 10, reconnectBackoffMs: 2 }).producer({
    batchBytes: 100,
    ...options,
  });
  return Promise.all(expected.map((value) => producer.send('numbers', { key: 'k', value })));
}

const values = (server: TestBroker): string[] => server.records('numbers').map(({ value }) => String(value));

test('all land in order when some are refused', async () => {
  const server = await broker({ topics: { numbers: 1 } });
  let seen = 0;
  const producer = client(server, { retryBackoffMs: 2, retryBackoffMaxMs: 10 }).producer({ batchBytes: 100 });
  await producer.send('numbers', { value: 'first' });
  server.intercept('Produce', () => {
    seen++;
    if (seen <= 5) return { delayMs: 20, error: ErrorCode.NOT_ENOUGH_REPLICAS };
    return seen % 3 === 0 ? { error: ErrorCode.NOT_ENOUGH_REPLICAS } : undefined;
  });
  const sent = expected.map((value) => producer.send('numbers', { key: 'k', value }));
  // The first answer is still held back when all five have come.
  while (seen < 5) await new Promise((resolve) => setImmediate(resolve));
  await Promise.all(sent);
  expect(values(server)).toEqual(['first', ...expected]);
});

test('five requests are in flight, and never six', async () => {
  const server = await broker({ topics: { numbers: 1 } });
  const kafka = client(server, { metricsPush: false });
  const producer = kafka.producer({ batchBytes: 100 });
  await producer.send('numbers', { value: 'first' });
  const inFlight = (): number => {
    const own = (name: string): boolean => name === 'requests-in-flight';
    return Number(kafka.metrics().find(({ group, name }) => group === 'producer-metrics' && own(name))?.value);
  };
  // The broker looks at one at a time; the others wait on their way to it.
  const held: (() => void)[] = [];
  server.intercept('Produce', () => new Promise((resolve) => held.push(() => resolve(undefined))));
  let unsettled = expected.length;
  const sent = expected.map((value) => producer.send('numbers', { key: 'k', value }).finally(() => unsettled--));
  while (inFlight() < 5) await new Promise((resolve) => setImmediate(resolve));
  let most = 0;
  while (unsettled > 0) {
    most = Math.max(most, inFlight());
    held.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(sent);
  expect(most).toBe(5);
  expect(values(server)).toEqual(['first', ...expected]);
});

test('connections that are cut before and after a write lose and duplicate nothing', async () => {
  const server = await broker({ topics: { numbers: 1 } });
  let seen = 0;
  server.intercept('Produce', () => (++seen % 7 === 3 ? 'disconnect' : undefined));
  await sendNumbers(server);
  expect(values(server)).toEqual(expected);
});

test('an answer that is lost leads to a duplicate that the broker drops', async () => {
  const server = await broker({ topics: { numbers: 1 } });
  let seen = 0;
  server.intercept('Produce', () => (++seen === 2 ? { delayMs: 400 } : undefined));
  const sent = await sendNumbers(server, { requestTimeoutMs: 150 });
  expect(values(server)).toEqual(expected);
  expect(sent.map(({ offset }) => offset)).toEqual(expected.map(Number));
});

test('a number that is lost for good raises the epoch, and the rest arrives in order', async () => {
  const server = await broker({ topics: { numbers: 1 } });
  let seen = 0;
  const epochs = new Set<number>();
  server.intercept('Produce', ({ body }) => {
    const records = body.topicData[0]?.partitionData[0]?.records ?? Buffer.alloc(61);
    epochs.add(records.readInt16BE(51));
    expect(decodeRecords(records, 0).length).toBeGreaterThan(0);
    return ++seen === 3 ? { error: ErrorCode.INVALID_RECORD } : undefined;
  });
  const producer = client(server, { retryBackoffMs: 2 }).producer({ batchBytes: 100 });
  const results = await Promise.allSettled(expected.map((value) => producer.send('numbers', { key: 'k', value })));
  const arrived = expected.filter((_, n) => results[n]?.status === 'fulfilled');
  expect(values(server)).toEqual(arrived);
  expect(arrived.length).toBeGreaterThan(COUNT - 20);
  expect(arrived.length).toBeLessThan(COUNT);
  expect([...epochs]).toEqual([0, 1]);
});

test('a broker that forgot the producer gets it again under a new epoch', async () => {
  const server = await broker({ topics: { numbers: 1 } });
  let seen = 0;
  server.intercept('Produce', () => (++seen === 4 ? { error: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER } : undefined));
  await sendNumbers(server);
  expect(values(server)).toEqual(expected);
});

test('what is not acknowledged in time fails, and what follows goes on', async () => {
  const server = await broker({ topics: { numbers: 1 } });
  const off = server.intercept('Produce', () => ({ error: ErrorCode.NOT_ENOUGH_REPLICAS }));
  const producer = client(server).producer({ requestTimeoutMs: 50, deliveryTimeoutMs: 120 });
  await expect(producer.send('numbers', { value: 'late' })).rejects.toMatchObject({
    code: 'TIMEOUT',
    topic: 'numbers',
    partition: 0,
    cause: expect.objectContaining({ code: 'NOT_ENOUGH_REPLICAS' }),
  });
  off();
  expect(await producer.send('numbers', { value: 'next' })).toMatchObject({ offset: 0 });
});

test('a broker that is killed and comes back: everything arrives once, in order', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ottla-client-'));
  const options = { topics: { numbers: 1 }, directory };
  const first = await broker(options);
  const kafka = client(first, { retryBackoffMs: 5, reconnectBackoffMs: 5, reconnectBackoffMaxMs: 20 });
  const producer = kafka.producer({ batchBytes: 100 });
  await producer.send('numbers', { value: 'first' });
  let seen = 0;
  first.intercept('Produce', () => void seen++);
  const sent = Promise.all(expected.map((value) => producer.send('numbers', { key: 'k', value })));
  // In the middle of it: batches are on their way, and some are written.
  while (seen < 5) await new Promise((resolve) => setImmediate(resolve));
  await first.kill();
  const second = await broker({ port: first.port, directory });
  await sent;
  expect(values(second)).toEqual(['first', ...expected]);
  await kafka.close();
  await second.stop();
  await rm(directory, { recursive: true });
});
