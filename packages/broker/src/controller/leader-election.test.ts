import { describe, expect, test } from 'vitest';
import type { ElectionInput } from './leader-election.ts';
import { electForShutdown, electOffline, electPreferred, electReassigned } from './leader-election.ts';

function input(assignment: number[], isr: number[], live: number[]): ElectionInput {
  return { assignment, isr, isLive: (broker) => live.includes(broker) };
}

describe('leader election', () => {
  test('the leader is gone: the first of the assignment that lives and is in sync', () => {
    expect(electOffline(input([1, 2, 3], [3, 2], [2, 3]), false)).toEqual({ leader: 2, isr: [3, 2], unclean: false });
    expect(electOffline(input([1, 2, 3], [1, 3], [2, 3]), false)).toEqual({ leader: 3, isr: [3], unclean: false });
  });

  test('nobody in sync lives: nobody leads, unless records may be lost', () => {
    const lost = input([1, 2, 3], [1], [3, 2]);
    expect(electOffline(lost, false)).toBeUndefined();
    expect(electOffline(lost, true)).toEqual({ leader: 2, isr: [2], unclean: true });
    expect(electOffline(input([1], [1], []), true)).toBeUndefined();
  });

  test('preferred: the head of the assignment or nobody', () => {
    expect(electPreferred(input([1, 2], [2, 1], [1, 2]))).toEqual({ leader: 1, isr: [2, 1], unclean: false });
    expect(electPreferred(input([1, 2], [2], [1, 2]))).toBeUndefined();
    expect(electPreferred(input([1, 2], [1, 2], [2]))).toBeUndefined();
  });

  test('reassigned: the first target that lives and is in sync', () => {
    expect(electReassigned(input([4, 5, 1], [1, 5], [4, 5, 1]), [4, 5])?.leader).toBe(5);
    expect(electReassigned(input([4, 5, 1], [1], [4, 5, 1]), [4, 5])).toBeUndefined();
  });

  test('shutdown: who leaves neither leads nor stays in sync', () => {
    const leaving = new Set([1]);
    expect(electForShutdown(input([1, 2, 3], [1, 2], [1, 2, 3]), leaving)).toEqual({
      leader: 2,
      isr: [2],
      unclean: false,
    });
    expect(electForShutdown(input([1, 2], [1], [1, 2]), leaving)).toBeUndefined();
  });
});
