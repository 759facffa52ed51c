import { describe, expect, test } from 'vitest';
import { formatPlan, parsePlan } from './reset-plan.ts';

const places = [
  { topic: 'orders', partition: 0, offset: 5 },
  { topic: 'a-topic-with-more-than-24-characters', partition: 1, offset: 7 },
];

describe('a plan of offsets as CSV', () => {
  test('long names stand in quotes, as Kafka’s tool writes them', () => {
    expect(formatPlan(new Map([['g', places]]), false)).toBe(
      'orders,0,5\n"a-topic-with-more-than-24-characters",1,7\n',
    );
  });

  test.each([false, true])('what is written can be read (group in front: %j)', (withGroup) => {
    const plan = new Map([['my "own", group', places]]);
    expect(parsePlan(formatPlan(plan, withGroup), withGroup ? undefined : 'my "own", group')).toEqual(plan);
  });

  test('lines may name their group also when one group is asked for', () => {
    expect(parsePlan('g,orders,0,5\n', 'g')).toEqual(new Map([['g', places.slice(0, 1)]]));
  });

  test('a line that is none is shown', () => {
    expect(() => parsePlan('orders,zero,5', 'g')).toThrow("'orders,zero,5'");
  });
});
