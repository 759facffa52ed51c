import { describe, expect, test } from 'vitest';
import { filterOfOptions, filterOfRules, type PartitionFilter } from './partition-filter.ts';

const through = (filter: PartitionFilter, topic = 'orders'): number[] =>
  [0, 1, 2, 3, 4, 5].filter((partition) => filter(topic, partition));

describe('the partitions kafka-get-offsets is asked for', () => {
  test.each([
    ['orders:1', [1]],
    ['orders:1-3', [1, 2]],
    ['orders:4-', [4, 5]],
    ['orders:-2', [0, 1]],
    ['ord.*:2,:5', [2, 5]],
    ['orders', [0, 1, 2, 3, 4, 5]],
    ['order', []],
  ])('rule %s', (rules, partitions) => {
    expect(through(filterOfRules(rules))).toEqual(partitions);
  });

  test('a topic and partitions narrow each other down', () => {
    expect(through(filterOfOptions('orders,other', '0,2'))).toEqual([0, 2]);
    expect(through(filterOfOptions('other', '0,2'))).toEqual([]);
  });

  test('what is no rule and no number is named', () => {
    expect(() => filterOfRules('orders:1-x')).toThrow('Invalid rule specification: orders:1-x');
    expect(() => filterOfOptions(undefined, '1,x')).toThrow('but received: 1,x');
  });
});
