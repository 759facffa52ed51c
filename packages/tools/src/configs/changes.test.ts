import { describe, expect, test } from 'vitest';
import { parseJavaDouble } from '../cli/java-double.ts';
import { checkKeys, parseAdded, parseDeleted, parseScram } from './changes.ts';

describe('--add-config', () => {
  test('brackets keep commas and equals signs together', () => {
    expect([
      ...parseAdded('retention.ms=1,cleanup.policy=[compact,delete],SCRAM-SHA-256=[iterations=8192,password=x]'),
    ]).toEqual([
      ['retention.ms', '1'],
      ['cleanup.policy', 'compact,delete'],
      ['SCRAM-SHA-256', 'iterations=8192,password=x'],
    ]);
  });

  test('commas at the end are no change', () => {
    expect([...parseAdded('retention.ms=1,')]).toEqual([['retention.ms', '1']]);
    expect([...parseAdded(',')]).toEqual([]);
  });

  test.each(['', 'x', 'a=1,b', 'a=b=c'])('%s is refused', (text) => {
    expect(() => parseAdded(text)).toThrow('all configs to be added must be in the format "key=val"');
  });

  test('a key may not have other characters', () => {
    expect(() => checkKeys(['retention.ms', 'a b'])).toThrow('Invalid character found for config key: a b');
  });
});

test('--delete-config', () => {
  expect(parseDeleted('a, b,')).toEqual(['a', 'b']);
  expect(parseDeleted('')).toEqual(['']);
  expect(parseDeleted(undefined)).toEqual([]);
});

describe('a SCRAM credential', () => {
  test('has 4096 iterations unless it says so', () => {
    expect(parseScram('SCRAM-SHA-256', 'password=a,b')).toEqual({ iterations: 4096, password: 'a,b' });
    expect(parseScram('SCRAM-SHA-256', 'iterations=8192,password=a')).toEqual({ iterations: 8192, password: 'a' });
  });

  test.each([
    ['iterations=1,password=x', 'Iterations 1 is less than the minimum 4096 required for SCRAM-SHA-512'],
    ['iterations=99999,password=x', 'Iterations 99999 is greater than the maximum 16384 required for SCRAM-SHA-512'],
    ['iterations=8192', 'Invalid credential property SCRAM_SHA_512=iterations=8192'],
  ])('%s is refused', (text, message) => {
    expect(() => parseScram('SCRAM-SHA-512', text)).toThrow(message);
  });
});

test.each([
  ['1024', 1024],
  [' 1e3 ', 1000],
  ['.5', 0.5],
  ['5d', 5],
  ['1.F', 1],
  ['-Infinity', -Infinity],
])('%s is a double to Java', (text, value) => {
  expect(parseJavaDouble(text)).toBe(value);
});

test.each(['', '0x10', 'x', '5g', '1e', '1_000'])('%j is none', (text) => {
  expect(parseJavaDouble(text)).toBeUndefined();
});
