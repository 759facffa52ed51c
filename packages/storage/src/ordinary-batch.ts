/*
 * What nearly every request brings: one batch of format 2, not compressed, with nothing about it that would have to be
 * refused or changed. It is recognised, checked in full and stamped in one walk; whatever does not fit is left to the
 * validator, which finds out why and says so in Kafka's words. Nothing is changed before everything is checked.
 */
import {
  ATTRIBUTES_OFFSET,
  BATCH_OVERHEAD,
  batchCrcIsValid,
  LOG_OVERHEAD,
  MAGIC_OFFSET,
  setBatchBaseOffset,
  setBatchPartitionLeaderEpoch,
  validateRecords,
} from '@ottla/protocol/records';
import { timestampIsOutOfRange } from './record-errors.ts';
import type { ValidationRules, ValidRecords } from './record-validator.ts';

/** High words of an int64 beyond which a number would be unsafe, or a BigInt. */
const HIGH_MAX = 0x1fffff;
const TWO_32 = 0x1_0000_0000;

/** The batch, which now has its offset and epoch; undefined: it is not an ordinary one, and nothing has changed. */
export function acceptOrdinaryBatch(records: Buffer, rules: ValidationRules): ValidRecords | undefined {
  const { config, options, firstOffset, nowMs } = rules;
  const size = records.length;
  if (size < BATCH_OVERHEAD || size > config.maxMessageBytes || size > config.segmentBytes) return undefined;
  if (records[MAGIC_OFFSET] !== 2 || records.readInt32BE(8) !== size - LOG_OVERHEAD) return undefined;
  if (records.readInt16BE(ATTRIBUTES_OFFSET) !== 0 || config.timestampType !== 'CreateTime') return undefined;
  if (config.compressionType !== 'producer' && config.compressionType !== 'none') return undefined;
  const isFromZero = records.readInt32BE(0) === 0 && records.readInt32BE(4) === 0;
  const lastOffsetDelta = records.readInt32BE(23);
  const count = records.readInt32BE(57);
  if (!isFromZero || lastOffsetDelta < 0 || count !== lastOffsetDelta + 1) return undefined;
  const producerIdHigh = records.readInt32BE(43);
  const hasProducer = producerIdHigh >= 0;
  if (hasProducer && (producerIdHigh > HIGH_MAX || records.readInt32BE(53) < 0)) return undefined;
  if (!hasProducer && (producerIdHigh !== -1 || records.readInt32BE(47) !== -1)) return undefined;
  const baseTimestamp = smallInt64(records, 27);
  const maxTimestamp = smallInt64(records, 35);
  if (baseTimestamp === undefined || maxTimestamp === undefined || !batchCrcIsValid(records, 0)) return undefined;
  const summary = validateRecords(records, BATCH_OVERHEAD, size, count, baseTimestamp);
  if (summary.problem !== undefined || summary.count !== count || !summary.offsetsAreConsecutive) return undefined;
  if (summary.maxTimestamp !== maxTimestamp || (config.compact && summary.firstNullKeyIndex >= 0)) return undefined;
  const { minTimestamp } = summary;
  if (timestampIsOutOfRange(maxTimestamp, nowMs, config)) return undefined;
  if (minTimestamp !== undefined && timestampIsOutOfRange(minTimestamp, nowMs, config)) return undefined;
  setBatchBaseOffset(records, 0, firstOffset);
  setBatchPartitionLeaderEpoch(records, 0, options.leaderEpoch);
  return {
    bytes: records,
    count,
    maxTimestamp,
    offsetOfMaxTimestamp: maxTimestamp < 0 ? -1 : firstOffset + lastOffsetDelta,
    logAppendTime: -1,
    mayHaveProducers: hasProducer,
  };
}

/** Undefined for what is negative but -1, or may be beyond the safe integers. */
function smallInt64(buffer: Buffer, at: number): number | undefined {
  const high = buffer.readInt32BE(at);
  const low = buffer.readUInt32BE(at + 4);
  if (high >= 0 && high <= HIGH_MAX) return high * TWO_32 + low;
  return high === -1 && low === TWO_32 - 1 ? -1 : undefined;
}
