import { expect, test } from 'vitest';
import { wrap, wrapJustified } from './wrap.ts';

const WIDTH = 75;

test.each([
  ['no spaces to share', ['no spaces to share']],
  [
    'producer-performance: error: one of the arguments --record-size --payload-file --payload-monotonic is required',
    [
      'producer-performance: error: one of  the arguments --record-size --payload-',
      'file --payload-monotonic is required',
    ],
  ],
  [
    'producer-performance: error: ambiguous option: --pro could match --producer-props, --producer.config',
    [
      'producer-performance:  error:  ambiguous  option:   --pro  could  match  --',
      'producer-props, --producer.config',
    ],
  ],
  [
    'producer-performance: error: Either --producer-props or --producer.config must be specified.',
    ['producer-performance: error: Either  --producer-props  or --producer.config', 'must be specified.'],
  ],
  [
    'producer-performance: error: argument --producer-props: expected 1 argument(s)',
    ['producer-performance: error: argument --producer-props: expected 1 argument', '(s)'],
  ],
  [
    'producer-performance: error: argument --payload-monotonic: not allowed with argument --record-size',
    ['producer-performance:  error:  argument  --payload-monotonic:  not  allowed', 'with argument --record-size'],
  ],
])('%s', (text, lines) => {
  expect(wrapJustified(text, WIDTH)).toEqual(lines);
});

test('an indent stands before what goes on', () => {
  expect(wrap('one two three\nfour', 8, '  ')).toEqual(['one two', '  three', 'four']);
});
