import { describe, expect, it } from 'vitest';
import { memoryTwin, nodeTwin, simulatedTwin } from './twins.ts';

describe.each([nodeTwin, memoryTwin, simulatedTwin(1), simulatedTwin(2)])('clock of the $name twin', (twin) => {
  it('fires timers not before their delay, in order, and not when cancelled', () =>
    twin.run(async ({ clock }) => {
      const fired: string[] = [];
      const start = clock.monotonicMs();
      const cancelled = clock.setTimer(5, () => fired.push('cancelled'));
      const elapsed = await new Promise<number>((resolve) => {
        clock.setTimer(30, () => {
          fired.push('30');
          resolve(clock.monotonicMs() - start);
        });
        clock.setTimer(10, () => {
          fired.push('10');
          cancelled.cancel();
        });
        cancelled.cancel();
        clock.setTimer(-1, () => fired.push('-1'));
        clock.setTimer(Number.POSITIVE_INFINITY, () => fired.push('never')).cancel();
        const late = clock.setTimer(2 ** 40, () => fired.push('never'));
        clock.setTimer(20, () => late.cancel());
      });
      expect(elapsed).toBeGreaterThanOrEqual(30);
      expect(fired).toEqual(['-1', '10', '30']);
    }));

  it('runs what is queued for the end of the turn in one go, chains included', () =>
    twin.run(async ({ clock }) => {
      const order: string[] = [];
      await new Promise<void>((resolve) => {
        clock.endOfTurn(() => {
          order.push('first');
          clock.endOfTurn(() => {
            order.push('chained');
            resolve();
          });
          void Promise.resolve().then(() => order.push('microtask'));
        });
        clock.endOfTurn(() => order.push('second'));
        order.push('now');
      });
      await Promise.resolve();
      expect(order).toEqual(['now', 'first', 'second', 'chained', 'microtask']);
    }));

  it('does not starve timers behind callbacks that queue each other forever', () =>
    twin.run(async ({ clock }) => {
      let stop = false;
      const again = (): void => {
        if (!stop) clock.endOfTurn(again);
      };
      again();
      await clock.sleep(5);
      stop = true;
    }));

  it('sleeps, and wakes with the reason of an abort', () =>
    twin.run(async ({ clock }) => {
      const start = clock.monotonicMs();
      await clock.sleep(12);
      expect(clock.monotonicMs() - start).toBeGreaterThanOrEqual(12);
      const abort = new AbortController();
      const asleep = clock.sleep(60_000, abort.signal);
      clock.setTimer(1, () => abort.abort(new Error('woken')));
      await expect(asleep).rejects.toThrow('woken');
      await expect(clock.sleep(1, abort.signal)).rejects.toThrow('woken');
    }));

  it('stamps with whole milliseconds and counts with fractions', () =>
    twin.run(async ({ clock }) => {
      expect(Number.isInteger(clock.wallMs())).toBe(true);
      expect(clock.wallMs()).toBeGreaterThan(Date.UTC(2020, 0));
      const before = clock.monotonicMs();
      await clock.sleep(2);
      expect(clock.monotonicMs()).toBeGreaterThanOrEqual(before + 2);
    }));
});
