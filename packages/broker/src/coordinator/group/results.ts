import type { ErrorCode } from '@ottla/protocol';

export interface JoinMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly metadata: Buffer;
}

/** What a JoinGroup is answered with. */
export interface JoinResult {
  readonly error: ErrorCode;
  readonly memberId: string;
  readonly generationId: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leaderId: string;
  /** The leader keeps the assignment it had (a static leader that came back, KIP-814). */
  readonly skipAssignment: boolean;
  /** For the leader only. */
  readonly members: readonly JoinMember[];
}

export interface SyncResult {
  readonly error: ErrorCode;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignment: Buffer;
}

export const NO_GENERATION = -1;
export const NO_MEMBER_ID = '';
export const NO_LEADER = '';
const EMPTY = Buffer.alloc(0);

export function joinError(memberId: string, error: ErrorCode): JoinResult {
  return {
    error,
    memberId,
    generationId: NO_GENERATION,
    protocolType: null,
    protocolName: null,
    leaderId: NO_LEADER,
    skipAssignment: false,
    members: [],
  };
}

export function syncError(error: ErrorCode): SyncResult {
  return { error, protocolType: null, protocolName: null, assignment: EMPTY };
}
