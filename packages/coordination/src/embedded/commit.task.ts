import type { Failure } from '../coordination.ts';
import type { Journal } from './journal.task.ts';
import type { EmbeddedStore, StoreRequest } from './store.ts';
import { fireWatches } from './store.ts';
import type { Applied } from './tree.ts';

/**
 * Commits what waits until nothing does. Each round applies its requests to the tree in order, journals the changes in
 * one frame, and only then lets watches and answers out; when the frame is not durable the tree is put back.
 */
export async function commitWaiting(store: EmbeddedStore, journal: Journal): Promise<void> {
  // One microtask later, so that what is submitted in the same breath shares the first frame.
  await Promise.resolve();
  for (let round = store.takeWaiting(); round.length > 0; round = store.takeWaiting()) {
    const outcomes = applyRound(store, round);
    const changed = outcomes.filter(
      (outcome): outcome is Applied => outcome?.ok === true && outcome.changes.length > 0,
    );
    const durable = changed.length === 0 || (await journal.append(changed));
    if (!durable) takeBack(store, round, outcomes);
    settleRound(round, outcomes);
    if (journal.wantsSnapshot) await journal.snapshot();
  }
}

function applyRound(store: EmbeddedStore, round: readonly StoreRequest[]): (Applied | Failure | undefined)[] {
  const nowMs = store.clock.wallMs();
  return round.map((request) => {
    if (request.kind === 'write') return store.tree.apply(request.sessionId, request.ops, nowMs);
    request.look();
    return undefined;
  });
}

function takeBack(
  store: EmbeddedStore,
  round: readonly StoreRequest[],
  outcomes: (Applied | Failure | undefined)[],
): void {
  for (let index = outcomes.length - 1; index >= 0; index--) {
    const outcome = outcomes[index];
    if (outcome?.ok === true) outcome.undo();
  }
  for (let index = 0; index < round.length; index++) {
    const request = round[index];
    if (request === undefined) continue;
    if (request.kind === 'read') {
      request.look();
      continue;
    }
    // A refusal may rest on a write that is now gone, and what touches ephemerals only needs no disk: both run again,
    // unless they would need the disk.
    const again = store.tree.apply(request.sessionId, request.ops, store.clock.wallMs());
    if (again.ok && again.changes.length > 0) {
      again.undo();
      outcomes[index] = { ok: false, code: 'StorageFailed', path: request.ops[0]?.path ?? '/' };
    } else {
      outcomes[index] = again;
    }
  }
}

function settleRound(round: readonly StoreRequest[], outcomes: readonly (Applied | Failure | undefined)[]): void {
  for (let index = 0; index < round.length; index++) {
    const request = round[index];
    const outcome = outcomes[index];
    if (request === undefined) continue;
    if (request.kind === 'read') {
      request.settle();
    } else if (outcome !== undefined) {
      if (outcome.ok) fireWatches(outcome);
      request.settle(outcome);
    }
  }
}
