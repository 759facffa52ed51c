/** Why something did not work, as data: Java's tree of exceptions in one class. */
import { NetworkError } from '@ottla/platform';
import { ErrorCode, errorMessage, errorName, isRetriable } from '@ottla/protocol';
import { RpcError } from '@ottla/rpc';

/** Codes that no broker sends. */
export type ClientErrorCode =
  /** No connection could be made: refused, unreachable, name unknown. */
  | 'CONNECTION_FAILED'
  /** A certificate or a version of TLS that one side does not take. */
  | 'TLS_FAILED'
  /** The time given to the operation is over. */
  | 'TIMEOUT'
  /** The caller's signal was aborted; `cause` is its reason. */
  | 'ABORTED'
  /** The client, producer or consumer was closed. */
  | 'CLOSED'
  /** An argument or option that cannot be used. */
  | 'INVALID_ARGUMENT'
  /** A call that the state does not allow, such as a send of a transactional producer outside of a transaction. */
  | 'ILLEGAL_STATE'
  /** The record was not sent because its transaction was aborted. */
  | 'TRANSACTION_ABORTED'
  /** A serializer threw, or returned what it must not. */
  | 'SERIALIZATION_FAILED'
  /** A deserializer threw. */
  | 'DESERIALIZATION_FAILED'
  /** An answer that is not what Kafka's protocol says. */
  | 'MALFORMED_RESPONSE'
  /** `bufferBytes` of records wait already, and the time to wait for room is over. */
  | 'BUFFER_FULL'
  /** The application did not come back within `max.poll.interval.ms`. */
  | 'MAX_POLL_EXCEEDED'
  /** No committed offset, and no reset policy. */
  | 'NO_OFFSET'
  /** What was read is not in the log any more, after an unclean election; and there is no reset policy (KIP-320). */
  | 'LOG_TRUNCATED'
  /** No heartbeat was answered for `session.timeout.ms`: the group has given this member up. */
  | 'SESSION_EXPIRED';

/** The name of Kafka's error, or one of the client's own. */
export type KafkaErrorCode = Exclude<keyof typeof ErrorCode, 'NONE'> | ClientErrorCode;

export interface KafkaErrorDetails {
  readonly reason?: string | undefined;
  /** Trying again may help. */
  readonly retriable?: boolean;
  /** The producer or consumer can do nothing any more: close it. */
  readonly fatal?: boolean;
  /** The transaction must be aborted; then the producer can be used again. */
  readonly abortable?: boolean;
  readonly cause?: unknown;
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
  /** Node id, or `host:port` while it is not known. */
  readonly broker?: number | string | undefined;
  readonly group?: string | undefined;
  readonly failures?: ReadonlyMap<string, KafkaError> | undefined;
  readonly results?: ReadonlyMap<string, unknown> | undefined;
}

export class KafkaError extends Error {
  override readonly name = 'KafkaError';
  readonly code: KafkaErrorCode;
  /** What the broker wrote, or Kafka's text for the code: the message without its places. */
  readonly reason: string;
  readonly retriable: boolean;
  readonly fatal: boolean;
  readonly abortable: boolean;
  readonly topic: string | undefined;
  readonly partition: number | undefined;
  readonly broker: number | string | undefined;
  readonly group: string | undefined;
  /** Of an operation on several things: what failed, by name. */
  readonly failures: ReadonlyMap<string, KafkaError> | undefined;
  /** And what did not. */
  readonly results: ReadonlyMap<string, unknown> | undefined;

  constructor(code: KafkaErrorCode, message: string, details: KafkaErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.reason = details.reason ?? message;
    this.retriable = details.retriable ?? (code in ErrorCode && isRetriable(codeNumber(code)));
    this.fatal = details.fatal ?? false;
    this.abortable = details.abortable ?? false;
    this.topic = details.topic;
    this.partition = details.partition;
    this.broker = details.broker;
    this.group = details.group;
    this.failures = details.failures;
    this.results = details.results;
  }

  /** An error code of an answer. `message` is the broker's own text, if it sent one. */
  static ofCode(code: number, message: string | null | undefined, details: KafkaErrorDetails = {}): KafkaError {
    const text = message === null || message === undefined || message === '' ? errorMessage(code) : message;
    const retriable = isRetriable(code);
    return new KafkaError(nameOf(code), withPlace(text, details), { retriable, reason: text, ...details });
  }

  /** What a connection failed with. */
  static ofRpc(error: RpcError, details: KafkaErrorDetails = {}): KafkaError {
    const isTls = error.cause instanceof NetworkError && error.cause.code === 'ETLS';
    const failure = isTls ? TLS_FAILURE : RPC_FAILURES[error.failure];
    const code = error.errorCode === undefined ? failure.code : nameOf(error.errorCode);
    const { retriable } = failure;
    return new KafkaError(code, error.message, {
      retriable,
      reason: error.reason,
      broker: error.peer,
      cause: error,
      ...details,
    });
  }

  /** Anything thrown, as a KafkaError. */
  static from(error: unknown, details: KafkaErrorDetails = {}): KafkaError {
    if (error instanceof KafkaError) return error;
    if (error instanceof RpcError) return KafkaError.ofRpc(error, details);
    const message = error instanceof Error ? error.message : String(error);
    return new KafkaError('UNKNOWN_SERVER_ERROR', message, { retriable: false, cause: error, ...details });
  }
}

/** Throws when `code` is an error. */
export function checkCode(code: number, message?: string | null, details: KafkaErrorDetails = {}): void {
  if (code !== ErrorCode.NONE) throw KafkaError.ofCode(code, message, details);
}

export function closedError(what: string): KafkaError {
  return new KafkaError('CLOSED', `The ${what} is closed`);
}

export function abortedError(signal: AbortSignal): KafkaError {
  return new KafkaError('ABORTED', 'The operation was aborted', { cause: signal.reason });
}

export function invalidArgument(message: string, details: KafkaErrorDetails = {}): KafkaError {
  return new KafkaError('INVALID_ARGUMENT', message, details);
}

const TLS_FAILURE: { code: KafkaErrorCode; retriable: boolean } = { code: 'TLS_FAILED', retriable: false };
const RPC_FAILURES: Readonly<Record<RpcError['failure'], { code: KafkaErrorCode; retriable: boolean }>> = {
  CONNECT: { code: 'CONNECTION_FAILED', retriable: true },
  AUTHENTICATION: { code: 'SASL_AUTHENTICATION_FAILED', retriable: false },
  TIMEOUT: { code: 'REQUEST_TIMED_OUT', retriable: true },
  DISCONNECTED: { code: 'NETWORK_EXCEPTION', retriable: true },
  UNSUPPORTED_VERSION: { code: 'UNSUPPORTED_VERSION', retriable: false },
  MALFORMED: { code: 'MALFORMED_RESPONSE', retriable: true },
  CLOSED: { code: 'NETWORK_EXCEPTION', retriable: true },
};

const names = new Map<string, KafkaErrorCode>();
for (const name of Object.keys(ErrorCode)) if (isErrorName(name)) names.set(name, name);

function isErrorName(name: string): name is Exclude<keyof typeof ErrorCode, 'NONE'> {
  return name !== 'NONE';
}

function nameOf(code: number): KafkaErrorCode {
  return names.get(errorName(code)) ?? 'UNKNOWN_SERVER_ERROR';
}

function codeNumber(name: string): number {
  return Object.entries(ErrorCode).find(([known]) => known === name)?.[1] ?? ErrorCode.UNKNOWN_SERVER_ERROR;
}

function withPlace(text: string, { group, topic, partition, broker }: KafkaErrorDetails): string {
  const places: string[] = group === undefined ? [] : [`group ${group}`];
  if (topic !== undefined) places.push(partition === undefined ? `topic ${topic}` : `partition ${topic}-${partition}`);
  if (broker !== undefined) places.push(`broker ${broker}`);
  return places.length === 0 ? text : `${text.replace(/\.$/, '')} (${places.join(', ')})`;
}
