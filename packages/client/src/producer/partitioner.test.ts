import { expect, test } from 'vitest';
import { broker, client } from '../test-support/client.ts';

// Made with Java's Utils.toPositive(Utils.murmur2(key)) % partitions, for every length of tail and bytes beyond ASCII.
test.each([
  ['a', 0x7fffffff & -1563381124],
  ['abc', 479470107],
  ['abcde', 461995741],
  ['ÿþý', 0x7fffffff & -827240790],
  ['21', 0x7fffffff & -973932308],
  ['foobar', 0x7fffffff & -790332482],
  ['a-little-bit-long-string', 0x7fffffff & -985981536],
  ['a-little-bit-longer-string', 0x7fffffff & -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', 0x7fffffff & -58897971],
])('a key goes where Java sends it: %s', async (key, hash) => {
  const server = await broker({ topics: { three: 3, six: 6, seven: 7 } });
  const producer = client(server).producer();
  for (const [topic, count] of [
    ['three', 3],
    ['six', 6],
    ['seven', 7],
  ] as const)
    expect((await producer.send(topic, { key, value: 'x' })).partition).toBe(hash % count);
});

test('records without a key stay together until a batch is full, then go elsewhere', async () => {
  const server = await broker({ topics: { many: 8 } });
  const producer = client(server).producer({ batchBytes: 1000 });
  const few = await producer.send(
    'many',
    Array.from({ length: 10 }, () => ({ value: 'x' })),
  );
  expect(new Set(few.map(({ partition }) => partition)).size).toBe(1);
  const many = await producer.send(
    'many',
    Array.from({ length: 2000 }, () => ({ value: 'x'.repeat(50) })),
  );
  const counts = new Map<number, number>();
  for (const { partition } of many) counts.set(partition, (counts.get(partition) ?? 0) + 1);
  expect(counts.size).toBe(8);
  expect(Math.min(...counts.values())).toBeGreaterThan(60);
});

test('a partitioner of the application decides, or leaves it', async () => {
  const server = await broker({ topics: { many: 8 } });
  const seen: unknown[] = [];
  const producer = client(server).producer({
    partitioner: ({ topic, key, partitions }) => {
      seen.push([topic, String(key), partitions]);
      return String(key) === 'mine' ? 5 : undefined;
    },
  });
  expect((await producer.send('many', { key: 'mine', value: '' })).partition).toBe(5);
  expect((await producer.send('many', { key: 'foobar', value: '' })).partition).toBe((0x7fffffff & -790332482) % 8);
  expect((await producer.send('many', { key: 'mine', value: '', partition: 2 })).partition).toBe(2);
  expect(seen).toEqual([
    ['many', 'mine', 8],
    ['many', 'foobar', 8],
  ]);
});
