import { expect, test } from 'vitest';
import { simpleDateFormat } from './simple-date-format.ts';

const AFTERNOON = new Date(2026, 10, 1, 14, 5, 9, 7).getTime();
const MIDNIGHT = new Date(2026, 0, 3, 0, 0, 0, 0).getTime();

test.each([
  ['yyyy-MM-dd HH:mm:ss:SSS', AFTERNOON, '2026-11-01 14:05:09:007'],
  ["d.M.yy 'at' h:mm a", AFTERNOON, '1.11.26 at 2:05 PM'],
  ['EEE, EEEE d MMM MMMM D u', AFTERNOON, 'Sun, Sunday 1 Nov November 305 7'],
  ["HH 'o''clock' ''k K h", MIDNIGHT, "00 o'clock '24 0 12"],
])('%s', (pattern, timeMs, text) => {
  expect(simpleDateFormat(pattern)(timeMs)).toBe(text);
});

test('a letter that means nothing is refused as Java does', () => {
  expect(() => simpleDateFormat('foo')).toThrow("Illegal pattern character 'f'");
});
