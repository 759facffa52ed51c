import type { StartBrokerOptions, TestBroker } from '@ottla/testkit';
import { expect } from 'vitest';
import { type Consumer, type ConsumerOptions, type Kafka, type RecordOf, string, topic } from '../../index.ts';
import { broker, client } from '../../test-support/client.ts';

export const orders = topic('orders', { key: string, value: string });

export interface Shop {
  readonly server: TestBroker;
  readonly kafka: Kafka;
  /** Sends `from`, `from + 1`, ... as values, in turn to the partitions. */
  fill(count: number, from?: number): Promise<void>;
  /** A consumer of `orders` from the beginning, that closes with the test. */
  reader(options?: ConsumerOptions): Consumer<RecordOf<typeof orders>>;
}

/** A broker with the topic `orders`, and a client of it. */
export async function shop(partitions = 1, options: StartBrokerOptions = {}): Promise<Shop> {
  const config = { 'group.min.session.timeout.ms': 50, ...options.config };
  const server = await broker({ topics: { orders: partitions }, ...options, config });
  const kafka = client(server, { retryBackoffMs: 10, retryBackoffMaxMs: 50, reconnectBackoffMs: 10 });
  const producer = kafka.producer();
  return {
    server,
    kafka,
    fill: async (count, from = 0) => {
      const numbers = Array.from({ length: count }, (_, i) => from + i);
      await producer.send(
        orders,
        numbers.map((n) => ({ key: `k${n}`, value: `${n}`, partition: n % partitions })),
      );
    },
    reader: (own = {}) =>
      kafka.consumer({ group: 'g', onReset: 'earliest', fetchMaxWaitMs: 50, ...own }).subscribe(orders),
  };
}

/** The values of the next `count` records; leaves the iteration by itself, so that all of them count as processed. */
export async function values(consumer: AsyncIterable<{ readonly value: string }>, count: number): Promise<string[]> {
  const got: string[] = [];
  const iterator = consumer[Symbol.asyncIterator]();
  while (got.length < count) {
    const next = await iterator.next();
    if (next.done === true) break;
    got.push(next.value.value);
  }
  return got;
}

export function upTo(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, i) => String(from + i));
}

/** What the group has committed for a partition of `orders`; null: nothing. */
export async function committedOf(kafka: Kafka, group: string, partition = 0): Promise<number | null> {
  const consumer = kafka.consumer({ group });
  const found = await consumer.committed([{ topic: 'orders', partition }]);
  await consumer.close();
  return found.get(`orders-${partition}`)?.offset ?? null;
}

/** Looks again and again until it holds: for what another task brings about soon. */
export async function eventually(check: () => unknown): Promise<void> {
  await expect.poll(check, { timeout: 10_000, interval: 5 }).toBeTruthy();
}
