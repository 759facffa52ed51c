import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AsyncMutex } from './async-mutex.ts';
import { ExponentialBackoff } from './backoff.ts';
import { deferred } from './deferred.ts';
import {
  addInt64,
  compareInt64,
  INT64_MAX,
  INT64_MIN,
  type Int64,
  int64,
  parseInt64,
  readInt64,
  subtractInt64,
  toSafeNumber,
  writeInt64,
} from './int64.ts';
import { InvariantError, invariant, present } from './invariant.ts';
import { hasCollisionChars, topicNameError, topicNamesCollide } from './topic-name.ts';
import { isReservedUuid, ONE_UUID, randomUuid, uuidFromBytes, uuidToBytes, ZERO_UUID } from './uuid.ts';

const anyInt64 = fc.oneof(
  fc.bigInt({ min: INT64_MIN, max: INT64_MAX }),
  fc.integer().map(BigInt),
  fc.constantFrom(
    2n ** 53n,
    2n ** 53n - 1n,
    -(2n ** 53n),
    -(2n ** 53n) + 1n,
    INT64_MAX,
    INT64_MIN,
    0n,
    -1n,
    -(2n ** 32n),
  ),
);
const clamp = (value: bigint): bigint => (value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : value);
const isCanonical = (value: Int64): boolean => typeof value === 'number' || !Number.isSafeInteger(Number(value));

describe('Int64', () => {
  test('is exact over the whole range, and a number where it can be', () => {
    fc.assert(
      fc.property(anyInt64, anyInt64, (a, b) => {
        const [x, y] = [int64(a), int64(b)];
        const buffer = Buffer.alloc(10);
        expect(writeInt64(buffer, x, 1)).toBe(9);
        expect(buffer.readBigInt64BE(1)).toBe(a);
        expect(readInt64(buffer, 1)).toBe(x);
        expect(parseInt64(String(a))).toBe(x);
        for (const value of [x, addInt64(x, y), subtractInt64(x, y)]) expect(isCanonical(value)).toBe(true);
        expect(BigInt(addInt64(x, y))).toBe(clamp(a + b));
        expect(BigInt(subtractInt64(x, y))).toBe(clamp(a - b));
        expect(Math.sign(compareInt64(x, y))).toBe(a < b ? -1 : a > b ? 1 : 0);
        expect(Number.isSafeInteger(toSafeNumber(x))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('refuses what is no int64', () => {
    for (const text of ['', ' 1', '1.0', '0x1', '1e3', '--1', '9223372036854775808', '-9223372036854775809', '+']) {
      expect(parseInt64(text)).toBeUndefined();
    }
    expect(parseInt64('+9223372036854775807')).toBe(INT64_MAX);
    expect(Object.is(parseInt64('-0'), 0)).toBe(true);
    expect(() => int64(1.5)).toThrow(RangeError);
    expect(() => int64(2n ** 63n)).toThrow(RangeError);
  });
});

describe('ExponentialBackoff', () => {
  test('grows to its maximum, within its jitter (KIP-580)', () => {
    const middle = { next: () => 0.5, integer: () => 0 };
    const backoff = new ExponentialBackoff({ initialMs: 100, maxMs: 1000 }, middle);
    expect([0, 1, 2, 3, 4, 50].map((attempts) => backoff.delayMs(attempts))).toEqual([100, 200, 400, 800, 1000, 1000]);
    for (const next of [0, 0.999]) {
      const jittered = new ExponentialBackoff({ initialMs: 100, maxMs: 1000 }, { next: () => next, integer: () => 0 });
      expect(jittered.delayMs(1)).toBe(next === 0 ? 160 : 239);
      expect(jittered.delayMs(99)).toBe(next === 0 ? 800 : 1000);
    }
    const fixed = new ExponentialBackoff({ initialMs: 100, maxMs: 50, jitter: 0 }, middle);
    expect([0, 5].map((attempts) => fixed.delayMs(attempts))).toEqual([50, 50]);
  });
});

describe('uuid', () => {
  test('text and bytes', () => {
    const bytes = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    expect(uuidFromBytes(bytes)).toBe('ABEiM0RVZneImaq7zN3u_w');
    expect(uuidToBytes('ABEiM0RVZneImaq7zN3u_w')).toEqual(bytes);
    expect(uuidFromBytes(Buffer.concat([Buffer.alloc(3), bytes]), 3)).toBe('ABEiM0RVZneImaq7zN3u_w');
    expect([ZERO_UUID, ONE_UUID, 'AAAAAAAAAAAAAAAAAAAAAg'].map(isReservedUuid)).toEqual([true, true, false]);
    expect(() => uuidToBytes('A!AAAAAAAAAAAAAAAAAAAAA')).toThrow('Illegal base64 character 21');
    expect(uuidToBytes(`${ZERO_UUID}==`)).toEqual(Buffer.alloc(16));
    expect(() => uuidToBytes('abc')).toThrow(
      'Input string `abc` decoded as 2 bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID',
    );
    expect(() => uuidToBytes('a'.repeat(30))).toThrow(
      'Input string with prefix `aaaaaaaaaaaaaaaaaaaaaaaa` is too long to be decoded as a base64 UUID',
    );
  });

  test('a random one never begins with a dash', () => {
    const draws = [Buffer.alloc(16, 0xff).fill(0xf8, 0, 1), Buffer.alloc(16, 7)];
    const crypto = { randomBytes: () => draws.shift() ?? Buffer.alloc(16), hash: () => Buffer.alloc(0) };
    const uuid = randomUuid(crypto);
    expect(draws).toHaveLength(0);
    expect(uuid).toBe('BwcHBwcHRweHBwcHBwcHBw');
  });
});

test('topic names are refused in the words of Kafka', () => {
  expect(['a.b_c-1', '...', 'a'.repeat(249)].map((name) => topicNameError(name))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(topicNameError('')).toBe('Topic name is invalid: the empty string is not allowed');
  expect(topicNameError('.')).toBe("Topic name is invalid: '.' is not allowed");
  expect(topicNameError('..')).toBe("Topic name is invalid: '..' is not allowed");
  expect(topicNameError('a'.repeat(250))).toBe(
    `Topic name is invalid: the length of '${'a'.repeat(250)}' is longer than the max allowed length 249`,
  );
  for (const name of ['a b', 'a/b', 'é', 'a\n']) {
    expect(topicNameError(name)).toBe(
      `Topic name is invalid: '${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`,
    );
  }
  expect([topicNamesCollide('a.b', 'a_b'), topicNamesCollide('a.b', 'a-b'), hasCollisionChars('a-b')]).toEqual([
    true,
    false,
    false,
  ]);
});

test('a broken invariant is an error of its own kind', () => {
  expect(() => invariant(false, () => 'built late')).toThrow(new InvariantError('built late'));
  expect(() => present(undefined, 'gone')).toThrow(InvariantError);
  expect(present(0, 'gone')).toBe(0);
});

test('a deferred settles once', async () => {
  const one = deferred<number>();
  one.resolve(1);
  one.reject(new Error('late'));
  expect(await one.promise).toBe(1);
});

test('a mutex lets one in at a time, in order, and goes on after a failure', async () => {
  const mutex = new AsyncMutex();
  const events: string[] = [];
  const gate = deferred();
  const first = mutex.run(async () => {
    events.push('first in');
    await gate.promise;
    events.push('first out');
    throw new Error('failed');
  });
  const second = mutex.run(() => events.push('second'));
  expect(mutex.depth).toBe(2);
  gate.resolve();
  await expect(first).rejects.toThrow('failed');
  await second;
  expect(events).toEqual(['first in', 'first out', 'second']);
  await Promise.resolve();
  expect(mutex.depth).toBe(0);
});
