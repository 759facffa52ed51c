import { expect, test } from 'vitest';
import { runSeed } from './run.ts';

/** Within so many runs about recovery; each fails with a chance of about one in five or better. */
const SEEDS_MAX = 60;

/** A rule of storage that is switched off must be noticed, and by the invariant that needs it. */
test.each([
  ['checkCrcOnRecovery', 'R11 checksum'],
  ['replayTailAfterSnapshot', 'R12 producer-state'],
  ['dropSnapshotsBeyondLogEnd', 'R12 producer-state'],
  ['truncateEpochsWithLog', 'R8 epoch-cache'],
])('without %s the invariant %s is broken', { timeout: 30_000 }, async (rule, check) => {
  let failure: { readonly kind: string; readonly check: string } | undefined;
  for (let seed = 1; seed <= SEEDS_MAX && failure === undefined; seed++) {
    failure = (await runSeed(seed, { rules: { [rule]: false }, focus: 'recovery' })).failure;
  }
  expect(failure).toMatchObject({ kind: 'correctness', check });
});
