import type { RecordsSummary } from './validate-records.ts';

/** Greatest sum of a base timestamp and a delta of four bytes that is exact. */
const BASE_MAX = Number.MAX_SAFE_INTEGER - 0x1000_0000;

/**
 * The walk of `validateRecords` for what producers write nearly always: offset deltas 0, 1, 2, ..., no headers, lengths of at
 * most three bytes and timestamp deltas of at most four, each varint as short as it can be. Undefined for anything else,
 * well formed or not: RecordCursor finds out. It has no state but its variables, which makes it twice as fast per record.
 */
export function walkPlainRecords(
  bytes: Buffer,
  start: number,
  end: number,
  count: number,
  base: number,
): RecordsSummary | undefined {
  if (count <= 0 || !(base >= -1 && base <= BASE_MAX) || end > bytes.length) return undefined;
  let at = start;
  let firstNullKeyIndex = -1;
  let maxDelta = -0x8000_0000;
  let maxIndex = -1;
  // Of the records whose timestamp is not -1.
  let minDelta = 0x7fff_ffff;
  const noTimestampDelta = base <= 0x7fff_ffff ? -1 - base : 0x7fff_ffff;
  for (let index = 0; index < count; index++) {
    // The shortest record has seven bytes, length included.
    if (end - at < 7) return undefined;
    let raw = bytes[at++];
    if (raw >= 0x80) {
      raw = (raw & 0x7f) | (bytes[at++] << 7);
      if (raw >= 0x4000) {
        raw = (raw & 0x3fff) | (bytes[at++] << 14);
        if (raw >= 0x20_0000) return undefined;
      }
    }
    // An odd one is negative.
    const recordEnd = at + (raw >>> 1);
    if ((raw & 1) !== 0 || raw < 12 || recordEnd > end) return undefined;
    // Past the attributes.
    at++;
    raw = bytes[at++];
    if (raw >= 0x80) {
      raw = (raw & 0x7f) | (bytes[at++] << 7);
      if (raw >= 0x4000) {
        raw = (raw & 0x3fff) | (bytes[at++] << 14);
        if (raw >= 0x20_0000) {
          raw = (raw & 0x1f_ffff) | (bytes[at++] << 21);
          if (raw >= 0x1000_0000) return undefined;
        }
      }
    }
    const delta = (raw >>> 1) ^ -(raw & 1);
    if (delta > maxDelta) {
      maxDelta = delta;
      maxIndex = index;
    }
    if (delta < minDelta && delta !== noTimestampDelta) minDelta = delta;
    if (index < 0x40) {
      if (bytes[at++] !== index << 1) return undefined;
    } else if (index < 0x2000) {
      if (bytes[at] !== (((index << 1) & 0x7f) | 0x80) || bytes[at + 1] !== index >>> 6) return undefined;
      at += 2;
    } else {
      if (index >= 0x10_0000 || bytes[at] !== (((index << 1) & 0x7f) | 0x80)) return undefined;
      if (bytes[at + 1] !== (((index >>> 6) & 0x7f) | 0x80) || bytes[at + 2] !== index >>> 13) return undefined;
      at += 3;
    }
    raw = bytes[at++];
    if (raw === 1) {
      if (firstNullKeyIndex < 0) firstNullKeyIndex = index;
    } else {
      if (raw >= 0x80) {
        raw = (raw & 0x7f) | (bytes[at++] << 7);
        if (raw >= 0x4000) {
          raw = (raw & 0x3fff) | (bytes[at++] << 14);
          if (raw >= 0x20_0000) return undefined;
        }
      }
      if ((raw & 1) !== 0) return undefined;
      at += raw >>> 1;
    }
    if (at >= recordEnd) return undefined;
    raw = bytes[at++];
    if (raw !== 1) {
      if (raw >= 0x80) {
        raw = (raw & 0x7f) | (bytes[at++] << 7);
        if (raw >= 0x4000) {
          raw = (raw & 0x3fff) | (bytes[at++] << 14);
          if (raw >= 0x20_0000) return undefined;
        }
      }
      if ((raw & 1) !== 0) return undefined;
      at += raw >>> 1;
    }
    // No headers, and nothing behind them.
    if (at !== recordEnd - 1 || bytes[at++] !== 0) return undefined;
  }
  if (at !== end) return undefined;
  return {
    problem: undefined,
    count,
    offsetsAreConsecutive: true,
    lastOffsetDelta: count - 1,
    maxTimestamp: base + maxDelta,
    maxTimestampOffsetDelta: maxIndex,
    minTimestamp: minDelta === 0x7fff_ffff ? undefined : base + minDelta,
    firstNullKeyIndex,
  };
}
