import type { ErrorCode } from '@ottla/protocol';
import { type JoinMember, type JoinResult, type SyncResult, syncError } from './results.ts';

export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

export interface MemberIdentity {
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  /** `/127.0.0.1`, as Java prints an address. */
  readonly clientHost: string;
}

const EMPTY = Buffer.alloc(0);

/** One member of a classic group. Owned by its group; at most one join and one sync wait at a time. */
export class ClassicMember {
  memberId: string;
  readonly identity: MemberIdentity;
  readonly protocolType: string;
  protocols: readonly MemberProtocol[];
  rebalanceTimeoutMs: number;
  sessionTimeoutMs: number;
  assignment: Buffer = EMPTY;
  /** Has not finished its first rebalance: its session is checked even while its join waits. */
  isNew = false;
  #join: ((result: JoinResult) => void) | undefined;
  #sync: ((result: SyncResult) => void) | undefined;

  constructor(
    memberId: string,
    identity: MemberIdentity,
    protocolType: string,
    protocols: readonly MemberProtocol[],
    rebalanceTimeoutMs: number,
    sessionTimeoutMs: number,
  ) {
    this.memberId = memberId;
    this.identity = identity;
    this.protocolType = protocolType;
    this.protocols = protocols;
    this.rebalanceTimeoutMs = rebalanceTimeoutMs;
    this.sessionTimeoutMs = sessionTimeoutMs;
  }

  get groupInstanceId(): string | null {
    return this.identity.groupInstanceId;
  }

  get isStatic(): boolean {
    return this.identity.groupInstanceId !== null;
  }

  get isAwaitingJoin(): boolean {
    return this.#join !== undefined;
  }

  get isAwaitingSync(): boolean {
    return this.#sync !== undefined;
  }

  /** An earlier join that still waits is replaced: its client has given it up. */
  awaitJoin(answer: (result: JoinResult) => void): void {
    this.#join = answer;
  }

  /** True when a join waited. */
  answerJoin(result: JoinResult): boolean {
    const answer = this.#join;
    this.#join = undefined;
    answer?.(result);
    return answer !== undefined;
  }

  awaitSync(answer: (result: SyncResult) => void): void {
    this.#sync = answer;
  }

  answerSync(result: SyncResult): boolean {
    const answer = this.#sync;
    this.#sync = undefined;
    answer?.(result);
    return answer !== undefined;
  }

  failSync(error: ErrorCode): boolean {
    return this.answerSync(syncError(error));
  }

  /** Same protocols, in the same order, with the same bytes. */
  matches(protocols: readonly MemberProtocol[]): boolean {
    return (
      protocols.length === this.protocols.length &&
      protocols.every((protocol, index) => {
        const own = this.protocols[index];
        return own !== undefined && own.name === protocol.name && own.metadata.equals(protocol.metadata);
      })
    );
  }

  metadata(protocolName: string): Buffer {
    return this.protocols.find((protocol) => protocol.name === protocolName)?.metadata ?? EMPTY;
  }

  /** Its first protocol among `candidates`. */
  vote(candidates: ReadonlySet<string>): string | undefined {
    return this.protocols.find((protocol) => candidates.has(protocol.name))?.name;
  }

  summary(protocolName: string): JoinMember {
    return { memberId: this.memberId, groupInstanceId: this.groupInstanceId, metadata: this.metadata(protocolName) };
  }
}
