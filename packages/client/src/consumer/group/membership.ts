import type { KafkaError } from '../../errors.ts';
import type { GroupMetadata } from '../committed-offsets.ts';
import type { ConsumerContext } from '../context.ts';
import type { LivenessHost } from './liveness.ts';
import type { Ownership } from './ownership.ts';

/** What a membership needs to know of the application. */
export interface MemberHost extends LivenessHost {
  readonly context: ConsumerContext;
  readonly ownership: Ownership;
  /** The topics of the subscription, as they are now. */
  topicNames(): string[];
}

/** This consumer's place in its group, in one of the two protocols. */
export interface Membership {
  /** Who this member is, for commits. */
  readonly metadata: GroupMetadata;
  /** Joins, or goes on after a failure. Called by each read of the application. */
  resume(): void;
  /** The subscription, or what it means, has changed. */
  subscriptionChanged(): void;
  /** Nothing runs any more when it resolves; the group does not know yet. */
  stop(): Promise<void>;
  /** Tells the group, after `stop`. A static member that closes may keep its place for a while. */
  leave(deadlineMs: number, isClosing: boolean): Promise<void>;
}

/** Errors after which trying on is of no use: the application has to change something. */
const FATAL = new Set([
  'GROUP_AUTHORIZATION_FAILED',
  'TOPIC_AUTHORIZATION_FAILED',
  'INVALID_GROUP_ID',
  'INVALID_SESSION_TIMEOUT',
  'INCONSISTENT_GROUP_PROTOCOL',
  'GROUP_MAX_SIZE_REACHED',
  'FENCED_INSTANCE_ID',
  'UNRELEASED_INSTANCE_ID',
  'UNSUPPORTED_ASSIGNOR',
  'UNSUPPORTED_VERSION',
  'INVALID_REGULAR_EXPRESSION',
  'INVALID_REQUEST',
  'SASL_AUTHENTICATION_FAILED',
]);

export function isFatal(error: KafkaError): boolean {
  return error.fatal || FATAL.has(error.code) || (!error.retriable && !PASSING.has(error.code));
}

/** Not retriable as such, but the member can join again. */
const PASSING = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS', 'FENCED_MEMBER_EPOCH']);
