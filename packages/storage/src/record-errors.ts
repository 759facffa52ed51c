/*
 * The errors of single records (KIP-467). Only computed once something is known to be wrong: the happy path walks the
 * records without looking at each.
 */
import { addInt64, type Int64, subtractInt64 } from '@ottla/common';
import { ErrorCode } from '@ottla/protocol';
import type { DecodedRecord } from '@ottla/protocol/records';
import type { RecordError } from './append.ts';
import { Refusal } from './shallow-check.ts';

export interface RecordRules {
  readonly where: string;
  readonly compact: boolean;
  readonly timestampType: 'CreateTime' | 'LogAppendTime';
  readonly timestampBeforeMaxMs: number;
  readonly timestampAfterMaxMs: number;
  readonly nowMs: number;
}

/** Does a record's timestamp lie too far before or after now? -1 never does. */
export function timestampIsOutOfRange(timestamp: Int64, rules: RecordRules): boolean {
  if (timestamp === -1) return false;
  const behindMs = subtractInt64(rules.nowMs, timestamp);
  return behindMs > rules.timestampBeforeMaxMs || -behindMs > rules.timestampAfterMaxMs;
}

/** Refuses a batch for the records in it that break a rule; undefined when none does. */
export function refuseRecords(
  records: readonly DecodedRecord[],
  claimsLogAppendTime: boolean,
  rules: RecordRules,
): Refusal | undefined {
  const errors: RecordError[] = [];
  let badTimestamp = false;
  records.forEach((record, batchIndex) => {
    if (rules.compact && record.key === null) {
      const message = `Compacted topic cannot accept message without key in topic partition ${rules.where}`;
      errors.push({ batchIndex, message });
      return;
    }
    const message = timestampError(record, claimsLogAppendTime, rules);
    if (message === undefined) return;
    badTimestamp = true;
    errors.push({ batchIndex, message });
  });
  if (errors.length === 0) return undefined;
  const text = badTimestamp
    ? 'One or more records have been rejected due to invalid timestamp'
    : `One or more records have been rejected due to ${errors.length} record errors in total, and only showing the first three errors at most: [${errors.slice(0, 3).map(asText).join(', ')}]`;
  const error = badTimestamp ? ErrorCode.INVALID_TIMESTAMP : ErrorCode.INVALID_RECORD;
  return new Refusal(error, text, text, errors);
}

function timestampError(record: DecodedRecord, claimsLogAppendTime: boolean, rules: RecordRules): string | undefined {
  if (rules.timestampType === 'CreateTime' && record.timestamp !== -1) {
    if (!timestampIsOutOfRange(record.timestamp, rules)) return undefined;
    const from = subtractInt64(rules.nowMs, rules.timestampBeforeMaxMs);
    const to = addInt64(rules.nowMs, rules.timestampAfterMaxMs);
    return `Timestamp ${record.timestamp} of message with offset ${record.offset} is out of range. The timestamp should be within [${from}, ${to}]`;
  }
  if (!claimsLogAppendTime) return undefined;
  return `Invalid timestamp type in message at offset ${record.offset}. Producer should not set timestamp type to LogAppendTime.`;
}

function asText(error: RecordError): string {
  return `RecordError(batchIndex=${error.batchIndex}, message=${error.message === null ? 'null' : `'${error.message}'`})`;
}
