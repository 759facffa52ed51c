/** What the coordinator's errors mean for a transactional producer (Java: TransactionManager). */
import { ErrorCode, isRetriable } from '@ottla/protocol';
import { KafkaError, type KafkaErrorDetails } from '../errors.ts';

/** The transaction is lost, the producer is not: it aborts and goes on. */
const ABORTABLE = new Set<number>([
  ErrorCode.TRANSACTION_ABORTABLE,
  ErrorCode.TOPIC_AUTHORIZATION_FAILED,
  ErrorCode.GROUP_AUTHORIZATION_FAILED,
  ErrorCode.OPERATION_NOT_ATTEMPTED,
  ErrorCode.UNKNOWN_PRODUCER_ID,
  ErrorCode.INVALID_PRODUCER_ID_MAPPING,
  ErrorCode.UNKNOWN_MEMBER_ID,
  ErrorCode.ILLEGAL_GENERATION,
  ErrorCode.FENCED_INSTANCE_ID,
  ErrorCode.STALE_MEMBER_EPOCH,
  ErrorCode.FENCED_MEMBER_EPOCH,
]);

/** Another producer with the same transactional id has taken over. */
const FENCED = new Set<number>([ErrorCode.INVALID_PRODUCER_EPOCH, ErrorCode.PRODUCER_FENCED]);

/** Throws what `code` means: retriable, abortable or fatal. */
export function checkTransaction(code: number, details: KafkaErrorDetails = {}): void {
  if (code === ErrorCode.NONE) return;
  if (FENCED.has(code))
    throw KafkaError.ofCode(ErrorCode.PRODUCER_FENCED, null, { ...details, fatal: true, retriable: false });
  if (ABORTABLE.has(code)) throw KafkaError.ofCode(code, null, { ...details, abortable: true, retriable: false });
  throw KafkaError.ofCode(code, null, { ...details, fatal: !isRetriable(code) });
}

/** A batch of a transaction failed: what that makes of the transaction. */
export function asTransactionError(error: KafkaError): KafkaError {
  const isFatal = error.fatal || error.code === 'PRODUCER_FENCED' || error.code === 'CLUSTER_AUTHORIZATION_FAILED';
  const { topic, partition, broker } = error;
  return new KafkaError(error.code, error.message, {
    retriable: false,
    fatal: isFatal,
    abortable: !isFatal,
    cause: error,
    topic,
    partition,
    broker,
  });
}
