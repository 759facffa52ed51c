/*
 * The errors of single records (KIP-467). Only computed once something is known to be wrong: the happy path walks the
 * records without looking at each.
 */
import { INT64_MAX, type Int64, subtractInt64 } from '@ottla/common';
import { ErrorCode } from '@ottla/protocol';
import type { BatchView, DecodedRecord } from '@ottla/protocol/records';
import type { RecordError } from './append.ts';
import { recordErrorsMax } from './limits.ts';
import { Refusal } from './shallow-check.ts';

export interface TimestampLimits {
  readonly timestampBeforeMaxMs: number;
  readonly timestampAfterMaxMs: number;
}

export interface RecordRules extends TimestampLimits {
  readonly where: string;
  readonly compact: boolean;
  readonly timestampType: 'CreateTime' | 'LogAppendTime';
  readonly nowMs: number;
}

/** Does a record's timestamp lie too far before or after now? -1 never does. */
export function timestampIsOutOfRange(timestamp: Int64, nowMs: number, limits: TimestampLimits): boolean {
  if (timestamp === -1) return false;
  const { timestampBeforeMaxMs: before, timestampAfterMaxMs: after } = limits;
  const behindMs = subtractInt64(nowMs, timestamp);
  return (before < UNLIMITED && behindMs > before) || (after < UNLIMITED && -behindMs > after);
}

/** How configurations give int64's maximum. */
const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** A bound as Java computes it: with int64's maximum, and its overflow. */
function bound(nowMs: number, sign: 1n | -1n, limitMs: number): bigint {
  return BigInt.asIntN(64, BigInt(nowMs) + sign * (limitMs < UNLIMITED ? BigInt(limitMs) : INT64_MAX));
}

/** Refuses a batch for the records in it that break a rule; undefined when none does. */
export function refuseRecords(
  records: Iterable<DecodedRecord>,
  batch: BatchView,
  rules: RecordRules,
): Refusal | undefined {
  const errors: RecordError[] = [];
  let badTimestamp = false;
  let batchIndex = -1;
  for (const record of records) {
    batchIndex++;
    if (errors.length >= recordErrorsMax) break;
    if (rules.compact && record.key === null) {
      const message = `Compacted topic cannot accept message without key in topic partition ${rules.where}`;
      errors.push({ batchIndex, message });
      continue;
    }
    const message = timestampError(record, batch, rules);
    if (message === undefined) continue;
    badTimestamp = true;
    errors.push({ batchIndex, message });
  }
  if (errors.length === 0) return undefined;
  const text = badTimestamp
    ? 'One or more records have been rejected due to invalid timestamp'
    : `One or more records have been rejected due to ${errors.length} record errors in total, and only showing the first three errors at most: [${errors.slice(0, 3).map(asText).join(', ')}]`;
  const error = badTimestamp ? ErrorCode.INVALID_TIMESTAMP : ErrorCode.INVALID_RECORD;
  return new Refusal(error, text, text, errors);
}

function timestampError(record: DecodedRecord, batch: BatchView, rules: RecordRules): string | undefined {
  if (rules.timestampType === 'CreateTime' && record.timestamp !== -1) {
    if (!timestampIsOutOfRange(record.timestamp, rules.nowMs, rules)) return undefined;
    const from = bound(rules.nowMs, -1n, rules.timestampBeforeMaxMs);
    const to = bound(rules.nowMs, 1n, rules.timestampAfterMaxMs);
    return `Timestamp ${record.timestamp} of message with offset ${record.offset} is out of range. The timestamp should be within [${from}, ${to}]`;
  }
  if (batch.timestampType !== 'LogAppendTime') return undefined;
  return `Invalid timestamp type in message ${describe(record, batch)}. Producer should not set timestamp type to LogAppendTime.`;
}

/** Java's toString of the record classes. */
function describe(record: DecodedRecord, batch: BatchView): string {
  const name = batch.compression === 'none' ? 'DefaultRecord' : 'PartialDefaultRecord';
  const bytes = (part: Buffer | null): string => `${part === null ? 0 : part.length} bytes`;
  return `${name}(offset=${record.offset}, timestamp=${record.timestamp}, key=${bytes(record.key)}, value=${bytes(record.value)})`;
}

function asText(error: RecordError): string {
  return `RecordError(batchIndex=${error.batchIndex}, message=${error.message === null ? 'null' : `'${error.message}'`})`;
}
