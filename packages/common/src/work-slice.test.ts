import { expect, test } from 'vitest';
import { ManualClock } from './test-support/manual-clock.ts';
import { sliceItemsMax, sliceMsMax, WorkSlice } from './work-slice.ts';

test('is spent after its time, and after so many items where time stands still', () => {
  const clock = new ManualClock();
  const slice = new WorkSlice(clock);
  expect(slice.isSpent()).toBe(false);
  clock.advance(sliceMsMax);
  expect(slice.isSpent()).toBe(true);

  const still = new WorkSlice(clock);
  for (let item = 0; item < sliceItemsMax; item++) expect(still.isSpent()).toBe(false);
  expect(still.isSpent()).toBe(true);
});
