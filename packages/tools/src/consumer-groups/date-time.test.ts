import { describe, expect, test } from 'vitest';
import { parseDateTime, parseDuration } from './date-time.ts';

describe('--to-datetime', () => {
  test.each([
    ['2024-01-31T12:00:00.250', '2024-01-31T12:00:00.250Z'],
    ['2024-01-31T12:00:00.000+0200', '2024-01-31T10:00:00.000Z'],
    ['2024-01-31T12:00:00.000+02', '2024-01-31T10:00:00.000Z'],
    ['2024-01-31T12:00:00.000Z', '2024-01-31T12:00:00.000Z'],
    ['2024-01-31T12:00:00.000+02:00', '2024-01-31T10:00:00.000Z'],
    ['2024-01-31T12:00:00.000-01:30', '2024-01-31T13:30:00.000Z'],
  ])('%s', (text, expected) => {
    expect(new Date(parseDateTime(text)).toISOString()).toBe(expected);
  });

  test.each([
    '2024-01-31',
    '2024-01-31T12:00:00',
    '2024-02-31T00:00:00.000',
    '2024-01-31T25:00:00.000',
    '2024-01-31Tnoon',
  ])('%s is refused', (text) => {
    expect(() => parseDateTime(text)).toThrow('java.text.ParseException');
  });
});

describe('--by-duration', () => {
  test.each([
    ['P1D', 86_400_000],
    ['PT1H30M', 5_400_000],
    ['P2DT1.5S', 172_801_500],
    ['-PT1M', -60_000],
    ['PT-0.5S', -500],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', 'P', 'PT', '1D', 'P1Y'])('%j is refused', (text) => {
    expect(() => parseDuration(text)).toThrow('Text cannot be parsed to a Duration');
  });
});
