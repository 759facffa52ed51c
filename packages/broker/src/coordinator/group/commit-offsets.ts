import { type ErrorCode as Code, ErrorCode } from '@ottla/protocol';
import { CoordinatorError, type WriteResult } from '../runtime/shard.ts';
import type { ClassicGroup } from './classic-group.ts';
import { type OffsetAndMetadata, offsetRecord } from './group-records.ts';
import type { GroupShard } from './group-shard.ts';
import { NO_MEMBER_ID } from './results.ts';

export interface OffsetToCommit extends OffsetAndMetadata {
  readonly topic: string;
  readonly partition: number;
}

export interface CommitRequest {
  readonly groupId: string;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** -1: a consumer outside group management. */
  readonly generationId: number;
  readonly offsets: readonly OffsetToCommit[];
}

/** One error for each offset, in order. */
export function commitOffsets(shard: GroupShard, request: CommitRequest): WriteResult<Code[]> {
  const group = shard.group(request.groupId);
  if (group === undefined && request.generationId >= 0) throw new CoordinatorError(ErrorCode.ILLEGAL_GENERATION);
  if (group !== undefined) {
    const error = checkCommit(group, request);
    if (error !== ErrorCode.NONE) throw new CoordinatorError(error);
    const member = group.members.get(request.memberId);
    if (member !== undefined) shard.rebalance.restartSession(group, member);
    // The member has to sync first; what it holds now may be another's.
    if (group.is('CompletingRebalance')) throw new CoordinatorError(ErrorCode.REBALANCE_IN_PROGRESS);
  }
  const limit = shard.settings.offsetMetadataBytesMax;
  const errors = request.offsets.map((offset) =>
    offset.metadata.length > limit ? ErrorCode.OFFSET_METADATA_TOO_LARGE : ErrorCode.NONE,
  );
  const records = request.offsets
    .filter((_, index) => errors[index] === ErrorCode.NONE)
    .map((offset) => offsetRecord(request.groupId, offset.topic, offset.partition, offset));
  return { records, response: errors, whenApplied: () => void shard.groupOrNew(request.groupId) };
}

function checkCommit(group: ClassicGroup, request: CommitRequest): Code {
  if (group.is('Dead')) return ErrorCode.COORDINATOR_NOT_AVAILABLE;
  if (request.generationId < 0 && group.is('Empty')) return ErrorCode.NONE;
  if (request.generationId >= 0 || request.memberId !== NO_MEMBER_ID || request.groupInstanceId !== null) {
    const error = group.checkMember(request.memberId, request.groupInstanceId);
    if (error !== ErrorCode.NONE) return error;
    return request.generationId === group.generationId ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
  }
  // Only members commit for a group that has some.
  return ErrorCode.UNKNOWN_MEMBER_ID;
}
