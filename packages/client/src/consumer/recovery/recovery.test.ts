import { expect, test } from 'vitest';
import { eventually, shop, upTo } from '../test-support/shop.ts';
import { deadLetter, retry, retryTopics, whenDue } from './index.ts';

test('retry, then the dead letter topic: with its bytes, its headers and its story', async () => {
  const { server, kafka, fill, reader } = await shop();
  await server.createTopic('orders.dlq', 1);
  await kafka.producer().send('orders', { key: 'bad', value: 'bad', headers: [['trace', 't1']] });
  await fill(2);
  const seen: string[] = [];
  const consumer = reader();
  const running = consumer.run({
    each: ({ value }, { attempt }) => {
      seen.push(`${value}/${attempt}`);
      if (value === 'bad') throw new RangeError('out of stock');
    },
    onError: retry({ times: 2, delayMs: 1 }).or(deadLetter(kafka.producer(), 'orders.dlq')),
  });
  await eventually(() => seen.length === 5);
  await consumer.close();
  await running;
  expect(seen).toEqual(['bad/1', 'bad/2', 'bad/3', '0/1', '1/1']);
  const [letter] = server.records('orders.dlq');
  expect([letter?.key?.toString(), letter?.value?.toString()]).toEqual(['bad', 'bad']);
  const headers = Object.fromEntries((letter?.headers ?? []).map(({ key, value }) => [key, value?.toString()]));
  expect(headers).toMatchObject({
    trace: 't1',
    'ottla.original.topic': 'orders',
    'ottla.original.partition': '0',
    'ottla.original.offset': '0',
    'ottla.error.code': 'RangeError',
    'ottla.error.message': 'out of stock',
    'ottla.attempts': '3',
  });
});

test('retry topics: each failure waits longer, nobody waits behind it, and the last one is a dead letter', async () => {
  const { server, kafka, fill } = await shop();
  for (const name of ['orders.retry.1', 'orders.retry.2', 'orders.dlq']) await server.createTopic(name, 1);
  await fill(3);
  const producer = kafka.producer();
  const later = retryTopics(producer, [
    { topic: 'orders.retry.1', delayMs: 30 },
    { topic: 'orders.retry.2', delayMs: 60 },
  ]);
  const consumer = kafka
    .consumer({ group: 'g', onReset: 'earliest', fetchMaxWaitMs: 20 })
    .subscribe('orders', ...later.topics);
  const seen: string[] = [];
  const times: number[] = [];
  const running = consumer.run({
    each: whenDue(({ topic, value }) => {
      seen.push(`${topic} ${String(value)}`);
      if (String(value) !== '1') return;
      times.push(performance.now());
      throw new Error('again');
    }),
    onError: later.or(deadLetter(producer, 'orders.dlq')),
  });
  await eventually(() => server.records('orders.dlq').length === 1);
  await consumer.close();
  await running;
  expect(seen.slice(0, 3)).toEqual(upTo(3).map((n) => `orders ${n}`));
  expect(seen.slice(3)).toEqual(['orders.retry.1 1', 'orders.retry.2 1']);
  expect(times[1] - times[0]).toBeGreaterThanOrEqual(29);
  expect(times[2] - times[1]).toBeGreaterThanOrEqual(59);
  const headers = server.records('orders.dlq')[0]?.headers ?? [];
  expect(headers.find(({ key }) => key === 'ottla.attempts')?.value?.toString()).toBe('3');
  expect(headers.filter(({ key }) => key === 'ottla.original.topic').map(({ value }) => value?.toString())).toEqual([
    'orders',
  ]);
});
