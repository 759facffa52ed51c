import { type StartBrokerOptions, startBroker, type TestBroker } from '@ottla/testkit';
import { afterEach } from 'vitest';
import { createKafka, type Kafka, type KafkaOptions } from '../index.ts';

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A broker that stops with the test. */
export async function broker(options: StartBrokerOptions = {}): Promise<TestBroker> {
  const started = await startBroker(options);
  open.push(() => started.stop());
  return started;
}

/** A client of it that closes with the test. */
export function client(target: { readonly bootstrap: string } | string, options: Partial<KafkaOptions> = {}): Kafka {
  const kafka = createKafka({ brokers: typeof target === 'string' ? target : target.bootstrap, ...options });
  open.push(() => kafka.close());
  return kafka;
}
