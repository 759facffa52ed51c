import { expect, test } from 'vitest';
import { javaFixed } from './java-format.ts';

test.each([
  [16.15, 1, '16.2'],
  [0.125, 2, '0.13'],
  [1.005, 2, '1.01'],
  [-2.5, 0, '-3'],
  [0, 4, '0.0000'],
  [1e21, 1, '1000000000000000000000.0'],
  [1.5e-7, 6, '0.000000'],
  [9.99999951, 6, '10.000000'],
  [24_987.506_247, 6, '24987.506247'],
  [Number.NaN, 2, 'NaN'],
  [Number.POSITIVE_INFINITY, 2, 'Infinity'],
])('%d with %d digits is %s', (value, digits, text) => {
  expect(javaFixed(value, digits)).toBe(text);
});
