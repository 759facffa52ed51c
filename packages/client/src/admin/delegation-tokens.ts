/** Delegation tokens (KIP-48): a SCRAM login that somebody who has logged in hands on, for a while. */
import { clampToNumber } from '@ottla/protocol';
import { checkCode } from '../errors.ts';
import {
  CREATE_DELEGATION_TOKEN,
  DESCRIBE_DELEGATION_TOKEN,
  EXPIRE_DELEGATION_TOKEN,
  RENEW_DELEGATION_TOKEN,
} from './apis.ts';
import type { Calls } from './calls.ts';

/** Java's KafkaPrincipal: `User:alice`. */
export interface Principal {
  readonly type: string;
  readonly name: string;
}

export interface DelegationToken {
  readonly tokenId: string;
  /** The password of the login; the token's id is its user. */
  readonly hmac: Buffer;
  readonly owner: Principal;
  /** Who asked for it; the owner before Kafka 3.3. */
  readonly requester: Principal;
  readonly renewers: readonly Principal[];
  /** Milliseconds since 1970. */
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** Until when it may be renewed. */
  readonly maxMs: number;
}

export interface NewDelegationToken {
  /** Default: who asks (another one needs Kafka 3.3). */
  readonly owner?: Principal | undefined;
  /** Beside the owner. */
  readonly renewers?: readonly Principal[] | undefined;
  /** Default: the broker's `delegation.token.max.lifetime.ms`. */
  readonly maxLifetimeMs?: number | undefined;
}

export async function createDelegationToken(calls: Calls, wanted: NewDelegationToken): Promise<DelegationToken> {
  const { owner, renewers = [], maxLifetimeMs = -1 } = wanted;
  const answer = await calls.ask(
    CREATE_DELEGATION_TOKEN,
    'any',
    (version) => ({
      ...(version >= 3 ? { ownerPrincipalType: owner?.type ?? null, ownerPrincipalName: owner?.name ?? null } : {}),
      renewers: renewers.map(fields),
      maxLifetimeMs,
    }),
    (res) => checkCode(res.errorCode),
    owner === undefined ? 0 : 3,
  );
  return tokenOf({
    ...answer,
    issueTimestamp: answer.issueTimestampMs,
    expiryTimestamp: answer.expiryTimestampMs,
    maxTimestamp: answer.maxTimestampMs,
    renewers: renewers.map(fields),
  });
}

/** The new time of expiry, ms since 1970. Default period: the broker's `delegation.token.expiry.time.ms`. */
export async function renewDelegationToken(calls: Calls, hmac: Uint8Array, periodMs: number): Promise<number> {
  const request = { hmac: Buffer.from(hmac), renewPeriodMs: periodMs };
  const answer = await calls.ask(RENEW_DELEGATION_TOKEN, 'any', request, (res) => checkCode(res.errorCode));
  return clampToNumber(answer.expiryTimestampMs);
}

/** The new time of expiry. A negative period, the default: at once. */
export async function expireDelegationToken(calls: Calls, hmac: Uint8Array, periodMs: number): Promise<number> {
  const request = { hmac: Buffer.from(hmac), expiryTimePeriodMs: periodMs };
  const answer = await calls.ask(EXPIRE_DELEGATION_TOKEN, 'any', request, (res) => checkCode(res.errorCode));
  return clampToNumber(answer.expiryTimestampMs);
}

/** Of these owners, or all that may be seen. */
export async function describeDelegationTokens(
  calls: Calls,
  owners: readonly Principal[] | undefined,
): Promise<DelegationToken[]> {
  const request = { owners: owners?.map(fields) ?? null };
  const answer = await calls.ask(DESCRIBE_DELEGATION_TOKEN, 'any', request, (res) => checkCode(res.errorCode));
  return answer.tokens.map(tokenOf);
}

interface PrincipalFields {
  readonly principalType: string;
  readonly principalName: string;
}

function fields({ type, name }: Principal): PrincipalFields {
  return { principalType: type, principalName: name };
}

function tokenOf(
  each: PrincipalFields & {
    readonly tokenRequesterPrincipalType: string;
    readonly tokenRequesterPrincipalName: string;
    readonly issueTimestamp: number | bigint;
    readonly expiryTimestamp: number | bigint;
    readonly maxTimestamp: number | bigint;
    readonly tokenId: string;
    readonly hmac: Uint8Array;
    readonly renewers: readonly PrincipalFields[];
  },
): DelegationToken {
  const owner = { type: each.principalType, name: each.principalName };
  const requester = { type: each.tokenRequesterPrincipalType, name: each.tokenRequesterPrincipalName };
  return {
    tokenId: each.tokenId,
    // The answer's buffer is bigger, and read again.
    hmac: Buffer.from(each.hmac),
    owner,
    requester: requester.type === '' ? owner : requester,
    renewers: each.renewers.map(({ principalType: type, principalName: name }) => ({ type, name })),
    issuedAtMs: clampToNumber(each.issueTimestamp),
    expiresAtMs: clampToNumber(each.expiryTimestamp),
    maxMs: clampToNumber(each.maxTimestamp),
  };
}
