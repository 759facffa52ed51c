import { ErrorCode } from '@ottla/protocol';
import type { TestBroker } from '@ottla/testkit';
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

/** Metadata of a broker that knows none of these topics. */
function unknown({ brokerId, host, port, clusterId }: TestBroker, topics: readonly { readonly name: string | null }[]) {
  const errorCode = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  return {
    brokers: [{ nodeId: brokerId, host, port }],
    clusterId,
    controllerId: brokerId,
    topics: topics.map(({ name }) => ({ errorCode, name, partitions: [] })),
  };
}

test('a topic that is not there while the leader assigns holds the group up for one retry, not for a session', async () => {
  const server = await broker({ topics: { orders: 1 } });
  const retry = { initialRetryTime: 5 };
  const kafka = new Kafka({ brokers: [server.bootstrap], logLevel: logLevel.NOTHING, retry });
  const joins: string[] = [];
  let isAsked = false;
  server.intercept('JoinGroup', ({ body }) => {
    joins.push(body.memberId);
    // The leader asks for metadata next: of a broker that has not heard of the topic yet.
    if (body.memberId === '' || isAsked) return;
    isAsked = true;
    server.intercept('Metadata', ({ body }) => ({ respond: unknown(server, body.topics ?? []) }), { times: 1 });
  });
  const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 50, sessionTimeout: 30_000 });
  try {
    await consumer.subscribe({ topics: [/^ord/] });
    await consumer.run({ eachMessage: async () => {} });
    const [first, ...named] = joins;
    expect([first, new Set(named).size, named.length]).toEqual(['', 1, 2]);
  } finally {
    await consumer.disconnect();
  }
});
