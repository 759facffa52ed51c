/** The program that exit.test.ts bundles and runs: it must end by itself, and an unhandled rejection ends it badly. */
import { createKafka, type Kafka, retry } from '../index.ts';

const [mode = '', bootstrap = ''] = process.argv.slice(2);
const kafka = createKafka({
  brokers: bootstrap,
  operationTimeoutMs: 200,
  connectTimeoutMs: 20_000,
  requestTimeoutMs: 20_000,
});
const ignored = (): void => {};

/** Everything that waits for a broker, all at once. */
function everything(): Promise<unknown>[] {
  const producer = kafka.producer({ lingerMs: 60_000, deliveryTimeoutMs: 120_000 });
  const consumer = kafka.consumer({ group: 'g' }).subscribe('orders');
  const modern = kafka.consumer({ group: 'm', protocol: 'consumer' }).subscribe(/ord.*/);
  const share = kafka.shareConsumer({ group: 's' }).subscribe('orders');
  producer.append('orders', { value: 'nobody waits for it' });
  return [
    producer.send('orders', { value: '1' }),
    producer.send('missing', [{ value: '1' }, { value: '2' }]),
    producer.flush(),
    producer.ready(),
    kafka.producer({ transactionalId: 't' }).transaction((tx) => tx.send('orders', { value: 'x' })),
    consumer[Symbol.asyncIterator]().next(),
    modern.batches().next(),
    kafka
      .consumer({ group: 'r' })
      .subscribe('orders')
      .run({ each: () => {}, onError: retry({ times: 3 }) }),
    kafka
      .consumer()
      .assign([{ topic: 'orders', partition: 0, offset: 0 }])
      .poll({ timeout: 60_000 }),
    consumer.committed([{ topic: 'orders', partition: 0 }]),
    share[Symbol.asyncIterator]().next(),
    kafka.admin().describeCluster(),
    kafka.admin().listTopics({ timeout: 60_000 }),
    kafka.cluster.refresh(['orders']),
  ];
}

const MODES: Readonly<Record<string, (kafka: Kafka) => Promise<unknown>>> = {
  // Nothing is opened before the first use.
  'never used': () => {
    kafka.producer();
    kafka.consumer({ group: 'g' }).subscribe('orders');
    kafka.shareConsumer({ group: 'g' });
    kafka.admin();
    return Promise.resolve();
  },
  'used and closed': async () => {
    await kafka.producer().send('orders', { value: 'x' });
    const consumer = kafka.consumer({ group: 'g', onReset: 'earliest' }).subscribe('orders');
    for await (const _ of consumer) break;
    await kafka.admin().describeCluster();
    await kafka.close();
  },
  'closed at once': async () => {
    const all = Promise.allSettled(everything());
    await kafka.close();
    await all;
  },
  'closed in the middle': async () => {
    const all = Promise.allSettled(everything());
    await new Promise((resolve) => setTimeout(resolve, 150));
    await kafka.close();
    await all;
  },
  // Who does not await close has done enough, too.
  'closed by the way': () => {
    for (const each of everything()) each.catch(ignored);
    kafka.close().catch(ignored);
    return Promise.resolve();
  },
  'a handler that throws': async () => {
    await kafka.producer().send('orders', { value: 'x' });
    const consumer = kafka.consumer({
      group: 'g',
      onReset: 'earliest',
      onRevoked: () => Promise.reject(new Error('hook')),
    });
    const failing = consumer.subscribe('orders').run({ each: () => Promise.reject(new Error('handler')) });
    await failing.catch(({ message }: Error) => console.log(message));
    await kafka.close();
  },
};

await MODES[mode]?.(kafka);
console.log('done');
