export { crc32 } from '../crc32.ts';
export { crc32c, newChecksumMemory } from '../crc32c.ts';
export { javaHashOrder } from '../java-hash-order.ts';
export { absInt32, javaStringHash, partitionForId } from '../java-string-hash.ts';
export { murmur2, partitionForKey, toPositive } from '../murmur2.ts';
export { BatchBuilder, type BatchOptions, type RetainedHeader } from './batch-builder.ts';
export * from './batch-header.ts';
export { BatchReader, BatchView, readBatches } from './batch-reader.ts';
export {
  buildEndTransactionMarker,
  type ControlRecordType,
  controlRecordType,
  type EndTransactionMarker,
  type MarkerOptions,
  parseEndTransactionMarker,
} from './control-record.ts';
export { DECOMPRESSED_BYTES_MAX_DEFAULT, decodeBatchRecords, decodeRecords, iterateRecords } from './decode-records.ts';
export { decompressRecords, type RecordBytes } from './decompress-records.ts';
export { type DownConversion, downConvert } from './down-convert.ts';
export { addInt64, type Int64, maxInt64, readInt64, readInt64AsNumber, subtractInt64, writeInt64 } from './int64.ts';
export { type LegacyMessage, readLegacyMessages } from './legacy-messages.ts';
export { MessageCursor, type MessageProblem } from './message-cursor.ts';
export { MessageSetBuilder, type MessageSetOptions } from './message-set-builder.ts';
export { BATCH_CORRUPT, BATCH_INCOMPLETE, nextBatchEnd } from './next-batch.ts';
export * from './record.ts';
export { headersAt, RecordCursor, type RecordProblem } from './record-cursor.ts';
export { RecordsError, type RecordsErrorKind } from './records-error.ts';
export {
  type MessageSet,
  messagesToBatch,
  type RecordsRefusal,
  readMessageSet,
  type UpConversion,
  type UpConversionOptions,
  upConvert,
} from './up-convert.ts';
export { type RecordsSummary, validateRecords } from './validate-records.ts';
