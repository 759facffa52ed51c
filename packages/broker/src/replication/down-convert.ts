/**
 * What an old Fetch version makes of records (Java: KafkaApis.maybeConvertFetchedData): message format 0 for versions 0
 * and 1, format 1 for 2 and 3; a topic that is kept in zstd only from version 10 on. Kafka converts while it sends and
 * pads what went missing; here it happens at once, and where nothing of a batch survives the next ones are read.
 */
import { ErrorCode, type FetchResponsePartitionDataInit } from '@ottla/protocol';
import { BatchReader, batchLastOffset, batchMagic, downConvert as convert } from '@ottla/protocol/records';
import type { ReadLimit, RecordsSource } from '@ottla/storage';
import { type FetchedPartition, NO_RECORDS, recordsSize, releaseRecords } from './fetch-reader.ts';
import type { Partition } from './partition.ts';
import type { TopicSettings } from './topic-settings.ts';

/** The most one call of a source copies. */
const COPY_BYTES_MAX = 256 * 1024;

/** Replaces the records of an answer, or tells why the client cannot have them. */
export function downConvert(
  { item, replica, response }: FetchedPartition,
  version: number,
  upTo: ReadLimit,
  settings: TopicSettings,
): ErrorCode | undefined {
  if (version < 10 && settings.compressionType(item.topic) === 'zstd') return ErrorCode.UNSUPPORTED_COMPRESSION_TYPE;
  if (version > 3 || replica === undefined) return undefined;
  if (!settings.downConversionEnabled(item.topic)) return ErrorCode.UNSUPPORTED_VERSION;
  const magic = version <= 1 ? 0 : 1;
  const maxBytes = Math.max(item.maxBytes, recordsSize(response.records));
  let batches = takeBytes(response);
  while (batches.length > 0) {
    const converted = convert(batches, magic, item.fetchOffset, settings.decompressedBytesMax());
    if (!converted.ok) {
      return converted.kind === 'unsupported-compression'
        ? ErrorCode.UNSUPPORTED_COMPRESSION_TYPE
        : ErrorCode.CORRUPT_MESSAGE;
    }
    response.records = converted.records;
    if (converted.records.length > 0) return undefined;
    batches = batchesBehind(batches, replica, maxBytes, upTo);
  }
  return undefined;
}

/** The records in memory; the answer has none left. */
function takeBytes(response: FetchResponsePartitionDataInit): Buffer {
  const { records } = response;
  response.records = NO_RECORDS;
  if (records === null) return NO_RECORDS;
  if (records instanceof Uint8Array) return Buffer.from(records.buffer, records.byteOffset, records.length);
  const bytes = Buffer.allocUnsafe(records.sizeBytes);
  try {
    for (let at = 0; at < bytes.length; at += COPY_BYTES_MAX) {
      records.copyTo(bytes, at, at, Math.min(COPY_BYTES_MAX, bytes.length - at));
    }
  } finally {
    records.release();
  }
  return bytes;
}

/** What follows the last whole batch of `batches` in the log. */
function batchesBehind(batches: Buffer, replica: Partition, maxBytes: number, upTo: ReadLimit): Buffer {
  const reader = new BatchReader(batches);
  let last = -1;
  while (reader.next()) last = reader.start;
  if (last < 0 || batchMagic(batches, last) < 2) return NO_RECORDS;
  const outcome = replica.log.read(batchLastOffset(batches, last) + 1, maxBytes, upTo, true);
  if (outcome.error !== ErrorCode.NONE) return NO_RECORDS;
  return readAll(outcome.records);
}

function readAll(records: RecordsSource): Buffer {
  try {
    return records.toBuffer();
  } finally {
    releaseRecords(records);
  }
}
