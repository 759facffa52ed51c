import { addInt64, type Int64 } from './int64.ts';
import { walkPlainRecords } from './plain-records.ts';
import { RecordCursor, type RecordProblem } from './record-cursor.ts';

/** What one walk over the records of a batch found. */
export interface RecordsSummary {
  /** Undefined: every record is well formed, and they fill the bytes exactly. The fields below cover the records before it. */
  readonly problem: RecordProblem | undefined;
  /** Records read; the index of the malformed one if there is a problem. */
  readonly count: number;
  /** Whether the offset deltas are 0, 1, 2, ... */
  readonly offsetsAreConsecutive: boolean;
  readonly lastOffsetDelta: number;
  /** -1 without records. */
  readonly maxTimestamp: Int64;
  /** Offset delta of the first record that has `maxTimestamp`; -1 without records. */
  readonly maxTimestampOffsetDelta: number;
  /** The smallest, leaving out records with timestamp -1; undefined when there is no other. */
  readonly minTimestamp: Int64 | undefined;
  /** Index of the first record with a null key (not allowed in compacted topics); -1 if none. */
  readonly firstNullKeyIndex: number;
}

const shared = new RecordCursor();

/**
 * Walks `count` uncompressed records of magic 2 in `bytes[start, end)`. `baseTimestamp` is the batch's. Nothing is
 * thrown, and nothing is allocated but the summary.
 */
export function validateRecords(
  bytes: Buffer,
  start: number,
  end: number,
  count: number,
  baseTimestamp: Int64,
): RecordsSummary {
  if (typeof baseTimestamp === 'number') {
    const plain = walkPlainRecords(bytes, start, end, count, baseTimestamp);
    if (plain !== undefined) return plain;
  }
  const cursor = shared.reset(bytes, start, end, count);
  const base = typeof baseTimestamp === 'number' ? baseTimestamp : Number.NaN;
  let index = 0;
  let consecutive = true;
  let lastOffsetDelta = -1;
  let firstNullKeyIndex = -1;
  let max: Int64 = -1;
  let maxOffsetDelta = -1;
  let min: Int64 | undefined;
  let maxNumber = Number.NEGATIVE_INFINITY;
  let minNumber = Number.POSITIVE_INFINITY;
  let exact = false;
  while (cursor.next()) {
    if (cursor.offsetDelta !== index) consecutive = false;
    lastOffsetDelta = cursor.offsetDelta;
    if (cursor.keyLength < 0 && firstNullKeyIndex < 0) firstNullKeyIndex = index;
    const timestamp = base + cursor.timestampDelta;
    if (timestamp > maxNumber) {
      maxNumber = timestamp;
      maxOffsetDelta = lastOffsetDelta;
    }
    if (timestamp < minNumber && timestamp !== -1) minNumber = timestamp;
    // NaN and what is too large to be exact both fail this comparison.
    if (!(timestamp <= Number.MAX_SAFE_INTEGER && timestamp >= Number.MIN_SAFE_INTEGER)) exact = true;
    index++;
  }
  const { problem } = cursor;
  if (exact) {
    ({ max, maxOffsetDelta, min } = exactTimestamps(cursor.reset(bytes, start, end, index), baseTimestamp));
  } else if (index > 0) {
    max = maxNumber;
    min = minNumber === Number.POSITIVE_INFINITY ? undefined : minNumber;
  }
  cursor.bytes = EMPTY;
  return {
    problem,
    count: index,
    offsetsAreConsecutive: consecutive,
    lastOffsetDelta,
    maxTimestamp: max,
    maxTimestampOffsetDelta: maxOffsetDelta,
    minTimestamp: min,
    firstNullKeyIndex,
  };
}

const EMPTY = Buffer.alloc(0);

interface Timestamps {
  readonly max: Int64;
  readonly maxOffsetDelta: number;
  readonly min: Int64 | undefined;
}

/** The second walk, for batches with timestamps beyond the safe integers. */
function exactTimestamps(cursor: RecordCursor, base: Int64): Timestamps {
  let max: Int64 | undefined;
  let maxOffsetDelta = -1;
  let min: Int64 | undefined;
  while (cursor.next()) {
    const timestamp = addInt64(base, cursor.timestampDeltaExact());
    if (max === undefined || timestamp > max) {
      max = timestamp;
      maxOffsetDelta = cursor.offsetDelta;
    }
    if (timestamp !== -1 && (min === undefined || timestamp < min)) min = timestamp;
  }
  return { max: max ?? -1, maxOffsetDelta, min };
}
