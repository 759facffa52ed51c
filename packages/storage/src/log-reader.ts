import { ErrorCode } from '@ottla/protocol';
import { batchLastOffset } from '@ottla/protocol/records';
import { walkHeaders } from './header-walk.ts';
import type { LogSegment } from './log-segment.ts';
import type { LogState } from './log-state.ts';
import type { AbortedTransaction, ReadLimit, ReadOutcome, ReadResult, RecordsSource } from './read.ts';
import { NO_RECORDS, SegmentRange } from './segment-range.ts';
import type { AbortedTxnEntry } from './transaction-index.ts';

/**
 * Records from `fetchOffset` on, of one segment, at most `maxBytes` unless `minOneBatch` and the first batch is larger
 * (Java: UnifiedLog.read, LocalLog.read).
 */
export function readLog(
  log: LogState,
  fetchOffset: number,
  maxBytes: number,
  upTo: ReadLimit,
  minOneBatch: boolean,
): ReadOutcome {
  if (log.isOffline || log.isClosed) return { error: ErrorCode.KAFKA_STORAGE_ERROR };
  if (fetchOffset > log.logEndOffset || fetchOffset < log.logStartOffset) {
    return { error: ErrorCode.OFFSET_OUT_OF_RANGE };
  }
  const limit = limitOffset(log, upTo);
  try {
    for (let index = log.segments.floorIndex(fetchOffset); fetchOffset < limit; index++) {
      const segment = log.segments.at(index);
      if (segment === undefined) break;
      const end = endPosition(log, segment, index, limit);
      const first = segment.locate(fetchOffset, end);
      // Compaction may have taken the rest of the segment.
      if (first === undefined) continue;
      const room = Math.max(maxBytes, minOneBatch ? first.sizeBytes : 0);
      const length = Math.min(end - first.position, room);
      const found =
        upTo === 'last-stable' ? abortedIn(log, segment, index, fetchOffset, first.position + length) : null;
      const records = length > 0 ? new SegmentRange(log, segment, first.position, length) : NO_RECORDS;
      return result(log, records, length < first.sizeBytes, found);
    }
  } catch (error) {
    log.fail(`Exception while reading from ${log.where} in dir ${log.logDirectory}`, error);
    return { error: ErrorCode.KAFKA_STORAGE_ERROR };
  }
  return result(log, NO_RECORDS, false, upTo === 'last-stable' ? [] : null);
}

/** The aborted transactions that overlap [from, upTo). */
export function abortedTransactions(log: LogState, from: number, upTo: number): AbortedTransaction[] {
  const found: AbortedTxnEntry[] = [];
  for (let index = Math.max(0, log.segments.floorIndex(from)); ; index++) {
    const segment = log.segments.at(index);
    if (segment === undefined || segment.txnIndex.collect(from, upTo, found)) break;
  }
  return found.map(({ producerId, firstOffset }) => ({ producerId, firstOffset }));
}

function limitOffset(log: LogState, upTo: ReadLimit): number {
  if (upTo === 'log-end') return log.logEndOffset;
  return upTo === 'high-watermark' ? log.highWatermark : log.lastStableOffset;
}

/** Where the part of the segment below `limit` ends. */
function endPosition(log: LogState, segment: LogSegment, index: number, limit: number): number {
  if (limit >= log.logEndOffset) return segment.sizeBytes;
  const next = log.segments.at(index + 1);
  if (next !== undefined && next.baseOffset <= limit) return segment.sizeBytes;
  return segment.locate(limit)?.position ?? segment.sizeBytes;
}

/** For read_committed: as Kafka, up to an offset that is certainly behind the last byte that is sent. */
function abortedIn(
  log: LogState,
  segment: LogSegment,
  index: number,
  fetchOffset: number,
  endPositionOfRange: number,
): AbortedTransaction[] {
  const upTo =
    segment.offsetIndex.firstOffsetFrom(endPositionOfRange) ??
    log.segments.at(index + 1)?.baseOffset ??
    log.logEndOffset;
  return abortedTransactions(log, fetchOffset, upTo);
}

function result(
  log: LogState,
  records: RecordsSource,
  firstBatchIncomplete: boolean,
  aborted: readonly AbortedTransaction[] | null,
): ReadResult {
  return {
    error: ErrorCode.NONE,
    records,
    firstBatchIncomplete,
    highWatermark: log.highWatermark,
    lastStableOffset: log.lastStableOffset,
    logStartOffset: log.logStartOffset,
    abortedTransactions: aborted,
  };
}

/** Offset after the last record of the segment; its base offset when it is empty. */
export function endOffsetOf(segment: LogSegment): number {
  const last = segment.offsetIndex.last();
  let end = segment.baseOffset;
  walkHeaders(segment.log.open(), last?.position ?? 0, segment.sizeBytes, (bytes, at) => {
    end = batchLastOffset(bytes, at) + 1;
    return undefined;
  });
  return end;
}
