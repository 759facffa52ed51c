import { describe, expect, test } from 'vitest';
import type { BrokerRack } from './placement.ts';
import { placeReplicas } from './placement.ts';

const noRandom = {
  next: () => 0,
  integer: () => 0,
};

function brokers(first: number, racks: readonly (string | null)[]): BrokerRack[] {
  return racks.map((rack, index) => ({ id: first + index, rack }));
}

function placed(
  list: readonly BrokerRack[],
  partitions: number,
  replicationFactor: number,
  startIndex: number,
  firstPartition?: number,
): number[][] {
  const request = { brokers: list, partitions, replicationFactor, startIndex };
  const placement = placeReplicas(firstPartition === undefined ? request : { ...request, firstPartition }, noRandom);
  if (!placement.ok) throw new Error(placement.message);
  return [...placement.assignment.values()];
}

const bare = brokers(0, [null, null, null, null, null]);
const threeRacks = brokers(0, ['r1', 'r3', 'r3', 'r2', 'r2', 'r1']);
const uneven = brokers(10, ['a', 'a', 'a', 'b', 'c']);

// What AdminUtils.assignReplicasToBrokers of Apache Kafka 3.9.2 answers to the same input.
describe('replicas go where Kafka puts them', () => {
  test('without racks', () => {
    expect(placed(bare, 12, 3, 0)).toEqual([
      [0, 1, 2],
      [1, 2, 3],
      [2, 3, 4],
      [3, 4, 0],
      [4, 0, 1],
      [0, 2, 3],
      [1, 3, 4],
      [2, 4, 0],
      [3, 0, 1],
      [4, 1, 2],
      [0, 3, 4],
      [1, 4, 0],
    ]);
    expect(placed(bare, 6, 2, 3, 4)).toEqual([
      [2, 1],
      [3, 4],
      [4, 0],
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  test('over racks of equal size', () => {
    expect(placed(threeRacks, 12, 3, 0)).toEqual([
      [0, 3, 1],
      [3, 1, 5],
      [1, 5, 4],
      [5, 4, 2],
      [4, 2, 0],
      [2, 0, 3],
      [0, 4, 2],
      [3, 2, 0],
      [1, 0, 3],
      [5, 3, 1],
      [4, 1, 5],
      [2, 5, 4],
    ]);
    expect(placed(threeRacks, 7, 4, 2, 5)).toEqual([
      [3, 5, 2, 0],
      [1, 3, 5, 4],
      [5, 1, 4, 2],
      [4, 5, 2, 0],
      [2, 4, 0, 3],
      [0, 2, 3, 1],
      [3, 0, 1, 5],
    ]);
  });

  test('over racks of different size', () => {
    expect(placed(uneven, 6, 4, 1)).toEqual([
      [13, 10, 14, 11],
      [14, 13, 11, 12],
      [11, 14, 13, 12],
      [12, 13, 14, 11],
      [10, 13, 14, 11],
      [13, 12, 14, 11],
    ]);
  });

  test('on one broker', () => {
    expect(placed(brokers(7, ['a']), 3, 1, 0)).toEqual([[7], [7], [7]]);
    expect(placed(brokers(7, [null]), 3, 1, 0)).toEqual([[7], [7], [7]]);
  });

  test('refusals carry Kafka’s words', () => {
    const message = (partitions: number, replicationFactor: number, list = bare): string => {
      const placement = placeReplicas({ brokers: list, partitions, replicationFactor }, noRandom);
      return placement.ok ? 'placed' : placement.message;
    };
    expect(message(0, 1)).toBe('Number of partitions must be larger than 0.');
    expect(message(1, 0)).toBe('Replication factor must be larger than 0.');
    expect(message(1, 9)).toBe('Replication factor: 9 larger than available brokers: 5.');
    expect(message(1, 1, brokers(0, ['a', null]))).toBe(
      'Not all brokers have rack information for replica rack aware assignment.',
    );
  });
});
