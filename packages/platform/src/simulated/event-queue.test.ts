import { describe, expect, it } from 'vitest';
import { EventQueue } from './event-queue.ts';
import { Prng } from './prng.ts';

describe('the event queue', () => {
  it('hands out by time, tie and age, whatever was cancelled', () => {
    const prng = new Prng(1);
    const queue = new EventQueue();
    const expected: [number, number, number][] = [];
    for (let index = 0; index < 20_000; index++) {
      const [atMs, tie] = [prng.integer(500), prng.integer(3)];
      const event = queue.add(atMs, tie, undefined, 'test', () => undefined);
      if (prng.chance(0.6)) event.cancel();
      else expected.push([atMs, tie, event.sequence]);
    }
    expected.sort((left, right) => left[0] - right[0] || left[1] - right[1] || left[2] - right[2]);
    expect(queue.size).toBe(expected.length);
    const got: [number, number, number][] = [];
    for (let event = queue.peek(); event !== undefined; event = queue.peek()) {
      got.push([event.atMs, event.tie, event.sequence]);
      queue.take();
    }
    expect(got).toEqual(expected);
    expect(queue.size).toBe(0);
  });
});

describe('the random numbers', () => {
  it('depend on seed and label only, and spread evenly', () => {
    const numbers = (seed: number | string, label: string): number[] => {
      const prng = new Prng(seed, label);
      return Array.from({ length: 5 }, () => prng.uint32());
    };
    expect(numbers(1, 'a')).toEqual(numbers(1, 'a'));
    expect(numbers(1, 'a')).not.toEqual(numbers(1, 'b'));
    expect(numbers(1, 'a')).not.toEqual(numbers(2, 'a'));
    const prng = new Prng(7);
    const buckets = new Array<number>(16).fill(0);
    for (let index = 0; index < 160_000; index++) {
      const bucket = prng.integer(16);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    for (const count of buckets) expect(Math.abs(count - 10_000)).toBeLessThan(500);
    let sum = 0;
    for (let index = 0; index < 100_000; index++) sum += prng.next();
    expect(sum / 100_000).toBeCloseTo(0.5, 2);
    let delays = 0;
    for (let index = 0; index < 100_000; index++) delays += prng.delay(1, 3);
    expect(delays / 100_000).toBeCloseTo(3, 1);
    expect(prng.chance(0)).toBe(false);
    expect(prng.chance(1)).toBe(true);
  });
});
