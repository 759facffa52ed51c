import { expect, test } from 'vitest';
import { client } from '../test-support/client.ts';
import { committedOf, orders, shop, upTo, values } from './test-support/shop.ts';

test('by record, by batch, by poll: everything, in order', async () => {
  const { fill, reader } = await shop();
  await fill(1200);
  expect(await values(reader({ group: 'records' }), 1200)).toEqual(upTo(1200));

  const batches: string[] = [];
  for await (const batch of reader({ group: 'batches' }).batches({ maxRecords: 100 })) {
    expect(batch.size).toBeLessThanOrEqual(100);
    expect([batch.topic, batch.partition, batch.firstOffset]).toEqual(['orders', 0, batches.length]);
    for (const { value } of batch) batches.push(value);
    if (batches.length === 1200) break;
  }
  expect(batches).toEqual(upTo(1200));

  const polled: string[] = [];
  const poller = reader({ group: 'poll', maxPollRecords: 70 });
  while (polled.length < 1200) {
    const records = await poller.poll({ timeout: 1000 });
    expect(records.length).toBeLessThanOrEqual(70);
    polled.push(...records.map(({ value }) => value));
  }
  expect(polled).toEqual(upTo(1200));
});

test('by partition: a stream for each, that ends when the consumer closes', async () => {
  const { fill, reader } = await shop(3);
  await fill(30);
  const consumer = reader();
  const got = new Map<number, string[]>();
  const pumps: Promise<void>[] = [];
  for await (const stream of consumer.partitions()) {
    const own: string[] = [];
    got.set(stream.partition, own);
    pumps.push(
      (async () => {
        for await (const { value } of stream) {
          own.push(value);
          if ([...got.values()].flat().length === 30) void consumer.close();
        }
      })(),
    );
  }
  await Promise.all(pumps);
  for (const [partition, own] of got) expect(own).toEqual(upTo(30).filter((n) => Number(n) % 3 === partition));
  expect(got.size).toBe(3);
});

test('what was processed is committed at close, and the next member goes on there', async () => {
  const { kafka, fill, reader } = await shop();
  await fill(20);
  const first = reader();
  expect(await values(first, 12)).toEqual(upTo(12));
  await first.close();
  // The twelfth was handed out, but nobody asked for the next one.
  expect(await committedOf(kafka, 'g')).toBe(11);
  expect(await values(reader(), 9)).toEqual(upTo(9, 11));
});

test('records that a loop left unfinished come again', async () => {
  const { fill, reader } = await shop();
  await fill(10);
  const consumer = reader();
  await expect(
    (async () => {
      for await (const { value } of consumer) if (value === '4') throw new Error('no');
    })(),
  ).rejects.toThrow('no');
  for await (const { value } of consumer) {
    expect(value).toBe('4');
    break;
  }
  await consumer.commit();
});

test('tombstones, empty values, duplicate headers and null header values come as they were sent', async () => {
  const { kafka } = await shop();
  const sent = [
    { key: Buffer.from('a'), value: null },
    { key: null, value: Buffer.alloc(0) },
    {
      value: Buffer.from('v'),
      headers: [
        ['h', 'one'],
        ['h', null],
        ['i', Buffer.alloc(0)],
        ['h', 'two'],
      ] as [string, string | Buffer | null][],
    },
  ];
  const producer = kafka.producer();
  for (const record of sent) await producer.send('orders', record);
  const consumer = kafka.consumer().assign([{ topic: 'orders', partition: 0, offset: 0 }]);
  const got = [];
  for await (const { key, value, headers, offset } of consumer) {
    got.push({
      key,
      value,
      headers: headers.toArray().map((header) => [header.key, header.value?.toString() ?? null]),
    });
    if (offset === 2) break;
  }
  expect(got).toEqual([
    { key: Buffer.from('a'), value: null, headers: [] },
    { key: null, value: Buffer.alloc(0), headers: [] },
    {
      key: null,
      value: Buffer.from('v'),
      headers: [
        ['h', 'one'],
        ['h', null],
        ['i', ''],
        ['h', 'two'],
      ],
    },
  ]);
});

test('manual assignment: without a group, from an offset, an end or a time; seek, position and lag', async () => {
  const { kafka, fill } = await shop(2);
  await fill(20);
  const place = { topic: 'orders', partition: 1 };
  const consumer = kafka.consumer({ onReset: 'latest', fetchMaxWaitMs: 50 }).assign([{ ...place, offset: 7 }], orders);
  expect(await values(consumer, 2)).toEqual(['15', '17']);
  expect(consumer.position(place)).toBe(9);
  expect(consumer.lag(place)).toBe(1);
  consumer.seek(place, 0);
  expect(await values(consumer, 1)).toEqual(['1']);
  consumer.seekToBeginning(place);
  expect(await values(consumer, 1)).toEqual(['1']);
  consumer.seekToEnd();
  expect(await consumer.poll({ timeout: 100 })).toEqual([]);
  expect(consumer.position(place)).toBe(10);
  expect(await consumer.beginningOffsets([place])).toEqual(new Map([['orders-1', 0]]));
  expect(await consumer.endOffsets([place])).toEqual(new Map([['orders-1', 10]]));
  const times = await consumer.offsetsForTimes([
    { ...place, timestamp: 0 },
    { topic: 'orders', partition: 0, timestamp: Date.now() + 1e6 },
  ]);
  expect(times.get('orders-1')).toMatchObject({ offset: 0 });
  expect(times.get('orders-0')).toBeNull();
  expect(() => consumer.seek({ topic: 'orders', partition: 0 }, 1)).toThrow(/not assigned/);
  expect(() => consumer.subscribe('orders')).toThrow(/group/);
  await expect(consumer.commit()).rejects.toMatchObject({ code: 'INVALID_GROUP_ID' });
});

test('a paused partition hands out nothing, also of what was fetched before', async () => {
  const { fill, reader } = await shop(2);
  await fill(20);
  const consumer = reader();
  const paused: number[] = [];
  const got: string[] = [];
  for await (const { value, partition } of consumer) {
    expect(paused).not.toContain(partition);
    got.push(value);
    if (got.length === 3) {
      paused.push(partition);
      consumer.pause({ topic: 'orders', partition });
      expect(consumer.paused).toEqual([{ topic: 'orders', partition }]);
    }
    if (got.length === 13) break;
  }
  consumer.resume(...consumer.paused);
  // The loop's last record was left unfinished: it comes again.
  expect(new Set([...got, ...(await values(consumer, 8))])).toEqual(new Set(upTo(20)));
});

test('a pattern takes what matches, also topics that come later', async () => {
  const { server, fill, kafka } = await shop();
  await fill(1);
  const fresh = client(server, { metadataMaxAgeMs: 50, retryBackoffMaxMs: 50 });
  const consumer = fresh.consumer({ group: 'p', onReset: 'earliest', fetchMaxWaitMs: 50 }).subscribe(/ord.*/);
  const iterator = consumer[Symbol.asyncIterator]();
  expect((await iterator.next()).value?.topic).toBe('orders');
  const next = iterator.next();
  await server.createTopic('ordinary', 1);
  await server.createTopic('disorder', 1);
  await kafka.producer().send('disorder', { value: 'no' });
  await kafka.producer().send('ordinary', { value: 'yes' });
  expect((await next).value).toMatchObject({ topic: 'ordinary', offset: 0 });
  expect(consumer.subscription).toEqual(['orders', 'ordinary']);
});

test('no offset and no policy: the iterator throws, and a seek helps', async () => {
  const { fill, reader } = await shop();
  await fill(3);
  const consumer = reader({ onReset: 'none' });
  await expect(values(consumer, 1)).rejects.toMatchObject({ code: 'NO_OFFSET', topic: 'orders', partition: 0 });
  consumer.seek({ topic: 'orders', partition: 0 }, 1);
  expect(await values(consumer, 2)).toEqual(['1', '2']);
});

test('an offset that is gone is reset by the policy', async () => {
  const { fill, kafka } = await shop();
  await fill(3);
  const at = [{ topic: 'orders', partition: 0, offset: 99 }];
  expect(await values(kafka.consumer({ onReset: 'earliest' }).assign(at, orders), 1)).toEqual(['0']);
  await expect(values(kafka.consumer({ onReset: 'none' }).assign(at, orders), 1)).rejects.toMatchObject({
    code: 'OFFSET_OUT_OF_RANGE',
  });
});

test('what a deserializer throws names the record, and the loop can go on', async () => {
  const { fill, kafka } = await shop();
  await fill(2);
  const strict = {
    ...orders,
    value: {
      name: 'even',
      serialize: () => null,
      deserialize: (bytes: Buffer | null) => {
        if (Number(bytes?.toString()) % 2 === 0) throw new Error('odd one out');
        return String(bytes);
      },
    },
  };
  const consumer = kafka.consumer().assign([{ topic: 'orders', partition: 0, offset: 0 }], strict);
  const [first, second] = await (async () => {
    const records = [];
    for await (const record of consumer) if (records.push(record) === 2) break;
    return records;
  })();
  expect(() => first.value).toThrow(/offset 0 of orders-0 is no even: odd one out/);
  expect(second.value).toBe('1');
});

test('interceptors see what is handed out and what was committed', async () => {
  const { fill, reader } = await shop();
  await fill(10);
  const commits: unknown[] = [];
  const consumer = reader({
    interceptors: [
      {
        onConsume: (records) => records.filter(({ offset }) => offset % 2 === 0),
        onCommit: (offsets) => commits.push(...offsets),
      },
      {
        onConsume: () => {
          throw new Error('is passed over');
        },
      },
    ],
  });
  expect(await values(consumer, 4)).toEqual(['0', '2', '4', '6']);
  await consumer.commit();
  expect(commits).toMatchObject([{ topic: 'orders', partition: 0, offset: 7 }]);
});

test('close ends an iteration that waits, and a closed consumer says so', async () => {
  const { reader } = await shop();
  const consumer = reader();
  const iterator = consumer[Symbol.asyncIterator]();
  const waiting = iterator.next();
  await consumer.poll();
  await consumer.close();
  expect(await waiting).toEqual({ done: true, value: undefined });
  await expect(consumer.poll()).rejects.toMatchObject({ code: 'CLOSED' });
  expect(() => consumer.subscribe(orders)).toThrow(/closed/);
});

test('an aborted signal ends the wait with ABORTED', async () => {
  const { reader } = await shop();
  const controller = new AbortController();
  const waiting = reader().poll({ timeout: 60_000, signal: controller.signal });
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' });
});
