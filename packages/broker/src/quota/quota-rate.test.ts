import { expect, test } from 'vitest';
import { QuotaRate } from './quota-rate.ts';

const WINDOWS = { count: 11, sizeMs: 1000 };

test('a burst after silence counts over all windows but the last', () => {
  const rate = new QuotaRate(WINDOWS);
  rate.record(100, 0);
  expect(rate.measure(0)).toBeCloseTo(10);
  expect(rate.throttleMs(10, 0)).toBe(0);
  // 20 a second over 10 s: back at 5 a second after 30 s more.
  rate.record(100, 0);
  expect(rate.throttleMs(5, 0)).toBe(30_000);
});

test('what is older than all windows is forgotten', () => {
  const rate = new QuotaRate(WINDOWS);
  for (let second = 0; second < 11; second++) rate.record(10, second * 1000);
  expect(rate.measure(10_500)).toBeCloseTo(110 / 10.5);
  expect(rate.measure(11_500)).toBeCloseTo(100 / 10.5);
  expect(rate.measure(30_000)).toBe(0);
});

test('no throttle is longer than an answer can tell', () => {
  const rate = new QuotaRate(WINDOWS);
  rate.record(1e12, 0);
  expect(rate.throttleMs(0.001, 0)).toBe(2 ** 31 - 1);
});
