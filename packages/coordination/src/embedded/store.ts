import type { Clock } from '@ottla/platform';
import type { Coordination, Failure, MultiOp, Outcome } from '../coordination.ts';
import { commitWaiting } from './commit.task.ts';
import { EmbeddedSession } from './embedded-session.ts';
import type { Journal } from './journal.task.ts';
import type { Applied, Tree } from './tree.ts';

/** Requests that may wait for one commit; more is a runaway caller. */
export const WAITING_REQUESTS_MAX = 100_000;

export interface WriteRequest {
  readonly kind: 'write';
  readonly sessionId: string;
  readonly ops: readonly MultiOp[];
  settle(outcome: Applied | Failure): void;
}

export interface ReadRequest {
  readonly kind: 'read';
  /** Looks at the tree; called again when the writes before it were taken back. */
  look(): void;
  settle(): void;
}

export type StoreRequest = WriteRequest | ReadRequest;

/**
 * The embedded tree with its journal: one order of requests for all sessions. While a commit is under way what arrives
 * waits, and goes into the next one: one write and one fsync for all of it.
 */
export class EmbeddedStore {
  readonly tree: Tree;
  readonly clock: Clock;
  readonly #journal: Journal | undefined;
  readonly #sessions = new Map<string, EmbeddedSession>();
  #waiting: StoreRequest[] = [];
  #committing = false;
  #nextSession = 1;

  /** Without a journal the tree lives in memory only. */
  constructor(tree: Tree, clock: Clock, journal?: Journal) {
    this.tree = tree;
    this.clock = clock;
    this.#journal = journal;
  }

  /** A new session on this tree. */
  connect(): Coordination {
    const id = `0x${this.#nextSession.toString(16)}`;
    this.#nextSession++;
    const session = new EmbeddedSession(this, id);
    this.#sessions.set(id, session);
    return session;
  }

  /** Why writes fail for good, undefined while they do not. */
  get broken(): string | undefined {
    return this.#journal?.broken;
  }

  submit(request: StoreRequest): void {
    if (!this.#committing && this.#waiting.length === 0) {
      if (request.kind === 'read') {
        request.look();
        request.settle();
        return;
      }
      if (this.#journal === undefined) {
        const outcome = this.tree.apply(request.sessionId, request.ops, this.clock.wallMs());
        if (outcome.ok) fireWatches(outcome);
        request.settle(outcome);
        return;
      }
    }
    if (this.#waiting.length >= WAITING_REQUESTS_MAX) {
      throw new Error(`more than ${WAITING_REQUESTS_MAX} metadata requests wait for one commit`);
    }
    this.#waiting.push(request);
    if (this.#committing || this.#journal === undefined) return;
    this.#committing = true;
    void commitWaiting(this, this.#journal);
  }

  /** What waits, for one commit; empty ends the commit loop. */
  takeWaiting(): StoreRequest[] {
    const taken = this.#waiting;
    this.#waiting = [];
    if (taken.length === 0) this.#committing = false;
    return taken;
  }

  endSession(id: string): Promise<void> {
    return new Promise((resolve) => {
      this.submit({
        kind: 'read',
        look: () => {},
        settle: () => {
          const ops = this.tree.sessionEnd(id);
          if (ops.length > 0) {
            const outcome = this.tree.apply(id, ops, this.clock.wallMs());
            if (outcome.ok) fireWatches(outcome);
          }
          this.tree.dropSession(id);
          this.#sessions.delete(id);
          resolve();
        },
      });
    });
  }

  /** Ends a session as ZooKeeper does when nothing was heard of a client; its listeners are told. */
  expireSession(id: string): Promise<void> {
    return this.#sessions.get(id)?.expire() ?? Promise.resolve();
  }

  /** Waits for what was submitted, then closes the files. Sessions end without removal of their ephemerals being seen. */
  close(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.submit({
        kind: 'read',
        look: () => {},
        settle: () => {
          const closed = this.#journal === undefined ? Promise.resolve() : this.#journal.close();
          closed.then(resolve, reject);
        },
      });
    });
  }
}

/** Runs the watches of a transaction that is durable. */
export function fireWatches(applied: Applied): void {
  for (const { watch, event } of applied.fired) watch(event);
}

/** The outcome for a client of a transaction with one op. */
export function single<T>(outcome: Applied | Failure, pick: (applied: Applied) => T): Outcome<T> {
  if (outcome.ok) return { ok: true, ...pick(outcome) };
  return { ok: false, code: outcome.code, path: outcome.path };
}
