import { expect, test } from 'vitest';
import { runSeed } from './run.ts';
import { drawOptions } from './simulation-options.ts';

test('a seed takes the same path each time', async () => {
  const [one, again] = [await runSeed(7), await runSeed(7)];
  expect(one.failure).toBeUndefined();
  expect(again.traceHash).toBe(one.traceHash);
  expect((await runSeed(8)).traceHash).not.toBe(one.traceHash);
});

test('seeds pass', { timeout: 30_000 }, async () => {
  const failures: string[] = [];
  for (let seed = 1; seed <= 6; seed++) {
    const { failure } = await runSeed(seed);
    if (failure !== undefined) failures.push(`${seed}: ${failure.message}`);
  }
  expect(failures).toEqual([]);
});

test('options are drawn wide: every kind of fault and client is in some runs and missing in others', () => {
  const runs = Array.from({ length: 300 }, (_none, seed) => drawOptions(seed));
  expect(drawOptions(3)).toEqual(drawOptions(3));
  const features: ((run: (typeof runs)[number]) => unknown)[] = [
    (run) => run.churn,
    (run) => run.groupMembers > 0,
    (run) => run.flushesEach,
    (run) => run.hasRetention,
    (run) => run.logDirs.length > 1,
    (run) => run.producers.some(({ idempotent }) => idempotent),
    ...Object.keys(runs[0]?.faults ?? {})
      .filter((name) => name !== 'downMsMax')
      .map((name) => (run: (typeof runs)[number]) => Object.entries(run.faults).find(([key]) => key === name)?.[1]),
  ];
  for (const feature of features) {
    const having = runs.filter((run) => Boolean(feature(run))).length;
    expect(having).toBeGreaterThan(10);
    expect(having).toBeLessThan(300);
  }
});
