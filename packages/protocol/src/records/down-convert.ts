/*
 * What Fetch v0 and v1 (magic 0), v2 and v3 (magic 1) can read, by the rules of Kafka's RecordsUtil.downConvert:
 *
 *   - a batch of the wanted magic or below is passed on as it is; a higher one becomes messages, or one wrapper
 *   - headers go, timestamps go (magic 0), control batches go
 *   - a zstd batch is an error: those clients cannot name it
 *   - of an uncompressed batch that is converted, records below the fetch offset go (old librdkafka relies on it)
 */
import { batchCompression, batchIsControl, batchMagic, batchMaxTimestamp, batchTimestampType } from './batch-header.ts';
import { BatchReader } from './batch-reader.ts';
import { iterateRecords } from './decode-records.ts';
import { MessageSetBuilder } from './message-set-builder.ts';
import { RecordsError } from './records-error.ts';
import { type RecordsRefusal, refusal } from './up-convert.ts';

export interface DownConversion {
  readonly ok: true;
  /** Whole entries of at most the wanted magic; empty when nothing survives. */
  readonly records: Buffer;
  /** Records that were rewritten, for the conversion metrics. */
  readonly convertedCount: number;
  /** One past the end of the last batch that was converted or dropped: where to read on when nothing survived. */
  readonly end: number;
}

/**
 * Converts the whole batches of `records`; a cut-off tail is ignored. Refuses only for the first batch that is kept.
 * Never throws for what the bytes hold.
 */
export function downConvert(
  records: Buffer,
  toMagic: 0 | 1,
  fetchOffset: number,
  decompressedBytesMax: number,
): DownConversion | RecordsRefusal {
  const parts: Buffer[] = [];
  const reader = new BatchReader(records);
  let convertedCount = 0;
  try {
    while (reader.next()) {
      const at = reader.start;
      if (batchIsControl(records, at)) continue;
      if (batchCompression(records, at) === 'zstd') {
        throw new RecordsError(
          'unsupported-compression',
          'Down-conversion of zstandard-compressed batches is not supported',
        );
      }
      if (batchMagic(records, at) <= toMagic) {
        parts.push(records.subarray(at, reader.end));
        continue;
      }
      const builder = convertBatch(records, at, toMagic, fetchOffset, decompressedBytesMax);
      if (builder.count === 0) continue;
      convertedCount += builder.count;
      parts.push(builder.build());
    }
    if (reader.stop === 'corrupt') throw new RecordsError('corrupt', 'A batch has an impossible size or magic');
  } catch (error) {
    const refused = refusal(error);
    // What stands before the batch is served; the next fetch begins at it, and is refused.
    if (parts.length === 0) return refused;
  }
  return { ok: true, records: Buffer.concat(parts), convertedCount, end: reader.start };
}

function convertBatch(
  records: Buffer,
  at: number,
  toMagic: 0 | 1,
  fetchOffset: number,
  decompressedBytesMax: number,
): MessageSetBuilder {
  const compression = batchCompression(records, at) ?? 'none';
  const isLogAppendTime = toMagic === 1 && batchTimestampType(records, at) === 'LogAppendTime';
  const builder = new MessageSetBuilder({
    magic: toMagic,
    compression: compression === 'zstd' ? 'none' : compression,
    ...(isLogAppendTime ? { logAppendTime: batchMaxTimestamp(records, at) } : {}),
  });
  for (const record of iterateRecords(records, at, decompressedBytesMax)) {
    if (compression === 'none' && record.offset < fetchOffset) continue;
    builder.append(record.offset, record.timestamp, record.key, record.value);
  }
  return builder;
}
