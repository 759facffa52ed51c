import { expect, test } from 'vitest';
import { broker } from '../test-support/client.ts';
import { Kafka, logLevel } from './index.ts';

test('topics may be named as what every object has', async () => {
  const server = await broker({ topics: { constructor: 1, toString: 1 } });
  const kafka = new Kafka({ brokers: [server.bootstrap], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 50 });
  const joined = new Promise<unknown>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => resolve(payload.memberAssignment));
    consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error));
  });
  try {
    await consumer.subscribe({ topics: ['constructor', 'toString'] });
    await consumer.run({ eachMessage: async () => {} });
    expect(await joined).toEqual(
      Object.fromEntries([
        ['constructor', [0]],
        ['toString', [0]],
      ]),
    );
  } finally {
    await consumer.disconnect();
  }
});
