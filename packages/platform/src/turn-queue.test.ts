import { describe, expect, it } from 'vitest';
import { TurnQueue, turnRoundsMax } from './turn-queue.ts';

function manualQueue(): { queue: TurnQueue; turn: () => void; scheduled: () => number } {
  const flushes: (() => void)[] = [];
  const queue = new TurnQueue((flush) => flushes.push(flush));
  return { queue, turn: () => flushes.shift()?.(), scheduled: () => flushes.length };
}

describe('the turn queue', () => {
  it('asks for one flush however many callbacks wait, and for none when a flush left nothing', () => {
    const { queue, turn, scheduled } = manualQueue();
    let ran = 0;
    for (let index = 0; index < 10; index++) queue.add(() => ran++);
    expect(scheduled()).toBe(1);
    turn();
    expect([ran, scheduled()]).toEqual([10, 0]);
    queue.add(() => ran++);
    expect(scheduled()).toBe(1);
  });

  it('yields to the loop after so many rounds', () => {
    const { queue, turn, scheduled } = manualQueue();
    let ran = 0;
    const again = (): void => {
      ran++;
      queue.add(again);
    };
    queue.add(again);
    turn();
    expect([ran, scheduled()]).toEqual([turnRoundsMax, 1]);
  });

  it('ends a turn of its own where that returns, with what waited before it', () => {
    const { queue, turn, scheduled } = manualQueue();
    const ran: string[] = [];
    queue.add(() => ran.push('before'));
    queue.turn(() => {
      queue.add(() => {
        ran.push('within');
        queue.add(() => ran.push('chained'));
      });
      queue.turn(() => queue.add(() => ran.push('nested')));
      ran.push('run');
    });
    expect(ran).toEqual(['run', 'before', 'within', 'nested', 'chained']);
    expect(scheduled()).toBe(1);
    turn();
    expect(() =>
      queue.turn(() => {
        queue.add(() => ran.push('after'));
        throw new Error('broken');
      }),
    ).toThrow('broken');
    expect(ran.slice(5)).toEqual(['after']);
    queue.add(() => ran.push('later'));
    expect(scheduled()).toBe(1);
    turn();
    expect(ran.slice(6)).toEqual(['later']);
  });

  it('loses no callback and no error when one throws', () => {
    const { queue, turn, scheduled } = manualQueue();
    const ran: string[] = [];
    queue.add(() => {
      ran.push('first');
      queue.add(() => ran.push('chained'));
    });
    queue.add(() => {
      throw new Error('broken');
    });
    queue.add(() => ran.push('third'));
    expect(turn).toThrow('broken');
    expect(scheduled()).toBe(1);
    turn();
    expect(ran).toEqual(['first', 'third', 'chained']);
    expect(scheduled()).toBe(0);
  });
});
