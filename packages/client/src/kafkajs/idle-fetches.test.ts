import { expect, test } from 'vitest';
import { broker } from '../test-support/client.ts';
import { Kafka, logLevel } from './index.ts';

test('a consumer with nothing to fetch tells of fetches that bring nothing', async () => {
  const server = await broker({ topics: { orders: 1 } });
  const consumer = new Kafka({ brokers: [server.bootstrap], logLevel: logLevel.NOTHING }).consumer({
    groupId: 'g',
    maxWaitTimeInMs: 50,
  });
  const fetches: (number | string)[] = [];
  consumer.on(consumer.events.FETCH_START, () => fetches.push('start'));
  consumer.on(consumer.events.FETCH, ({ payload }) => fetches.push(payload.numberOfBatches));
  try {
    await consumer.subscribe({ topic: 'orders' });
    await consumer.run({ eachMessage: async () => {} });
    await expect.poll(() => fetches.length).toBeGreaterThan(0);
    consumer.pause([{ topic: 'orders' }]);
    fetches.length = 0;
    await expect.poll(() => fetches.join(), { timeout: 5_000 }).toMatch(/0,start,0,start$/);
  } finally {
    await consumer.disconnect();
  }
});
