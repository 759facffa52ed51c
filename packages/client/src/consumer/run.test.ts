import { deferred } from '@ottla/common';
import { expect, test } from 'vitest';
import { committedOf, eventually, shop, upTo } from './test-support/shop.ts';

test('run: one record of a partition at a time, partitions beside each other; close waits for the handlers', async () => {
  const { kafka, fill, reader } = await shop(3);
  await fill(30);
  const consumer = reader();
  const busy = new Set<number>();
  let beside = 0;
  const got: string[] = [];
  const running = consumer.run({
    each: async ({ partition, value }) => {
      expect(busy.has(partition)).toBe(false);
      busy.add(partition);
      beside = Math.max(beside, busy.size);
      await new Promise((resolve) => setTimeout(resolve, 1));
      busy.delete(partition);
      got.push(value);
    },
  });
  await eventually(() => got.length === 30);
  await consumer.close();
  await running;
  expect(got.toSorted()).toEqual(upTo(30).toSorted());
  expect(beside).toBe(3);
  expect(await committedOf(kafka, 'g', 1)).toBe(10);
});

test('run by key: records of a key in order, and no further committed than what is done', async () => {
  const { kafka, fill, reader } = await shop();
  await fill(40);
  const slow = deferred();
  const got: number[] = [];
  let together = 0;
  let atOnce = 0;
  const consumer = reader();
  const running = consumer.run({
    concurrency: { byKey: 8 },
    each: async ({ value }) => {
      atOnce = Math.max(atOnce, ++together);
      if (value === '3') await slow.promise;
      else await new Promise((resolve) => setTimeout(resolve, 1));
      together--;
      got.push(Number(value));
    },
  });
  await eventually(() => got.length >= 30);
  expect(got).not.toContain(3);
  expect(atOnce).toBeLessThanOrEqual(8);
  expect(atOnce).toBeGreaterThan(2);
  const offsets = consumer.positions();
  expect(offsets[0]?.offset).toBe(40);
  const closing = consumer.close({ timeout: 50 });
  await closing;
  expect(await committedOf(kafka, 'g')).toBe(3);
  slow.resolve();
  await running;
});

test('run rejects with what a handler throws, and the record comes again', async () => {
  const { fill, reader } = await shop();
  await fill(5);
  const consumer = reader();
  const seen: string[] = [];
  const each = ({ value }: { value: string }): void => {
    seen.push(value);
    if (seen.length === 3) throw new Error(`no ${value}`);
  };
  await expect(consumer.run({ each })).rejects.toThrow('no 2');
  const controller = new AbortController();
  await consumer.run({
    each: (record) => {
      each(record);
      if (record.value === '4') controller.abort();
    },
    signal: controller.signal,
  });
  expect(seen).toEqual(['0', '1', '2', '2', '3', '4']);
});

test('onError decides: again, handled, or not mine', async () => {
  const { fill, reader } = await shop();
  await fill(3);
  const attempts: string[] = [];
  const running = reader().run({
    each: ({ value }, { attempt }) => {
      attempts.push(`${value}/${attempt}`);
      throw new Error(value);
    },
    onError: ({ record, attempt }) => {
      if (record.value === '0') return attempt < 3 ? 'retry' : 'handled';
      return record.value === '1' ? Promise.resolve('handled') : 'pass';
    },
  });
  await expect(running).rejects.toThrow('2');
  expect(attempts).toEqual(['0/1', '0/2', '0/3', '1/1', '2/1']);
});
