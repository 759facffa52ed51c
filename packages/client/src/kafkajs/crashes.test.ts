import { ErrorCode } from '@ottla/protocol';
import { afterEach, expect, test } from 'vitest';
import { broker } from '../test-support/client.ts';
import { type ConsumerCrashEvent, Kafka, logLevel, type RetryOptions } from './index.ts';

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function fragile(retry: RetryOptions) {
  const server = await broker({ topics: { orders: 1 } });
  const kafka = new Kafka({ brokers: [server.bootstrap], logLevel: logLevel.NOTHING });
  const producer = kafka.producer();
  await producer.connect();
  open.push(() => producer.disconnect());
  await producer.send({ topic: 'orders', messages: [{ value: 'v' }] });
  const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 50, retry: { initialRetryTime: 5, ...retry } });
  open.push(() => consumer.disconnect());
  const crashes: ConsumerCrashEvent['payload'][] = [];
  const connects: number[] = [];
  consumer.on(consumer.events.CRASH, ({ payload }) => crashes.push(payload));
  consumer.on(consumer.events.CONNECT, ({ id }) => connects.push(id));
  await consumer.connect();
  await consumer.subscribe({ topic: 'orders', fromBeginning: true });
  return { server, consumer, crashes, connects };
}

test('a group that may not be joined is a crash for good', async () => {
  const { server, consumer, crashes } = await fragile({ retries: 0 });
  server.intercept('JoinGroup', () => ({ error: ErrorCode.GROUP_AUTHORIZATION_FAILED }));
  await consumer.run({ eachMessage: async () => {} });
  await expect.poll(() => crashes).toHaveLength(1);
  expect(crashes[0]).toMatchObject({ groupId: 'g', restart: false, error: { retriable: false } });
});

test('a topic whose leader is not there yet is waited for as long as the Kafka says, not the consumer', async () => {
  const { server, consumer } = await fragile({ retries: 0 });
  await server.createTopic('new');
  server.intercept('Metadata', () => ({ error: ErrorCode.LEADER_NOT_AVAILABLE }), { times: 2 });
  await consumer.subscribe({ topic: 'new' });
});

test('with the tries used up the consumer starts again, if restartOnFailure lets it', async () => {
  for (const lets of [true, false]) {
    const asked: string[] = [];
    const restartOnFailure = async (error: Error): Promise<boolean> => {
      asked.push(error.name);
      return lets;
    };
    const { consumer, crashes, connects } = await fragile({ retries: 0, restartOnFailure });
    const before = connects.length;
    let calls = 0;
    await consumer.run({
      eachMessage: async () => {
        if (calls++ === 0) throw new Error('broken');
      },
    });
    await expect.poll(() => crashes).toHaveLength(1);
    expect(asked).toEqual(['KafkaJSNumberOfRetriesExceeded']);
    expect(crashes[0]).toMatchObject({ groupId: 'g', restart: lets, error: { message: 'broken' } });
    if (lets) await expect.poll(() => calls).toBe(2);
    else expect([calls, connects.length - before]).toEqual([1, 1]);
  }
});
