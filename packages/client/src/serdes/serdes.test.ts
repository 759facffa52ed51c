import { describe, expect, expectTypeOf, test } from 'vitest';
import type { Producer } from '../index.ts';
import {
  bytes,
  float64,
  int32,
  int64,
  json,
  nullable,
  type RecordOf,
  type StandardSchema,
  string,
  topic,
} from '../index.ts';

const context = { topic: 't', part: 'value' } as const;

test('what is written is read', () => {
  expect(string.deserialize(Buffer.from(string.serialize('ä€', context) ?? []), context)).toBe('ä€');
  expect(Buffer.from(int32.serialize(-2, context) ?? []).toString('hex')).toBe('fffffffe');
  expect(Buffer.from(int64.serialize(1, context) ?? []).toString('hex')).toBe('0000000000000001');
  expect(int64.deserialize(Buffer.from('ffffffffffffffff', 'hex'), context)).toBe(-1n);
  expect(float64.deserialize(Buffer.from(float64.serialize(0.1, context) ?? []), context)).toBe(0.1);
  expect(json<{ a: number }>().deserialize(Buffer.from('{"a":1}'), context)).toEqual({ a: 1 });
});

test('a tombstone is an error that says what to do, or a null', () => {
  expect(() => string.deserialize(null, context)).toThrow(/tombstone.*nullable\(string\)/);
  expect(nullable(json()).deserialize(null, context)).toBeNull();
  expect(nullable(string).serialize(null, context)).toBeNull();
  expect(() => int32.deserialize(Buffer.alloc(3), context)).toThrow(/3 bytes where 4/);
  expect(() => json<unknown>().serialize(undefined, context)).toThrow(/no JSON/);
});

describe('a Standard Schema', () => {
  /** Takes what has a numeric `n`, and reads its double. */
  const schema: StandardSchema<{ n: number }, { n: number; twice: number }> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => {
        const n = typeof value === 'object' && value !== null && 'n' in value ? value.n : undefined;
        if (typeof n !== 'number') return { issues: [{ message: 'a number is needed', path: ['n'] }] };
        return { value: { n, twice: 2 * n } };
      },
    },
  };

  test('checks what is sent and what is read, and transforms what is read', () => {
    const serde = json(schema);
    expect(String(serde.serialize({ n: 2 }, context))).toBe('{"n":2}');
    expect(serde.deserialize(Buffer.from('{"n":2}'), context)).toEqual({ n: 2, twice: 4 });
    expect(() => serde.deserialize(Buffer.from('{"n":"2"}'), context)).toThrow('n: a number is needed');
    const wrong: unknown = { n: 'x' };
    expect(() => serde.serialize(wrong as { n: number }, context)).toThrow('n: a number is needed');
  });

  test('one that is asynchronous is refused', () => {
    const slow: StandardSchema<unknown> = {
      '~standard': { version: 1, vendor: 'test', validate: async (value) => ({ value }) },
    };
    expect(() => json(slow).serialize(1, context)).toThrow(/asynchronously/);
  });
});

test('topics give their records their types', () => {
  const orders = topic('orders', { key: string, value: json<{ book: string }>() });
  const sizes = topic('sizes', { value: int32 });
  const raw = topic('raw');
  type Any = RecordOf<typeof orders> | RecordOf<typeof sizes> | RecordOf<typeof raw>;
  const look = (record: Any): void => {
    if (record.topic === 'orders') expectTypeOf(record.value).toEqualTypeOf<{ book: string }>();
    else if (record.topic === 'sizes') expectTypeOf(record.value).toEqualTypeOf<number>();
    else expectTypeOf(record.value).toEqualTypeOf<Buffer | null>();
  };
  expect(look).toBeTypeOf('function');
  expectTypeOf<RecordOf<typeof orders>['key']>().toEqualTypeOf<string | null>();
  const misuse = (producer: Producer): unknown[] => [
    producer.send(orders, { key: 'k', value: { book: 'Ulysses' } }),
    // @ts-expect-error the value of another topic
    producer.send(orders, { key: 'k', value: 7 }),
    // @ts-expect-error a key of the wrong type
    producer.send(orders, { key: 7, value: { book: 'Ulysses' } }),
    // @ts-expect-error a tombstone where none was declared
    producer.send(orders, { key: 'k', value: null }),
    producer.send(topic('t', { value: nullable(bytes) }), { value: null }),
  ];
  expect(misuse).toBeTypeOf('function');
});
