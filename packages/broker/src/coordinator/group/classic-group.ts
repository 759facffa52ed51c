import { invariant } from '@ottla/common';
import { ErrorCode } from '@ottla/protocol';
import type { ClassicMember, MemberProtocol } from './classic-member.ts';
import { type JoinMember, joinError, NO_LEADER } from './results.ts';

export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

/** From which states a state may be entered. */
const PREVIOUS: Readonly<Record<GroupState, readonly GroupState[]>> = {
  Empty: ['PreparingRebalance', 'Empty'],
  PreparingRebalance: ['Stable', 'CompletingRebalance', 'Empty'],
  CompletingRebalance: ['PreparingRebalance'],
  Stable: ['CompletingRebalance'],
  Dead: ['Stable', 'PreparingRebalance', 'CompletingRebalance', 'Empty', 'Dead'],
};

/**
 * A classic consumer group's membership (Kafka's ClassicGroup). Soft state: what must survive is the record written when
 * the leader's assignment arrives and when the group becomes empty.
 *
 *            join                  all joined or timeout             leader's sync stored
 *   Empty ---------> PreparingRebalance --------> CompletingRebalance --------------> Stable
 *     ^                  |    ^    ^                     |                              |
 *     '--- last left ----'    |    '---- join, leave ----'                              |
 *                             '---------------- join, leave, expiry --------------------'
 */
export class ClassicGroup {
  readonly groupId: string;
  protocolType: string | undefined;
  protocolName: string | undefined;
  generationId = 0;
  leaderId: string | undefined;
  /** Wall clock of the last change of state, ms; offsets of an empty group expire counted from it. */
  stateSinceMs: number | undefined;
  /** A member was added during the initial delay: wait a little more for others. */
  newMemberAdded = false;
  /** End of the initial delay that is left for extensions, ms; undefined outside the initial delay. */
  initialDelayLeftMs: number | undefined;
  readonly members = new Map<string, ClassicMember>();
  /** Ids handed out with MEMBER_ID_REQUIRED, not yet joined. */
  readonly pendingJoin = new Set<string>();
  readonly pendingSync = new Set<string>();
  #state: GroupState = 'Empty';
  readonly #staticMembers = new Map<string, string>();

  constructor(groupId: string) {
    this.groupId = groupId;
  }

  get state(): GroupState {
    return this.#state;
  }

  is(...states: readonly GroupState[]): boolean {
    return states.includes(this.#state);
  }

  transitionTo(state: GroupState, nowMs: number): void {
    invariant(
      PREVIOUS[state].includes(this.#state),
      `group ${this.groupId}: ${this.#state} to ${state} is no legal transition`,
    );
    this.#state = state;
    this.stateSinceMs = nowMs;
  }

  /** Sets the state as loaded from the log. */
  restoreState(state: 'Empty' | 'Stable', sinceMs: number | undefined): void {
    this.#state = state;
    this.stateSinceMs = sinceMs;
  }

  get canRebalance(): boolean {
    return PREVIOUS.PreparingRebalance.includes(this.#state);
  }

  get rebalanceTimeoutMs(): number {
    let longest = 0;
    for (const member of this.members.values()) longest = Math.max(longest, member.rebalanceTimeoutMs);
    return longest;
  }

  get awaitingJoinCount(): number {
    let count = 0;
    for (const member of this.members.values()) if (member.isAwaitingJoin) count++;
    return count;
  }

  get hasAllMembersJoined(): boolean {
    return this.pendingJoin.size === 0 && this.awaitingJoinCount === this.members.size;
  }

  isLeader(memberId: string): boolean {
    return this.leaderId === memberId;
  }

  staticMemberId(groupInstanceId: string): string | undefined {
    return this.#staticMembers.get(groupInstanceId);
  }

  add(member: ClassicMember): void {
    if (this.members.size === 0) this.protocolType = member.protocolType;
    this.leaderId ??= member.memberId;
    if (member.groupInstanceId !== null) this.#staticMembers.set(member.groupInstanceId, member.memberId);
    this.members.set(member.memberId, member);
    this.pendingJoin.delete(member.memberId);
  }

  remove(member: ClassicMember): void {
    this.members.delete(member.memberId);
    if (member.groupInstanceId !== null) this.#staticMembers.delete(member.groupInstanceId);
    this.pendingJoin.delete(member.memberId);
    this.pendingSync.delete(member.memberId);
    if (this.isLeader(member.memberId)) this.leaderId = this.members.keys().next().value;
  }

  /** A static member came back under a new id: the old one's waiters are fenced. */
  replaceStaticMember(member: ClassicMember, newMemberId: string): void {
    const oldMemberId = member.memberId;
    member.answerJoin(joinError(oldMemberId, ErrorCode.FENCED_INSTANCE_ID));
    member.failSync(ErrorCode.FENCED_INSTANCE_ID);
    this.members.delete(oldMemberId);
    member.memberId = newMemberId;
    this.members.set(newMemberId, member);
    if (this.pendingSync.delete(oldMemberId)) this.pendingSync.add(newMemberId);
    if (this.isLeader(oldMemberId)) this.leaderId = newMemberId;
    if (member.groupInstanceId !== null) this.#staticMembers.set(member.groupInstanceId, newMemberId);
  }

  /** Whether a member with these protocols may be in the group: same type, and one protocol that all others have. */
  supports(protocolType: string, protocols: readonly MemberProtocol[]): boolean {
    if (this.is('Empty')) return protocolType !== '' && protocols.length > 0;
    if (protocolType !== this.protocolType) return false;
    return protocols.some((protocol) => {
      for (const member of this.members.values())
        if (!member.protocols.some((own) => own.name === protocol.name)) return false;
      return true;
    });
  }

  /** The protocol most members vote for among those all of them have. */
  selectProtocol(): string {
    const all = [...this.members.values()];
    const first = all[0];
    invariant(first !== undefined, `group ${this.groupId}: no members to select a protocol from`);
    const candidates = new Set(
      first.protocols
        .map((protocol) => protocol.name)
        .filter((name) => all.every((member) => member.protocols.some((own) => own.name === name))),
    );
    const votes = new Map<string, number>();
    for (const member of all) {
      const vote = member.vote(candidates);
      if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1);
    }
    let best: string | undefined;
    for (const [name, count] of votes) if (best === undefined || count > (votes.get(best) ?? 0)) best = name;
    invariant(best !== undefined, `group ${this.groupId}: members have no protocol in common`);
    return best;
  }

  /** A leader that has not rejoined is replaced by a member that has. False when nobody has. */
  electJoinedLeader(): boolean {
    if (this.leaderId === undefined) return false;
    if (this.members.get(this.leaderId)?.isAwaitingJoin === true) return true;
    for (const member of this.members.values()) {
      if (member.isAwaitingJoin) {
        this.leaderId = member.memberId;
        return true;
      }
    }
    return false;
  }

  initNextGeneration(nowMs: number): void {
    this.generationId++;
    this.pendingSync.clear();
    if (this.members.size > 0) {
      this.protocolName = this.selectProtocol();
      this.transitionTo('CompletingRebalance', nowMs);
    } else {
      this.protocolName = undefined;
      this.transitionTo('Empty', nowMs);
    }
  }

  /** For the leader: every member with what it said of the selected protocol. */
  joinMembers(): JoinMember[] {
    const protocol = this.protocolName ?? '';
    return [...this.members.values()].map((member) => member.summary(protocol));
  }

  get leaderOrNone(): string {
    return this.leaderId ?? NO_LEADER;
  }

  /** FENCED_INSTANCE_ID, UNKNOWN_MEMBER_ID or none, in Kafka's order of checks. */
  checkMember(memberId: string, groupInstanceId: string | null): ErrorCode {
    if (groupInstanceId !== null) {
      const current = this.#staticMembers.get(groupInstanceId);
      if (current === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
      if (current !== memberId) return ErrorCode.FENCED_INSTANCE_ID;
    }
    return this.members.has(memberId) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
  }
}
