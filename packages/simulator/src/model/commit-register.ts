import type { Verdict } from '../verdict.ts';

/** A commit in flight, or done. Times are places in the order of all calls. */
export interface CommitOp {
  readonly value: number;
  readonly begunAt: number;
  ackedAt: number | undefined;
  /** It has taken effect by then, or never will: the broker that got it is gone. */
  boundAt: number | undefined;
  isLost: boolean;
}

/** Nothing is committed. */
export const NO_COMMIT = -1;

/**
 * R15: the committed offset of one partition of one group is a register: a read gives the last acknowledged commit, or one
 * whose outcome is unknown, or one that ran at the same time.
 */
export class CommitRegister {
  readonly #name: string;
  readonly #verdict: Verdict;
  readonly #ops: CommitOp[] = [{ value: NO_COMMIT, begunAt: 0, ackedAt: 0, boundAt: 0, isLost: false }];
  #now = 0;

  constructor(name: string, verdict: Verdict) {
    this.#name = name;
    this.#verdict = verdict;
  }

  begin(value: number): CommitOp {
    const op: CommitOp = { value, begunAt: ++this.#now, ackedAt: undefined, boundAt: undefined, isLost: false };
    this.#ops.push(op);
    return op;
  }

  acked(op: CommitOp): void {
    if (!op.isLost) op.ackedAt = ++this.#now;
  }

  /** The broker answered with an error that says that nothing was written. */
  refused(op: CommitOp): void {
    this.#ops.splice(this.#ops.indexOf(op), 1);
  }

  /** Hand the result to `read`. */
  beginRead(): number {
    return ++this.#now;
  }

  read(begunAt: number, value: number): void {
    this.#verdict.require(
      this.#ops.some((op) => op.value === value && !this.#isOverwritten(op, begunAt)),
      'R15 committed-offset',
      () =>
        `${this.#name} reads ${value}; commits: ${this.#ops
          .slice(-8)
          .map((op) => `${op.value}${op.ackedAt === undefined ? '?' : ''}`)
          .join(' ')}`,
    );
  }

  /** The broker ended: what was in flight has happened by now, or never will. A power loss may take acknowledged commits with it. */
  brokerEnded(takesCommits: boolean): void {
    const now = ++this.#now;
    for (const op of this.#ops) {
      op.boundAt ??= now;
      if (!takesCommits) continue;
      op.ackedAt = undefined;
      op.boundAt = now;
      op.isLost = true;
    }
  }

  #isOverwritten(op: CommitOp, readBegunAt: number): boolean {
    const end = Math.min(op.ackedAt ?? Number.POSITIVE_INFINITY, op.boundAt ?? Number.POSITIVE_INFINITY);
    return this.#ops.some((later) => later.ackedAt !== undefined && later.begunAt > end && later.ackedAt < readBegunAt);
  }
}
