/*
 * A log is a concatenation of batches. Three formats share it; the byte at 16 says which.
 *
 * Magic 2, 61 bytes and the records (one compressed stream if the codec is not `none`):
 *
 *    0  baseOffset            int64     12  partitionLeaderEpoch  int32     43  producerId    int64
 *    8  batchLength           int32     16  magic = 2             int8      51  producerEpoch int16
 *       (bytes after this field)        17  crc32c of 21..end     uint32    53  baseSequence  int32
 *   21  attributes            int16     27  baseTimestamp         int64     57  recordCount   int32
 *   23  lastOffsetDelta       int32     35  maxTimestamp          int64     61  records
 *
 *   attributes: 0-2 codec, 3 timestamp type (1 = LogAppendTime), 4 transactional, 5 control, 6 delete horizon
 *
 * Magic 0 and 1, a message (a wrapper of messages if the codec is not `none`):
 *
 *    0  offset (of the last message)  int64     17  attributes    int8
 *    8  messageSize (bytes after it)  int32     18  timestamp     int64   (magic 1 only)
 *   12  crc32 of 16..end              uint32    18 or 26  keyLength int32 (-1 null), key,
 *   16  magic                         int8                valueLength int32 (-1 null), value
 *
 *   attributes: 0-2 codec, 3 timestamp type (magic 1)
 *
 * The accessors take the buffer and the position of the batch's first byte, and trust that the batch is whole
 * (`nextBatchEnd` says so). Those without "magic 2" in their comment serve every magic.
 */
import { type CompressionType, compressionId, compressionOfId } from '../compression/compression-type.ts';
import { crc32 } from '../crc32.ts';
import { crc32c } from '../crc32c.ts';
import { type Int64, readInt64, readInt64AsNumber, writeInt64 } from './int64.ts';
import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID, NO_SEQUENCE, NO_TIMESTAMP, type TimestampType } from './record.ts';

/** Bytes before what `batchLength` counts. */
export const LOG_OVERHEAD = 12;
export const MAGIC_OFFSET = 16;
export const CRC_OFFSET = 17;
export const ATTRIBUTES_OFFSET = 21;
/** Size of a magic 2 batch without records. */
export const BATCH_OVERHEAD = 61;
/** Size of the smallest entry of magic 0: offset, size and a message of null key and null value. */
export const MESSAGE_V0_OVERHEAD = 26;
export const MESSAGE_V1_OVERHEAD = 34;

export const COMPRESSION_MASK = 0x07;
export const TIMESTAMP_TYPE_FLAG = 0x08;
export const TRANSACTIONAL_FLAG = 0x10;
export const CONTROL_FLAG = 0x20;
export const DELETE_HORIZON_FLAG = 0x40;

/** The whole entry: what to add to `at` to reach the next one. */
export function batchSizeInBytes(b: Buffer, at: number): number {
  return b.readInt32BE(at + 8) + LOG_OVERHEAD;
}

export function batchMagic(b: Buffer, at: number): number {
  return b.readInt8(at + MAGIC_OFFSET);
}

/** Magic 2: the first offset (kept through compaction). Magic 0 and 1: the entry's offset, which is its last. */
export function batchBaseOffset(b: Buffer, at: number): number {
  return readInt64AsNumber(b, at);
}

export function batchLastOffset(b: Buffer, at: number): number {
  const base = readInt64AsNumber(b, at);
  return batchMagic(b, at) >= 2 ? base + b.readInt32BE(at + 23) : base;
}

/** Magic 2; 0 below. */
export function batchLastOffsetDelta(b: Buffer, at: number): number {
  return batchMagic(b, at) >= 2 ? b.readInt32BE(at + 23) : 0;
}

/** Magic 2; -1 below. */
export function batchPartitionLeaderEpoch(b: Buffer, at: number): number {
  return batchMagic(b, at) >= 2 ? b.readInt32BE(at + 12) : -1;
}

export function batchAttributes(b: Buffer, at: number): number {
  return batchMagic(b, at) >= 2 ? b.readInt16BE(at + ATTRIBUTES_OFFSET) : b.readUInt8(at + 17);
}

/** Undefined for an id that no Kafka has assigned. */
export function batchCompression(b: Buffer, at: number): CompressionType | undefined {
  return compressionOfId(batchAttributes(b, at) & COMPRESSION_MASK);
}

export function batchTimestampType(b: Buffer, at: number): TimestampType {
  if (batchMagic(b, at) === 0) return 'NoTimestampType';
  return (batchAttributes(b, at) & TIMESTAMP_TYPE_FLAG) === 0 ? 'CreateTime' : 'LogAppendTime';
}

/** Magic 2; false below. */
export function batchIsTransactional(b: Buffer, at: number): boolean {
  return batchMagic(b, at) >= 2 && (batchAttributes(b, at) & TRANSACTIONAL_FLAG) !== 0;
}

/** Magic 2; false below. */
export function batchIsControl(b: Buffer, at: number): boolean {
  return batchMagic(b, at) >= 2 && (batchAttributes(b, at) & CONTROL_FLAG) !== 0;
}

/** Magic 2; false below. When true, `batchBaseTimestamp` is the delete horizon in ms. */
export function batchHasDeleteHorizon(b: Buffer, at: number): boolean {
  return batchMagic(b, at) >= 2 && (batchAttributes(b, at) & DELETE_HORIZON_FLAG) !== 0;
}

/** Magic 2: what timestamp deltas count from. Magic 1: the message's timestamp. Magic 0: -1. */
export function batchBaseTimestamp(b: Buffer, at: number): Int64 {
  const magic = batchMagic(b, at);
  if (magic === 0) return NO_TIMESTAMP;
  return readInt64(b, magic === 1 ? at + 18 : at + 27);
}

/** Magic 1: the message's, or the wrapper's, timestamp. Magic 0: -1. */
export function batchMaxTimestamp(b: Buffer, at: number): Int64 {
  const magic = batchMagic(b, at);
  if (magic === 0) return NO_TIMESTAMP;
  return readInt64(b, magic === 1 ? at + 18 : at + 35);
}

/** Magic 2; -1 (none) below. */
export function batchProducerId(b: Buffer, at: number): number {
  return batchMagic(b, at) >= 2 ? readInt64AsNumber(b, at + 43) : NO_PRODUCER_ID;
}

/** Magic 2; -1 (none) below. */
export function batchProducerEpoch(b: Buffer, at: number): number {
  return batchMagic(b, at) >= 2 ? b.readInt16BE(at + 51) : NO_PRODUCER_EPOCH;
}

/** Magic 2; -1 (none) below. */
export function batchBaseSequence(b: Buffer, at: number): number {
  return batchMagic(b, at) >= 2 ? b.readInt32BE(at + 53) : NO_SEQUENCE;
}

/** -1 without a sequence, else the base sequence plus the last offset delta in the sequence space 0..2^31-1. */
export function batchLastSequence(b: Buffer, at: number): number {
  const base = batchBaseSequence(b, at);
  return base === NO_SEQUENCE ? NO_SEQUENCE : incrementSequence(base, batchLastOffsetDelta(b, at));
}

/** Sequences wrap from 2^31-1 to 0. */
export function incrementSequence(sequence: number, increment: number): number {
  const sum = sequence + increment;
  return sum > 0x7fffffff ? sum - 0x80000000 : sum;
}

/** Magic 2; -1 below, where only decompression tells. */
export function batchRecordCount(b: Buffer, at: number): number {
  return batchMagic(b, at) >= 2 ? b.readInt32BE(at + 57) : -1;
}

/** The checksum as stored. */
export function batchCrc(b: Buffer, at: number): number {
  return b.readUInt32BE(batchMagic(b, at) >= 2 ? at + CRC_OFFSET : at + 12);
}

/** The checksum of the bytes as they are. */
export function computeBatchCrc(b: Buffer, at: number): number {
  const end = at + batchSizeInBytes(b, at);
  return batchMagic(b, at) >= 2 ? crc32c(b, at + ATTRIBUTES_OFFSET, end) : crc32(b, at + 16, end);
}

export function batchCrcIsValid(b: Buffer, at: number): boolean {
  return batchCrc(b, at) === computeBatchCrc(b, at);
}

/** Outside the checksum in every magic. */
export function setBatchBaseOffset(b: Buffer, at: number, offset: number): void {
  writeInt64(b, offset, at);
}

/** Magic 2 only: sets the base offset so that the batch ends at `offset`. Below: sets the offset. */
export function setBatchLastOffset(b: Buffer, at: number, offset: number): void {
  writeInt64(b, offset - batchLastOffsetDelta(b, at), at);
}

/** Magic 2; outside the checksum. Nothing below. */
export function setBatchPartitionLeaderEpoch(b: Buffer, at: number, epoch: number): void {
  if (batchMagic(b, at) >= 2) b.writeInt32BE(epoch, at + 12);
}

/** Sets the timestamp type and the max timestamp (magic 1: the timestamp), and the checksum when anything changed. Nothing on magic 0. */
export function setBatchMaxTimestamp(b: Buffer, at: number, type: TimestampType, timestamp: Int64): void {
  const magic = batchMagic(b, at);
  if (magic === 0) return;
  if (batchTimestampType(b, at) === type && batchMaxTimestamp(b, at) === timestamp) return;
  const attributes = batchAttributes(b, at) & ~TIMESTAMP_TYPE_FLAG;
  const flagged = type === 'LogAppendTime' ? attributes | TIMESTAMP_TYPE_FLAG : attributes;
  if (magic === 1) b.writeUInt8(flagged & 0xff, at + 17);
  else b.writeInt16BE(flagged, at + ATTRIBUTES_OFFSET);
  writeInt64(b, timestamp, magic === 1 ? at + 18 : at + 35);
  updateBatchCrc(b, at);
}

/** Magic 2: another writer; the checksum follows. */
export function setBatchProducer(b: Buffer, at: number, producerId: number, epoch: number, baseSequence: number): void {
  writeInt64(b, producerId, at + 43);
  b.writeInt16BE(epoch, at + 51);
  b.writeInt32BE(baseSequence, at + 53);
  updateBatchCrc(b, at);
}

/** To be called after any change between the checksum and the end. */
export function updateBatchCrc(b: Buffer, at: number): void {
  b.writeUInt32BE(computeBatchCrc(b, at), batchMagic(b, at) >= 2 ? at + CRC_OFFSET : at + 12);
}

/** What `writeBatchHeader` takes: the fields of the diagram above. */
export interface BatchHeader {
  readonly baseOffset: number;
  readonly partitionLeaderEpoch: number;
  readonly compression: CompressionType;
  readonly timestampType: TimestampType;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly hasDeleteHorizon: boolean;
  readonly lastOffsetDelta: number;
  readonly baseTimestamp: Int64;
  readonly maxTimestamp: Int64;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
}

/** Magic 2: writes the 61 bytes at `at` for a batch of `sizeInBytes` whose records are in place, checksum included. */
export function writeBatchHeader(b: Buffer, at: number, sizeInBytes: number, header: BatchHeader): void {
  const attributes =
    compressionId(header.compression) |
    (header.timestampType === 'LogAppendTime' ? TIMESTAMP_TYPE_FLAG : 0) |
    (header.isTransactional ? TRANSACTIONAL_FLAG : 0) |
    (header.isControl ? CONTROL_FLAG : 0) |
    (header.hasDeleteHorizon ? DELETE_HORIZON_FLAG : 0);
  writeInt64(b, header.baseOffset, at);
  b.writeInt32BE(sizeInBytes - LOG_OVERHEAD, at + 8);
  b.writeInt32BE(header.partitionLeaderEpoch, at + 12);
  b.writeInt8(2, at + MAGIC_OFFSET);
  b.writeInt16BE(attributes, at + ATTRIBUTES_OFFSET);
  b.writeInt32BE(header.lastOffsetDelta, at + 23);
  writeInt64(b, header.baseTimestamp, at + 27);
  writeInt64(b, header.maxTimestamp, at + 35);
  writeInt64(b, header.producerId, at + 43);
  b.writeInt16BE(header.producerEpoch, at + 51);
  b.writeInt32BE(header.baseSequence, at + 53);
  b.writeInt32BE(header.recordCount, at + 57);
  b.writeUInt32BE(crc32c(b, at + ATTRIBUTES_OFFSET, at + sizeInBytes), at + CRC_OFFSET);
}
