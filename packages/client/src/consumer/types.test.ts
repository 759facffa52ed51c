import { expectTypeOf, test } from 'vitest';
import {
  type ConsumerBatch,
  type ConsumerRecord,
  int32,
  json,
  type Kafka,
  nullable,
  type Producer,
  type RecordMetadata,
  string,
  type Transaction,
  topic,
} from '../index.ts';

const orders = topic('orders', { key: string, value: json<{ book: string }>() });
const payments = topic('payments', { key: int32, value: nullable(string) });

// Never called: what they would return is looked at.
const both = (kafka: Kafka) => kafka.consumer({ group: 'g' }).subscribe(orders, payments);
const shared = (kafka: Kafka) => kafka.shareConsumer({ group: 'g' }).subscribe(orders, payments);
const sendOne = (producer: Producer) => producer.send(orders, { value: { book: 'Ulysses' } });
const sendMany = (producer: Producer) => producer.send(orders, [{ value: { book: 'Ulysses' } }]);
const untyped = (kafka: Kafka) => kafka.consumer({ group: 'g' }).subscribe('orders', 'payments');
const assigned = (kafka: Kafka) => kafka.consumer().assign([{ topic: 'orders', partition: 0 }], orders);

type RecordIn<Iterable> = Iterable extends AsyncIterable<infer Each> ? Each : never;
type Both = RecordIn<ReturnType<typeof both>>;

test('a subscription to several topics gives a union that record.topic tells apart', () => {
  expectTypeOf<Both['topic']>().toEqualTypeOf<'orders' | 'payments'>();
  expectTypeOf<Extract<Both, { topic: 'orders' }>['value']>().toEqualTypeOf<{ book: string }>();
  expectTypeOf<Extract<Both, { topic: 'orders' }>['key']>().toEqualTypeOf<string | null>();
  expectTypeOf<Extract<Both, { topic: 'payments' }>['value']>().toEqualTypeOf<string | null>();
  expectTypeOf<Extract<Both, { topic: 'payments' }>['key']>().toEqualTypeOf<number | null>();
});

test('every way to read gives the same records', () => {
  type Reader = ReturnType<typeof both>;
  expectTypeOf<Awaited<ReturnType<Reader['poll']>>>().toEqualTypeOf<Both[]>();
  expectTypeOf<RecordIn<ReturnType<Reader['batches']>>>().toEqualTypeOf<ConsumerBatch<Both>>();
  expectTypeOf<Parameters<Parameters<Reader['run']>[0]['each']>[0]>().toEqualTypeOf<Both>();
});

test('names without a declaration give bytes; an assignment takes declarations too', () => {
  expectTypeOf<RecordIn<ReturnType<typeof untyped>>>().toEqualTypeOf<ConsumerRecord<string, Buffer, Buffer | null>>();
  expectTypeOf<RecordIn<ReturnType<typeof assigned>>['value']>().toEqualTypeOf<{ book: string }>();
});

test('a share consumer gives the same union, by record and by batch', () => {
  type Shared = RecordIn<ReturnType<typeof shared>>;
  expectTypeOf<Shared['topic']>().toEqualTypeOf<'orders' | 'payments'>();
  expectTypeOf<Extract<Shared, { topic: 'orders' }>['value']>().toEqualTypeOf<{ book: string }>();
  expectTypeOf<Extract<Shared, { topic: 'payments' }>['key']>().toEqualTypeOf<number | null>();
  expectTypeOf<Shared['accept']>().toBeFunction();
});

test('what a producer takes is what its topic says', () => {
  const uses = (producer: Producer): unknown[] => [
    producer.send(payments, [{ key: 1, value: 'x' }, { value: null }]),
    producer.append(orders, { key: 'k', value: { book: 'Ulysses' } }),
    producer.writable(orders),
    // @ts-expect-error no book in it
    producer.append(orders, { key: 'k', value: {} }),
    // @ts-expect-error one of them has the key of another topic
    producer.send(payments, [
      { key: 1, value: 'x' },
      { key: 'k', value: 'x' },
    ]),
    // @ts-expect-error a record without a value
    producer.send(orders, { key: 'k' }),
    // @ts-expect-error a topic is a name or a declaration
    producer.send(7, { value: 'x' }),
  ];
  expectTypeOf(uses).toBeFunction();
  expectTypeOf<Awaited<ReturnType<typeof sendOne>>>().toEqualTypeOf<RecordMetadata>();
  expectTypeOf<Awaited<ReturnType<typeof sendMany>>>().toEqualTypeOf<RecordMetadata[]>();
});

test('misuse does not compile', () => {
  const misuse = async (kafka: Kafka): Promise<void> => {
    for await (const record of both(kafka)) {
      // @ts-expect-error only orders have books
      void record.value.book;
      if (record.topic === 'orders') void record.value.book;
      // @ts-expect-error there is no such topic
      if (record.topic === 'refunds') break;
    }
    // @ts-expect-error a subscription is of names, declarations or a pattern
    kafka.consumer({ group: 'g' }).subscribe(7);
    // @ts-expect-error no such policy
    kafka.consumer({ onReset: 'newest' });
  };
  expectTypeOf(misuse).toBeFunction();
});

test('a consumer is what a transaction takes offsets from', () => {
  expectTypeOf<ReturnType<typeof both>>().toExtend<Parameters<Transaction['offsets']>[0]>();
});
