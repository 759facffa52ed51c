import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../test-support/manual-clock.ts';
import { type TimerTask, TimingWheel } from './timing-wheel.ts';

const delays = fc.oneof(
  fc.integer({ min: 0, max: 30 }),
  fc.integer({ min: 0, max: 10_000 }),
  fc.integer({ min: 0, max: 3_000_000 }),
  fc.double({ min: 0, max: 500, noNaN: true }),
);
type Command =
  | { readonly kind: 'schedule'; readonly delayMs: number; readonly again: number | undefined }
  | { readonly kind: 'cancel'; readonly index: number }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'stall'; readonly ms: number };
const commands: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('schedule' as const),
      delayMs: delays,
      again: fc.option(delays, { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), index: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: delays }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stall' as const), ms: delays }) },
);

interface Expected {
  readonly dueMs: number;
  readonly task: TimerTask;
  firedMs: number | undefined;
  cancelled: boolean;
}

describe('TimingWheel', () => {
  test.each([
    { tickMs: 1, wheelSize: 20 },
    { tickMs: 1, wheelSize: 2 },
    { tickMs: 7, wheelSize: 5 },
  ])('fires what a list of deadlines would, $tickMs ms x $wheelSize', ({ tickMs, wheelSize }) => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.array(commands, { maxLength: 60 }),
        (startMs, script) => {
          const clock = new ManualClock(startMs);
          const wheel = new TimingWheel(clock, { tickMs, wheelSize });
          const model: Expected[] = [];
          const schedule = (delayMs: number, again: number | undefined): void => {
            let called = false;
            const task = wheel.schedule(delayMs, () => {
              called = true;
              expected.firedMs = clock.nowMs;
              if (again !== undefined) schedule(again, undefined);
            });
            expect(called).toBe(false);
            const expected: Expected = { dueMs: clock.nowMs + delayMs, task, firedMs: undefined, cancelled: false };
            model.push(expected);
          };
          const settle = (): void => {
            for (const expected of model) {
              const isOpen = !expected.cancelled && expected.firedMs === undefined;
              // Late by at most a tick, since the loop was free after the last command.
              if (isOpen) expect(expected.dueMs).toBeGreaterThan(clock.nowMs - tickMs);
              if (expected.cancelled) expect(expected.firedMs).toBeUndefined();
              if (expected.firedMs !== undefined) expect(expected.firedMs).toBeGreaterThanOrEqual(expected.dueMs);
              expect(expected.task.isPending).toBe(isOpen);
            }
            const open = model.filter((expected) => !expected.cancelled && expected.firedMs === undefined);
            expect(wheel.size).toBe(open.length);
            expect(clock.pendingTimers).toBe(open.length === 0 ? 0 : 1);
          };
          for (const command of script) {
            if (command.kind === 'schedule') schedule(command.delayMs, command.again);
            else if (command.kind === 'cancel') {
              const target = model[command.index % Math.max(model.length, 1)];
              if (target === undefined) continue;
              const wasOpen = !target.cancelled && target.firedMs === undefined;
              expect(target.task.cancel()).toBe(wasOpen);
              if (wasOpen) target.cancelled = true;
            } else if (command.kind === 'stall') {
              clock.stall(command.ms);
              continue;
            } else {
              clock.advance(command.ms);
              settle();
            }
          }
          clock.advance(20_000_000);
          settle();
          expect(wheel.size).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('tasks of different ticks fire in order of their deadlines, also after a stall', () => {
    const clock = new ManualClock(12_345.6);
    const wheel = new TimingWheel(clock);
    const fired: number[] = [];
    for (const delayMs of [500, 3, 21, 20, 19, 8000, 400, 401, 399]) wheel.schedule(delayMs, () => fired.push(delayMs));
    clock.stall(7000);
    clock.advance(0);
    expect(fired).toEqual([3, 19, 20, 21, 399, 400, 401, 500]);
    clock.advance(1001);
    expect(fired.at(-1)).toBe(8000);
  });

  test('one timer serves all tasks and none is left when the last is cancelled', () => {
    const clock = new ManualClock();
    const wheel = new TimingWheel(clock);
    const tasks = Array.from({ length: 10_000 }, (_, index) => wheel.schedule(30_000 + index, () => {}));
    expect(clock.pendingTimers).toBe(1);
    expect(clock.timersArmed).toBeLessThan(5);
    for (const task of tasks) task.cancel();
    expect(wheel.size).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  test('a task that throws does not take the others of its tick with it', () => {
    const clock = new ManualClock();
    const wheel = new TimingWheel(clock);
    const fired: string[] = [];
    wheel.schedule(5, () => {
      throw new Error('broken');
    });
    wheel.schedule(5, () => fired.push('second'));
    expect(() => clock.advance(5)).toThrow('broken');
    clock.advance(0);
    expect(fired).toEqual(['second']);
    expect(wheel.size).toBe(0);
  });

  test('a task may cancel another of its tick, or close the wheel', () => {
    const clock = new ManualClock();
    const wheel = new TimingWheel(clock);
    const fired: string[] = [];
    wheel.schedule(5, () => {
      fired.push('first');
      second.cancel();
    });
    const second = wheel.schedule(5, () => fired.push('second'));
    wheel.schedule(6, () => {
      fired.push('third');
      wheel.close();
    });
    wheel.schedule(6, () => fired.push('fourth'));
    wheel.schedule(7, () => fired.push('fifth'));
    clock.advance(10);
    expect(fired).toEqual(['first', 'third']);
    expect(clock.pendingTimers).toBe(0);
    expect(wheel.schedule(1, () => fired.push('late')).isPending).toBe(false);
    clock.advance(10);
    expect(fired).toEqual(['first', 'third']);
  });

  test('a task that reschedules itself without delay yields to the loop', () => {
    const clock = new ManualClock();
    const wheel = new TimingWheel(clock);
    let runs = 0;
    const run = (): void => {
      runs++;
      if (runs < 5) wheel.schedule(0, run);
    };
    wheel.schedule(0, run);
    expect(runs).toBe(0);
    clock.advance(0);
    expect(runs).toBe(5);
    expect(clock.timersArmed).toBe(5);
  });

  test('a deadline farther than a timer can reach', () => {
    const clock = new ManualClock();
    const wheel = new TimingWheel(clock);
    let fired = 0;
    wheel.schedule(2 ** 33, () => fired++);
    wheel.schedule(Number.POSITIVE_INFINITY, () => fired++);
    clock.advance(2 ** 33 - 1);
    expect(fired).toBe(0);
    clock.advance(1);
    expect(fired).toBe(1);
  });
});
