/**
 * The steps of a rebalance: prepare (everyone joins again), complete the join (a new generation), propagate the leader's
 * assignment; and the session of each member. Kafka's GroupCoordinator, classic protocol.
 */
import { ErrorCode } from '@ottla/protocol';
import type { ClassicGroup } from './classic-group.ts';
import type { ClassicMember } from './classic-member.ts';
import { groupRecord } from './group-records.ts';
import { joinTimerKey, NEW_MEMBER_JOIN_TIMEOUT_MS, sessionTimerKey, syncTimerKey } from './group-settings.ts';
import type { GroupShard } from './group-shard.ts';
import { groupValue } from './group-value.ts';
import { type JoinResult, joinError, type SyncResult, syncError } from './results.ts';

const EMPTY = Buffer.alloc(0);

export class Rebalance {
  readonly #shard: GroupShard;

  constructor(shard: GroupShard) {
    this.#shard = shard;
  }

  // ---- sessions

  /** The member was heard of: its session starts anew. */
  restartSession(group: ClassicGroup, member: ClassicMember, timeoutMs = member.sessionTimeoutMs): void {
    const memberId = member.memberId;
    this.#shard.host.timers.schedule(sessionTimerKey(group.groupId, memberId), timeoutMs, () =>
      this.#sessionExpired(group, memberId),
    );
  }

  /** A member id was handed out (MEMBER_ID_REQUIRED): it is held for one session timeout. */
  awaitPendingMember(group: ClassicGroup, memberId: string, sessionTimeoutMs: number): void {
    group.pendingJoin.add(memberId);
    this.#shard.host.timers.schedule(sessionTimerKey(group.groupId, memberId), sessionTimeoutMs, () =>
      this.#sessionExpired(group, memberId),
    );
  }

  #sessionExpired(group: ClassicGroup, memberId: string): void {
    if (group.is('Dead')) return;
    if (group.pendingJoin.has(memberId)) {
      this.removePendingMember(group, memberId);
      return;
    }
    const member = group.members.get(memberId);
    if (member === undefined) return;
    // A member that waits for an answer of ours is not late; its session starts when it has the answer.
    if (!member.isNew && (member.isAwaitingJoin || member.isAwaitingSync)) return;
    this.#shard.options.logger.info(
      `Member ${memberId} in group ${group.groupId} has failed, removing it from the group`,
    );
    this.removeMember(group, member, 'its session expired');
  }

  // ---- members

  addMember(group: ClassicGroup, member: ClassicMember, answer: (result: JoinResult) => void, reason: string): void {
    member.isNew = true;
    // Members that come during the initial delay lengthen it.
    if (group.is('PreparingRebalance') && group.generationId === 0) group.newMemberAdded = true;
    group.add(member);
    member.awaitJoin(answer);
    this.restartSession(group, member, NEW_MEMBER_JOIN_TIMEOUT_MS);
    this.maybePrepare(group, reason);
  }

  removeMember(group: ClassicGroup, member: ClassicMember, reason: string): void {
    this.#shard.cancelSession(group, member.memberId);
    member.answerJoin(joinError('', ErrorCode.UNKNOWN_MEMBER_ID));
    member.answerSync(syncError(ErrorCode.UNKNOWN_MEMBER_ID));
    group.remove(member);
    if (group.is('Stable', 'CompletingRebalance'))
      this.maybePrepare(group, `removing member ${member.memberId}: ${reason}`);
    else if (group.is('PreparingRebalance')) this.tryCompleteJoin(group);
  }

  removePendingMember(group: ClassicGroup, memberId: string): void {
    group.pendingJoin.delete(memberId);
    this.#shard.cancelSession(group, memberId);
    if (group.is('PreparingRebalance')) this.tryCompleteJoin(group);
  }

  // ---- prepare

  maybePrepare(group: ClassicGroup, reason: string): void {
    if (group.canRebalance) this.#prepare(group, reason);
    // The group is preparing already: the change may have been what it waited for.
    else if (group.is('PreparingRebalance')) this.tryCompleteJoin(group);
  }

  #prepare(group: ClassicGroup, reason: string): void {
    if (group.is('CompletingRebalance')) this.#resetAssignments(group, ErrorCode.REBALANCE_IN_PROGRESS);
    this.#shard.host.timers.cancel(syncTimerKey(group.groupId));
    const initial = group.is('Empty');
    group.transitionTo('PreparingRebalance', this.#shard.nowMs());
    this.#shard.options.logger.info(
      `Preparing to rebalance group ${group.groupId} in state PreparingRebalance with old generation ${group.generationId} (reason: ${reason})`,
    );
    if (initial) {
      const delay = this.#shard.settings.initialRebalanceDelayMs;
      this.#delayInitialJoin(group, delay, Math.max(group.rebalanceTimeoutMs - delay, 0));
      return;
    }
    this.#awaitRejoin(group);
    this.tryCompleteJoin(group);
  }

  /** An empty group waits a little for more members, again for each that comes, at most one rebalance timeout in all. */
  #delayInitialJoin(group: ClassicGroup, delayMs: number, leftMs: number): void {
    group.newMemberAdded = false;
    group.initialDelayLeftMs = leftMs;
    this.#shard.host.timers.schedule(joinTimerKey(group.groupId), delayMs, () => {
      if (group.newMemberAdded && leftMs > 0) {
        const delay = Math.min(this.#shard.settings.initialRebalanceDelayMs, leftMs);
        this.#delayInitialJoin(group, delay, Math.max(leftMs - delay, 0));
        return;
      }
      group.initialDelayLeftMs = undefined;
      this.#completeJoin(group);
    });
  }

  #awaitRejoin(group: ClassicGroup): void {
    group.initialDelayLeftMs = undefined;
    this.#shard.host.timers.schedule(joinTimerKey(group.groupId), group.rebalanceTimeoutMs, () =>
      this.#completeJoin(group),
    );
  }

  /** Completes the join when everyone is there; the initial delay always runs its course. */
  tryCompleteJoin(group: ClassicGroup): void {
    if (!group.is('PreparingRebalance') || group.initialDelayLeftMs !== undefined || !group.hasAllMembersJoined) return;
    this.#shard.host.timers.cancel(joinTimerKey(group.groupId));
    this.#completeJoin(group);
  }

  // ---- complete the join

  #completeJoin(group: ClassicGroup): void {
    if (!group.is('PreparingRebalance')) return;
    for (const member of group.members.values()) {
      // A static member keeps its place until its session ends.
      if (member.isAwaitingJoin || member.isStatic) continue;
      this.#shard.cancelSession(group, member.memberId);
      group.remove(member);
    }
    if (group.members.size > 0 && !group.electJoinedLeader()) {
      // Only static members are left, and none has rejoined: their sessions will decide.
      this.#awaitRejoin(group);
      return;
    }
    group.initNextGeneration(this.#shard.nowMs());
    if (group.is('Empty')) {
      this.#shard.options.logger.info(`Group ${group.groupId} with generation ${group.generationId} is now empty`);
      this.store(group, new Map(), (error) => {
        if (error !== ErrorCode.NONE)
          this.#shard.options.logger.warn(`Failed to write empty metadata for group ${group.groupId}: error ${error}`);
      });
      return;
    }
    this.#shard.options.logger.info(
      `Stabilized group ${group.groupId} generation ${group.generationId} with ${group.members.size} members`,
    );
    for (const member of group.members.values()) {
      group.pendingSync.add(member.memberId);
      member.isNew = false;
      member.answerJoin(this.joinResult(group, member));
      this.restartSession(group, member);
    }
    this.#awaitSync(group);
  }

  joinResult(group: ClassicGroup, member: ClassicMember): JoinResult {
    return {
      error: ErrorCode.NONE,
      memberId: member.memberId,
      generationId: group.generationId,
      protocolType: group.protocolType ?? null,
      protocolName: group.protocolName ?? null,
      leaderId: group.leaderOrNone,
      skipAssignment: false,
      members: group.isLeader(member.memberId) ? group.joinMembers() : [],
    };
  }

  /** Members that do not sync within the rebalance timeout are removed. */
  #awaitSync(group: ClassicGroup): void {
    const generation = group.generationId;
    this.#shard.host.timers.schedule(syncTimerKey(group.groupId), group.rebalanceTimeoutMs, () => {
      if (group.generationId !== generation || !group.is('CompletingRebalance', 'Stable')) return;
      const late = [...group.pendingSync]
        .map((memberId) => group.members.get(memberId))
        .filter((member) => member !== undefined);
      for (const member of late) {
        this.#shard.cancelSession(group, member.memberId);
        group.remove(member);
      }
      if (late.length > 0) this.maybePrepare(group, `removing ${late.length} members that did not sync in time`);
    });
  }

  memberSynced(group: ClassicGroup, memberId: string): void {
    group.pendingSync.delete(memberId);
    if (group.pendingSync.size === 0) this.#shard.host.timers.cancel(syncTimerKey(group.groupId));
  }

  // ---- assignments

  /** Writes the group with these assignments; `done` gets the error once it is committed or refused. */
  store(group: ClassicGroup, assignments: ReadonlyMap<string, Buffer>, done: (error: ErrorCode) => void): void {
    this.#shard.host.write(
      () => ({ records: [groupRecord(group.groupId, groupValue(group, assignments))], response: undefined }),
      (outcome) => done(outcome.error),
    );
  }

  /** The leader's assignment is stored: everyone who waits gets their part. */
  propagate(group: ClassicGroup, assignments: ReadonlyMap<string, Buffer>): void {
    for (const member of group.members.values()) member.assignment = assignments.get(member.memberId) ?? EMPTY;
    this.#answerSyncs(group, ErrorCode.NONE);
  }

  resetAndPrepare(group: ClassicGroup, error: ErrorCode): void {
    this.#resetAssignments(group, error);
    this.maybePrepare(group, `the assignment could not be stored: error ${error}`);
  }

  #resetAssignments(group: ClassicGroup, error: ErrorCode): void {
    for (const member of group.members.values()) member.assignment = EMPTY;
    this.#answerSyncs(group, error);
  }

  #answerSyncs(group: ClassicGroup, error: ErrorCode): void {
    for (const member of group.members.values()) {
      if (member.answerSync(error === ErrorCode.NONE ? this.syncResult(group, member) : syncError(error)))
        this.restartSession(group, member);
    }
  }

  syncResult(group: ClassicGroup, member: ClassicMember): SyncResult {
    return {
      error: ErrorCode.NONE,
      protocolType: group.protocolType ?? null,
      protocolName: group.protocolName ?? null,
      assignment: member.assignment,
    };
  }
}
