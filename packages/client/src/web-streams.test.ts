import { expect, test } from 'vitest';
import { committedOf, eventually, orders, shop, upTo } from './consumer/test-support/shop.ts';
import { broker, client } from './test-support/client.ts';

test('readable: a record counts as processed when the next one is pulled; cancel leaves the last one', async () => {
  const { kafka, fill, reader } = await shop();
  await fill(10);
  const consumer = reader({ autoCommit: { intervalMs: 5 } });
  const stream = consumer.readable().getReader();
  const got: string[] = [];
  while (got.length < 4) got.push((await stream.read()).value?.value ?? '');
  expect(got).toEqual(upTo(4));
  await eventually(async () => (await committedOf(kafka, 'g')) === 3);
  await stream.cancel();
  expect(consumer.position({ topic: 'orders', partition: 0 })).toBe(3);
  await consumer.close();
  expect(await committedOf(kafka, 'g')).toBe(3);
});

test('readable: pipes, ends with the consumer, errors when it is aborted', async () => {
  const { fill, reader } = await shop();
  await fill(3);
  const consumer = reader();
  const got: string[] = [];
  const piped = consumer.readable().pipeTo(
    new WritableStream({
      write(record) {
        got.push(record.value);
        if (got.length === 3) void consumer.close();
      },
    }),
  );
  await piped;
  expect(got).toEqual(upTo(3));
  const stop = new AbortController();
  const other = reader({ group: 'other' });
  const stream = other.readable({ signal: stop.signal }).getReader();
  for (let n = 0; n < 3; n++) await stream.read();
  const waiting = stream.read();
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' });
  await other.close();
});

test('writable: writes wait while the buffer is full, close waits for the acknowledgements', async () => {
  const server = await broker({ topics: { orders: 1 } });
  const kafka = client(server);
  const producer = kafka.producer({ bufferBytes: 2000, lingerMs: 0 });
  await producer.send(orders, { key: 'first', value: 'x' });
  let held = 0;
  const release: (() => void)[] = [];
  server.intercept('Produce', () => {
    held++;
    return new Promise<undefined>((resolve) => release.push(() => resolve(undefined)));
  });
  const stream = producer.writable(orders).getWriter();
  let written = 0;
  const writes = Array.from({ length: 100 }, async (_, n) => {
    await stream.write({ key: `${n}`, value: 'y'.repeat(100) });
    written++;
  });
  const closed = stream.close();
  await eventually(() => held > 0);
  expect(written).toBeLessThan(60);
  const let1 = setInterval(() => {
    for (const go of release.splice(0)) go();
  }, 1);
  await Promise.all(writes);
  await closed;
  clearInterval(let1);
  const ends = await kafka.admin().listOffsets([{ topic: 'orders', partition: 0, at: 'latest' }]);
  expect(ends[0]?.offset).toBe(101);
});

test('writable: a lost record fails the close; a signal and a closed producer fail the writes', async () => {
  const server = await broker({ topics: { orders: 1 }, config: { 'message.max.bytes': 1000 } });
  const kafka = client(server);
  const producer = kafka.producer();
  const large = producer.writable('orders').getWriter();
  await large.write({ value: 'x'.repeat(5000) });
  await expect(large.close()).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE', topic: 'orders' });
  const stop = new AbortController();
  const aborted = producer.writable('orders', { signal: stop.signal }).getWriter();
  stop.abort();
  await expect(aborted.write({ value: 'x' })).rejects.toMatchObject({ code: 'ABORTED' });
  await aborted.closed.catch(() => {});
  const late = producer.writable('orders').getWriter();
  await producer.close();
  await expect(late.write({ value: 'x' })).rejects.toMatchObject({ code: 'CLOSED' });
  await late.closed.catch(() => {});
});
