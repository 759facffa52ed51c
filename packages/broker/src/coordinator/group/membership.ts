/** SyncGroup, Heartbeat and LeaveGroup of the classic protocol, in Kafka's order of checks. */
import { ErrorCode } from '@ottla/protocol';
import type { ClassicGroup } from './classic-group.ts';
import type { GroupShard } from './group-shard.ts';
import { NO_MEMBER_ID, type SyncResult, syncError } from './results.ts';

export interface SyncRequest {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** Null before SyncGroup v5. */
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignments: ReadonlyMap<string, Buffer>;
}

const EMPTY = Buffer.alloc(0);

export function syncGroup(shard: GroupShard, request: SyncRequest, answer: (result: SyncResult) => void): void {
  const group = shard.group(request.groupId);
  if (group === undefined) return answer(syncError(ErrorCode.UNKNOWN_MEMBER_ID));
  const error = checkSync(group, request);
  const member = group.members.get(request.memberId);
  if (error !== ErrorCode.NONE || member === undefined) return answer(syncError(error));

  switch (group.state) {
    case 'PreparingRebalance':
      return answer(syncError(ErrorCode.REBALANCE_IN_PROGRESS));
    case 'Stable':
      shard.rebalance.memberSynced(group, request.memberId);
      answer(shard.rebalance.syncResult(group, member));
      return shard.rebalance.restartSession(group, member);
    case 'CompletingRebalance': {
      member.awaitSync(answer);
      shard.rebalance.memberSynced(group, request.memberId);
      if (!group.isLeader(request.memberId)) return undefined;
      const generation = group.generationId;
      // Members the leader forgot get nothing to do.
      const assignments = new Map([...group.members.keys()].map((id) => [id, request.assignments.get(id) ?? EMPTY]));
      return shard.rebalance.store(group, assignments, (failure) => {
        // Another rebalance may have begun while the assignment was written: then it is void.
        if (!group.is('CompletingRebalance') || group.generationId !== generation) return;
        if (failure !== ErrorCode.NONE) return shard.rebalance.resetAndPrepare(group, failure);
        shard.rebalance.propagate(group, assignments);
        group.transitionTo('Stable', shard.nowMs());
      });
    }
    default:
      return answer(syncError(ErrorCode.UNKNOWN_MEMBER_ID));
  }
}

function checkSync(group: ClassicGroup, request: SyncRequest): ErrorCode {
  if (group.is('Dead')) return ErrorCode.COORDINATOR_NOT_AVAILABLE;
  const error = group.checkMember(request.memberId, request.groupInstanceId);
  if (error !== ErrorCode.NONE) return error;
  if (request.generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION;
  if (
    request.protocolType !== null &&
    group.protocolType !== undefined &&
    request.protocolType !== group.protocolType
  ) {
    return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
  }
  if (
    request.protocolName !== null &&
    group.protocolName !== undefined &&
    request.protocolName !== group.protocolName
  ) {
    return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
  }
  return ErrorCode.NONE;
}

export function heartbeat(
  shard: GroupShard,
  groupId: string,
  memberId: string,
  groupInstanceId: string | null,
  generationId: number,
): ErrorCode {
  const group = shard.group(groupId);
  if (group === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  if (group.is('Dead')) return ErrorCode.COORDINATOR_NOT_AVAILABLE;
  const error = group.checkMember(memberId, groupInstanceId);
  const member = group.members.get(memberId);
  if (error !== ErrorCode.NONE || member === undefined) return error;
  if (generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION;
  if (group.is('Empty')) return ErrorCode.UNKNOWN_MEMBER_ID;
  shard.rebalance.restartSession(group, member);
  return group.is('PreparingRebalance') ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
}

export interface LeavingMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly reason: string | null;
}

/** One error for each member that leaves; the group's own error when it is unknown or Dead. */
export function leaveGroup(
  shard: GroupShard,
  groupId: string,
  leaving: readonly LeavingMember[],
): { error: ErrorCode; members: ErrorCode[] } {
  const group = shard.group(groupId);
  if (group === undefined) return { error: ErrorCode.NONE, members: leaving.map(() => ErrorCode.UNKNOWN_MEMBER_ID) };
  if (group.is('Dead')) return { error: ErrorCode.COORDINATOR_NOT_AVAILABLE, members: [] };
  return { error: ErrorCode.NONE, members: leaving.map((member) => leave(shard, group, member)) };
}

function leave(shard: GroupShard, group: ClassicGroup, leaving: LeavingMember): ErrorCode {
  let memberId = leaving.memberId;
  if (memberId === NO_MEMBER_ID && leaving.groupInstanceId !== null) {
    // An administrator removes a static member without knowing its id.
    const current = group.staticMemberId(leaving.groupInstanceId);
    if (current === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    memberId = current;
  }
  if (group.pendingJoin.has(memberId)) {
    if (leaving.groupInstanceId !== null) return ErrorCode.UNKNOWN_MEMBER_ID;
    shard.rebalance.removePendingMember(group, memberId);
    return ErrorCode.NONE;
  }
  const error = group.checkMember(memberId, leaving.groupInstanceId);
  const member = group.members.get(memberId);
  if (error !== ErrorCode.NONE || member === undefined) return error;
  shard.rebalance.removeMember(
    group,
    member,
    `explicit LeaveGroup; client reason: ${leaving.reason ?? 'not provided'}`,
  );
  return ErrorCode.NONE;
}
