import { describe, expect, it } from 'vitest';
import { memoryTwin, nodeTwin, simulatedTwin } from './twins.ts';

describe.each([nodeTwin, memoryTwin, simulatedTwin(1)])('runtime of the $name twin', (twin) => {
  it('knows nothing before it watches and after it was closed', () =>
    twin.run(async ({ runtime, clock }) => {
      const nothing = { loopDelayMs: { p50: 0, p99: 0, p999: 0, max: 0 }, gcShare: 0 };
      expect(runtime.figures()).toEqual(nothing);
      runtime.watch();
      runtime.watch();
      await clock.sleep(50);
      const { loopDelayMs, gcShare } = runtime.figures();
      expect(loopDelayMs.p50).toBeGreaterThanOrEqual(0);
      expect(loopDelayMs.p999).toBeGreaterThanOrEqual(loopDelayMs.p50);
      expect(loopDelayMs.max).toBeGreaterThanOrEqual(loopDelayMs.p999 * 0.99);
      expect(gcShare).toBeGreaterThanOrEqual(0);
      expect(gcShare).toBeLessThanOrEqual(1);
      expect(runtime.figures()).toEqual({ loopDelayMs, gcShare });
      runtime.close();
      expect(runtime.figures()).toEqual(nothing);
    }));
});

it('a stall of the loop shows, and so does garbage', () =>
  nodeTwin.run(async ({ runtime, clock }) => {
    runtime.watch();
    await clock.sleep(30);
    const end = clock.monotonicMs() + 150;
    let kept: number[][] = [];
    while (clock.monotonicMs() < end) kept = [...kept.slice(-200), new Array<number>(1000).fill(kept.length)];
    await clock.sleep(30);
    const { loopDelayMs, gcShare } = runtime.figures();
    expect(loopDelayMs.max).toBeGreaterThan(100);
    expect(gcShare).toBeGreaterThan(0);
    runtime.close();
  }));
