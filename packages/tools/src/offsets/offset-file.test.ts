import { expect, test } from 'vitest';
import { parseOffsetFile } from './offset-file.ts';

test('partitions and the offsets to delete up to', () => {
  const text = '{"partitions":[{"topic":"a","partition":0,"offset":3},{"topic":"a","partition":1,"offset":-1}]}';
  expect(parseOffsetFile(text)).toEqual([
    { topic: 'a', partition: 0, offset: 3 },
    { topic: 'a', partition: 1, offset: -1 },
  ]);
});

test.each([
  ['{"partitions":[', 'The input string is not a valid JSON'],
  ['{"x":1}', 'Missing partitions field'],
  ['[1]', 'Expected JSON object, received [1]'],
  ['{"partitions":{}}', 'Expected JSON array, received {}'],
  ['{"partitions":[{"topic":5}]}', 'Expected `String` value, received 5'],
  ['{"partitions":[{"topic":"a","partition":"0"}]}', 'Expected `Integer` value, received "0"'],
  ['{"partitions":[{"topic":"a","partition":0,"offset":1.5}]}', 'Expected `Long` value, received 1.5'],
  ['{"partitions":[],"version":2}', 'Not supported version field value 2'],
  ['{"partitions":[{"topic":"a","offset":3}]}', 'No such field exists: `partition`'],
  [
    '{"partitions":[{"topic":"a","partition":0,"offset":3},{"topic":"a","partition":0,"offset":4}]}',
    'Offset json file contains duplicate topic partitions: a-0',
  ],
])('%s: %s', (text, message) => {
  expect(() => parseOffsetFile(text)).toThrow(message);
});
