/** Our errors as kafkajs's. Codes keep the names they had when kafkajs was written. */
import { ErrorCode, errorMessage, errorName, isRetriable } from '@ottla/protocol';
import { KafkaError } from '../errors.ts';
import {
  KafkaJSConnectionClosedError,
  KafkaJSConnectionError,
  KafkaJSError,
  KafkaJSNonRetriableError,
  KafkaJSNotImplemented,
  KafkaJSProtocolError,
  KafkaJSRequestTimeoutError,
  KafkaJSSASLAuthenticationError,
  KafkaJSServerDoesNotSupportApiKey,
  type ProtocolErrorInfo,
} from './errors.ts';

const OLD_NAMES: Readonly<Record<string, string>> = {
  UNKNOWN_SERVER_ERROR: 'UNKNOWN',
  NOT_LEADER_OR_FOLLOWER: 'NOT_LEADER_FOR_PARTITION',
  COORDINATOR_LOAD_IN_PROGRESS: 'GROUP_LOAD_IN_PROGRESS',
  COORDINATOR_NOT_AVAILABLE: 'GROUP_COORDINATOR_NOT_AVAILABLE',
  NOT_COORDINATOR: 'NOT_COORDINATOR_FOR_GROUP',
};

/** Where Kafka's own text was another one when kafkajs was written, and code may look at it. */
const OLD_MESSAGES: ReadonlyMap<number, string> = new Map([
  [ErrorCode.NOT_LEADER_OR_FOLLOWER, 'This server is not the leader for that topic-partition'],
  [ErrorCode.TOPIC_AUTHORIZATION_FAILED, 'Not authorized to access topics: [Topic authorization failed]'],
  [ErrorCode.GROUP_AUTHORIZATION_FAILED, 'Not authorized to access group: Group authorization failed'],
  [ErrorCode.INVALID_PARTITIONS, 'Number of partitions is invalid'],
  [ErrorCode.INVALID_REPLICATION_FACTOR, 'Replication-factor is invalid'],
  [ErrorCode.GROUP_ID_NOT_FOUND, 'The group id was not found'],
]);

/** What kafkajs knows of an error code. */
export function protocolErrorInfo(code: number): ProtocolErrorInfo {
  const name = errorName(code);
  const message = OLD_MESSAGES.get(code) ?? errorMessage(code).replace(/\.$/, '');
  return { type: OLD_NAMES[name] ?? name, code, retriable: isRetriable(code), message };
}

export function protocolError(code: number): KafkaJSProtocolError {
  return new KafkaJSProtocolError(protocolErrorInfo(code));
}

/** The number of an error's code; undefined for the client's own. */
export function errorCodeOf({ code }: KafkaError): number | undefined {
  return Object.entries(ErrorCode).find(([name]) => name === code)?.[1];
}

/** Anything thrown, as kafkajs would have thrown it. */
export function toKafkaJSError(thrown: unknown): Error {
  if (thrown instanceof KafkaError) return ofKafkaError(thrown);
  return thrown instanceof Error ? thrown : new KafkaJSError(String(thrown));
}

function ofKafkaError(error: KafkaError): Error {
  const broker = error.broker === undefined ? {} : { broker: String(error.broker) };
  switch (error.code) {
    case 'CONNECTION_FAILED':
      return new KafkaJSConnectionError(error, { ...broker, ...codeOfCause(error) });
    case 'TLS_FAILED':
      return new KafkaJSConnectionError(error, broker);
    case 'NETWORK_EXCEPTION':
      return new KafkaJSConnectionClosedError(error, broker);
    case 'SASL_AUTHENTICATION_FAILED':
    case 'UNSUPPORTED_SASL_MECHANISM':
    case 'ILLEGAL_SASL_STATE':
      return new KafkaJSSASLAuthenticationError(error);
    case 'REQUEST_TIMED_OUT':
      if (error.cause !== undefined) return new KafkaJSRequestTimeoutError(error, broker);
      break;
    case 'TIMEOUT':
      return error.cause instanceof KafkaError ? ofKafkaError(error.cause) : new KafkaJSError(error);
    case 'UNKNOWN_SERVER_ERROR':
      // What the application's own code threw.
      if (error.cause instanceof Error) return toKafkaJSError(error.cause);
      break;
    case 'UNSUPPORTED_VERSION':
      return new KafkaJSServerDoesNotSupportApiKey(error);
    case 'UNSUPPORTED_COMPRESSION_TYPE':
      return new KafkaJSNotImplemented(error);
    default:
  }
  const code = errorCodeOf(error);
  if (code === undefined) return error.retriable ? new KafkaJSError(error) : new KafkaJSNonRetriableError(error);
  return protocolError(code);
}

function codeOfCause(error: Error): { code?: string } {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if (
      !(cause instanceof KafkaError) &&
      'code' in cause &&
      typeof cause.code === 'string' &&
      cause.code.startsWith('E')
    )
      return { code: cause.code };
  return {};
}
