import { TimingWheel } from '@ottla/common';
import { createMemoryPlatform } from '@ottla/platform/node';
import { expect, it } from 'vitest';
import { Purgatory } from './purgatory.ts';

function waiter(isDone: () => boolean) {
  const log: string[] = [];
  return {
    log,
    tryComplete() {
      log.push('try');
      return isDone();
    },
    expire() {
      log.push('expire');
    },
  };
}

async function endOfTurn(clock: { endOfTurn(callback: () => void): void }): Promise<void> {
  await new Promise<void>((resolve) => clock.endOfTurn(resolve));
}

it('tries once per turn however often a key is woken, and forgets who is done', async () => {
  const { clock } = createMemoryPlatform({ log: { console: 'none' } });
  const purgatory = new Purgatory<string>(clock, new TimingWheel(clock));
  let isReady = false;
  const first = waiter(() => isReady);
  purgatory.watch(first, ['a', 'b'], 60_000);
  purgatory.wake('a');
  purgatory.wake('a');
  purgatory.wake('c');
  expect(first.log).toEqual([]);
  await endOfTurn(clock);
  expect(first.log).toEqual(['try']);
  isReady = true;
  purgatory.wake('b');
  await endOfTurn(clock);
  expect(first.log).toEqual(['try', 'try']);
  expect(purgatory.size).toBe(0);
  purgatory.wakeNow('a');
  expect(first.log).toEqual(['try', 'try']);
});

it('lets nobody try within his own try, and tries him again after it', async () => {
  const { clock } = createMemoryPlatform({ log: { console: 'none' } });
  const purgatory = new Purgatory<string>(clock, new TimingWheel(clock));
  const log: string[] = [];
  const failing = {
    tryComplete() {
      log.push('begin');
      // As a read that finds the disk failed: the partition stops, and all who wait for it are woken.
      if (log.length === 1) purgatory.wakeNow('a');
      log.push('end');
      return log.length > 2;
    },
    expire() {},
  };
  purgatory.watch(failing, ['a', 'b'], 60_000);
  purgatory.wakeNow('a');
  expect(log).toEqual(['begin', 'end', 'begin', 'end']);
  expect(purgatory.size).toBe(0);
});

it('expires whom nothing completed, and nobody who was cancelled', async () => {
  const { clock } = createMemoryPlatform({ log: { console: 'none' } });
  const purgatory = new Purgatory<string>(clock, new TimingWheel(clock));
  const cancelled = waiter(() => false);
  purgatory.watch(cancelled, ['a'], 1).cancel();
  const late = waiter(() => false);
  await new Promise<void>((resolve) => {
    purgatory.watch({ tryComplete: () => false, expire: resolve }, ['a'], 2);
    purgatory.watch(late, ['a'], 60_000);
  });
  expect(cancelled.log).toEqual([]);
  expect(purgatory.size).toBe(1);
  purgatory.wakeNow('a');
  expect(late.log).toEqual(['try']);
});
