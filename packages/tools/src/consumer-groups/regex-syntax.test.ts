import { expect, test } from 'vitest';
import { regexProblem } from './regex-syntax.ts';

test.each([
  'a.*',
  'a|b',
  '^(?i)orders-[^a-z]{2,3}?$',
  '(?P<name>x)+',
  '(?:a|)*',
  '[]a-]',
  '[[:alpha:]\\d]',
  '\\Q(\\E',
  '\\x{1F600}\\p{Greek}\\pL',
  'a{x}',
  '',
])('%s is valid', (text) => {
  expect(regexProblem(text)).toBeUndefined();
});

test.each([
  ['[', 'missing closing ]'],
  ['(a', 'missing closing )'],
  ['a)', 'unexpected )'],
  ['*', 'missing argument to repetition operator'],
  ['a|*', 'missing argument to repetition operator'],
  ['a**', 'invalid nested repetition operator'],
  ['a{1001}', 'invalid repeat count'],
  ['a{3,2}', 'invalid repeat count'],
  ['[z-a]', 'invalid character class range'],
  ['[[:nope:]]', 'invalid character class range'],
  ['(?=x)', 'invalid or unsupported Perl syntax'],
  ['(?<!x)', 'invalid named capture'],
  ['\\p{Nope}', 'invalid character class range'],
  ['(a)\\1', 'invalid escape sequence'],
  ['\\', 'trailing backslash at end of expression'],
])('%s: %s', (text, problem) => {
  expect(regexProblem(text)).toBe(problem);
});
