import {
  batchBaseOffset,
  batchBaseTimestamp,
  batchMagic,
  batchMaxTimestamp,
  batchRecordCount,
  batchTimestampType,
} from './batch-header.ts';
import type { BatchView } from './batch-reader.ts';
import { decompressRecords } from './decompress-records.ts';
import { type LegacyMessage, readLegacyMessages } from './legacy-messages.ts';
import type { DecodedRecord } from './record.ts';
import { RecordCursor } from './record-cursor.ts';
import { RecordsError } from './records-error.ts';

/** Kafka has no limit on what a batch decompresses to; ours is never below this. */
export const DECOMPRESSED_BYTES_MAX_DEFAULT = 64 * 1024 * 1024;

/**
 * All records of the batch or message at `at` (a place where `nextBatchEnd` was positive), of any magic and codec.
 * Keys, values and header values are views over `b`, or over the decompressed bytes. Throws `RecordsError`; the
 * checksum is the caller's to check.
 */
export function decodeRecords(
  b: Buffer,
  at: number,
  decompressedBytesMax: number = DECOMPRESSED_BYTES_MAX_DEFAULT,
): DecodedRecord[] {
  return Array.from(iterateRecords(b, at, decompressedBytesMax));
}

/** As `decodeRecords`, one by one: a few compressed bytes may hold millions. What is malformed throws when it is reached. */
export function* iterateRecords(
  b: Buffer,
  at: number,
  decompressedBytesMax: number = DECOMPRESSED_BYTES_MAX_DEFAULT,
): Generator<DecodedRecord, void> {
  if (batchMagic(b, at) < 2) {
    for (const message of readLegacyMessages(b, at, decompressedBytesMax)) yield decodedMessage(message);
    return;
  }
  const { bytes, start, end } = decompressRecords(b, at, decompressedBytesMax);
  const cursor = new RecordCursor().reset(bytes, start, end, batchRecordCount(b, at));
  const baseOffset = batchBaseOffset(b, at);
  const baseTimestamp = batchBaseTimestamp(b, at);
  const appendTime = batchTimestampType(b, at) === 'LogAppendTime' ? batchMaxTimestamp(b, at) : undefined;
  let count = 0;
  while (cursor.next()) {
    count++;
    yield {
      offset: baseOffset + cursor.offsetDelta,
      timestamp: appendTime ?? cursor.timestampFrom(baseTimestamp),
      key: cursor.key(),
      value: cursor.value(),
      headers: cursor.headerCount === 0 ? [] : cursor.headers(),
    };
  }
  if (cursor.problem !== undefined) {
    throw new RecordsError(
      'invalid',
      `Record ${count} of the batch at offset ${baseOffset} is malformed: ${cursor.problem}`,
    );
  }
}

/** `decodeRecords` for a `BatchView`. */
export function decodeBatchRecords(
  batch: BatchView,
  decompressedBytesMax: number = DECOMPRESSED_BYTES_MAX_DEFAULT,
): DecodedRecord[] {
  return decodeRecords(batch.buffer, batch.start, decompressedBytesMax);
}

function decodedMessage(message: LegacyMessage): DecodedRecord {
  return { offset: message.offset, timestamp: message.timestamp, key: message.key, value: message.value, headers: [] };
}
