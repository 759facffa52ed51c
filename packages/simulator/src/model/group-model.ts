import type { Verdict } from '../verdict.ts';

/** R17 for a group whose leader assigns: everybody gets what the leader of the generation gave him, and generations go up. */
export class GroupModel {
  readonly groupId: string;
  readonly #verdict: Verdict;
  readonly #plans = new Map<string, ReadonlyMap<string, Buffer>>();
  /** The newest generation that a member was told to be complete; it is written down by then. */
  #completed = 0;
  /** What lives up to this one said of generations may be lost. */
  #lostUpToLife = 0;

  constructor(groupId: string, verdict: Verdict) {
    this.groupId = groupId;
    this.#verdict = verdict;
  }

  joined(generation: number, member: string): void {
    this.#verdict.require(
      generation >= this.#completed,
      'R17 generation',
      () => `${member} joined ${this.groupId} in generation ${generation}, and ${this.#completed} was complete before`,
    );
  }

  planned(generation: number, leader: string, plan: ReadonlyMap<string, Buffer>): void {
    this.#plans.set(`${generation}/${leader}`, plan);
  }

  synced(generation: number, leader: string, member: string, assignment: Buffer, life: number): void {
    if (life > this.#lostUpToLife) this.#completed = Math.max(this.#completed, generation);
    const planned = this.#plans.get(`${generation}/${leader}`)?.get(member);
    this.#verdict.require(
      planned?.equals(assignment) === true,
      'R17 assignment',
      () =>
        `${member} of ${this.groupId} got ${assignment.toString('hex')} in generation ${generation}, its leader said ${planned?.toString('hex')}`,
    );
  }

  /** A power loss may throw the group back. */
  brokerEnded(takesGenerations: boolean, life: number): void {
    if (!takesGenerations) return;
    this.#completed = 0;
    this.#lostUpToLife = life;
  }
}
