import { ErrorCode } from '@ottla/protocol';
import type { ClassicGroup } from './classic-group.ts';
import { ClassicMember, type MemberProtocol } from './classic-member.ts';
import type { GroupShard } from './group-shard.ts';
import { randomUuidText } from './member-id.ts';
import { type JoinResult, joinError, NO_MEMBER_ID } from './results.ts';

export interface JoinRequest {
  readonly groupId: string;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly protocolType: string;
  readonly protocols: readonly MemberProtocol[];
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  /** JoinGroup v4+: a new dynamic member is given its id first (KIP-394). */
  readonly requireKnownMemberId: boolean;
  /** JoinGroup v9+: a returning static leader may keep the assignment (KIP-814). */
  readonly supportsSkippingAssignment: boolean;
  readonly reason: string;
}

type Answer = (result: JoinResult) => void;

/** JoinGroup, in Kafka's order of checks. Answers now, or when the rebalance completes. */
export function joinGroup(shard: GroupShard, request: JoinRequest, answer: Answer): void {
  const { memberId } = request;
  const { sessionTimeoutMinMs, sessionTimeoutMaxMs } = shard.settings;
  if (request.sessionTimeoutMs < sessionTimeoutMinMs || request.sessionTimeoutMs > sessionTimeoutMaxMs) {
    return answer(joinError(memberId, ErrorCode.INVALID_SESSION_TIMEOUT));
  }
  const isNew = memberId === NO_MEMBER_ID;
  const group = isNew ? shard.groupOrNew(request.groupId) : shard.group(request.groupId);
  if (group === undefined) return answer(joinError(memberId, ErrorCode.UNKNOWN_MEMBER_ID));
  if (!accepts(group, memberId, shard.settings.groupSizeMax)) {
    const member = group.members.get(memberId);
    if (member !== undefined) group.remove(member);
    else group.pendingJoin.delete(memberId);
    return answer(joinError(NO_MEMBER_ID, ErrorCode.GROUP_MAX_SIZE_REACHED));
  }
  if (group.is('Dead')) return answer(joinError(memberId, ErrorCode.COORDINATOR_NOT_AVAILABLE));
  if (!group.supports(request.protocolType, request.protocols))
    return answer(joinError(memberId, ErrorCode.INCONSISTENT_GROUP_PROTOCOL));
  if (isNew) joinNew(shard, group, request, answer);
  else joinKnown(shard, group, request, answer);
  shard.rebalance.tryCompleteJoin(group);
}

/** `group.max.size` counts members that are in, and while a rebalance is prepared those that have joined it. */
function accepts(group: ClassicGroup, memberId: string, sizeMax: number): boolean {
  if (group.is('Empty', 'Dead')) return true;
  const member = group.members.get(memberId);
  if (group.is('PreparingRebalance')) return member?.isAwaitingJoin === true || group.awaitingJoinCount < sizeMax;
  return member !== undefined || group.members.size < sizeMax;
}

function joinNew(shard: GroupShard, group: ClassicGroup, request: JoinRequest, answer: Answer): void {
  const memberId = `${request.groupInstanceId ?? request.clientId}-${randomUuidText(shard.options.platform.crypto)}`;
  if (request.groupInstanceId !== null) {
    const currentId = group.staticMemberId(request.groupInstanceId);
    const current = currentId === undefined ? undefined : group.members.get(currentId);
    if (current !== undefined) return replaceStatic(shard, group, current, memberId, request, answer);
  } else if (request.requireKnownMemberId) {
    shard.rebalance.awaitPendingMember(group, memberId, request.sessionTimeoutMs);
    return answer(joinError(memberId, ErrorCode.MEMBER_ID_REQUIRED));
  }
  add(shard, group, memberId, request, answer);
}

function add(shard: GroupShard, group: ClassicGroup, memberId: string, request: JoinRequest, answer: Answer): void {
  const identity = {
    groupInstanceId: request.groupInstanceId,
    clientId: request.clientId,
    clientHost: request.clientHost,
  };
  const member = new ClassicMember(
    memberId,
    identity,
    request.protocolType,
    request.protocols,
    request.rebalanceTimeoutMs,
    request.sessionTimeoutMs,
  );
  shard.rebalance.addMember(
    group,
    member,
    answer,
    `Adding new member ${memberId} with group instance id ${request.groupInstanceId ?? 'None'}; client reason: ${request.reason}`,
  );
}

function joinKnown(shard: GroupShard, group: ClassicGroup, request: JoinRequest, answer: Answer): void {
  const { memberId } = request;
  if (group.pendingJoin.has(memberId)) {
    if (request.groupInstanceId !== null) return answer(joinError(memberId, ErrorCode.UNKNOWN_MEMBER_ID));
    return add(shard, group, memberId, request, answer);
  }
  const error = group.checkMember(memberId, request.groupInstanceId);
  const member = group.members.get(memberId);
  if (error !== ErrorCode.NONE || member === undefined) return answer(joinError(memberId, error));

  const rejoin = (why: string): void => update(shard, group, member, request, answer, why);
  switch (group.state) {
    case 'PreparingRebalance':
      return rejoin(`Member ${memberId} joining during PreparingRebalance; client reason: ${request.reason}`);
    case 'CompletingRebalance':
      // It may have missed the answer to its join: give it again. New metadata is a new rebalance.
      if (member.matches(request.protocols)) return answer(shard.rebalance.joinResult(group, member));
      return rejoin(
        `Updating metadata for member ${memberId} during CompletingRebalance; client reason: ${request.reason}`,
      );
    case 'Stable':
      if (group.isLeader(memberId))
        return rejoin(`Leader ${memberId} re-joining group during Stable; client reason: ${request.reason}`);
      if (!member.matches(request.protocols))
        return rejoin(`Updating metadata for member ${memberId} during Stable; client reason: ${request.reason}`);
      // A follower that joins for no reason gets the present generation, so that it can sync.
      return answer({ ...shard.rebalance.joinResult(group, member), members: [] });
    default:
      return answer(joinError(memberId, ErrorCode.UNKNOWN_MEMBER_ID));
  }
}

function update(
  shard: GroupShard,
  group: ClassicGroup,
  member: ClassicMember,
  request: JoinRequest,
  answer: Answer,
  reason: string,
): void {
  member.protocols = request.protocols;
  member.rebalanceTimeoutMs = request.rebalanceTimeoutMs;
  member.sessionTimeoutMs = request.sessionTimeoutMs;
  member.awaitJoin(answer);
  shard.rebalance.maybePrepare(group, reason);
}

/** A static member came back without its id: it takes its place again, and only a changed protocol costs a rebalance. */
function replaceStatic(
  shard: GroupShard,
  group: ClassicGroup,
  member: ClassicMember,
  newMemberId: string,
  request: JoinRequest,
  answer: Answer,
): void {
  const oldLeader = group.leaderOrNone;
  const before = {
    memberId: member.memberId,
    protocols: member.protocols,
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    sessionTimeoutMs: member.sessionTimeoutMs,
  };
  shard.cancelSession(group, member.memberId);
  group.replaceStaticMember(member, newMemberId);
  shard.rebalance.restartSession(group, member);
  member.protocols = request.protocols;
  member.rebalanceTimeoutMs = request.rebalanceTimeoutMs;
  member.sessionTimeoutMs = request.sessionTimeoutMs;
  const reason = `Static member ${request.groupInstanceId} with a new member id ${newMemberId} joined; client reason: ${request.reason}`;

  if (group.is('Stable') && group.selectProtocol() === group.protocolName) {
    // Persist the new id; the others never notice.
    const assignments = new Map([...group.members].map(([id, each]) => [id, each.assignment]));
    shard.rebalance.store(group, assignments, (error) => {
      if (error !== ErrorCode.NONE) {
        if (group.members.get(newMemberId) === member) {
          shard.cancelSession(group, newMemberId);
          group.replaceStaticMember(member, before.memberId);
          Object.assign(member, before);
          shard.rebalance.restartSession(group, member);
        }
        return answer(joinError(NO_MEMBER_ID, error));
      }
      const result = shard.rebalance.joinResult(group, member);
      // Before KIP-814 the leader was told the old leader's id and no members, so that it would not assign anew.
      if (request.supportsSkippingAssignment) answer({ ...result, skipAssignment: group.isLeader(newMemberId) });
      else answer({ ...result, leaderId: oldLeader, members: [] });
    });
    return;
  }
  member.awaitJoin(answer);
  if (group.is('Stable', 'CompletingRebalance')) shard.rebalance.maybePrepare(group, reason);
}
