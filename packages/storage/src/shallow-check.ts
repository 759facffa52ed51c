import type { Int64 } from '@ottla/common';
import { ErrorCode } from '@ottla/protocol';
import type { CompressionType } from '@ottla/protocol/compression';
import {
  BatchReader,
  batchAttributes,
  batchBaseOffset,
  batchCompression,
  batchCrc,
  batchCrcIsValid,
  batchLastOffset,
  batchMagic,
  batchMaxTimestamp,
  batchPartitionLeaderEpoch,
  COMPRESSION_MASK,
  LOG_OVERHEAD,
  MAGIC_OFFSET,
} from '@ottla/protocol/records';
import type { RecordError } from './append.ts';
import { leastBatchBytes } from './header-walk.ts';

/** Why an append is refused. `message` is for the log; what a client may see is in `clientMessage` and `recordErrors`. */
export class Refusal {
  readonly error: ErrorCode;
  readonly message: string;
  readonly clientMessage: string | null;
  readonly recordErrors: readonly RecordError[];
  /** Kafka refuses it before it looks at the log, and so does not tell where that begins. */
  readonly precedesLog: boolean;

  constructor(
    error: ErrorCode,
    message: string,
    clientMessage: string | null = null,
    recordErrors: readonly RecordError[] = [],
    precedesLog = false,
  ) {
    this.error = error;
    this.message = message;
    this.clientMessage = clientMessage;
    this.recordErrors = recordErrors;
    this.precedesLog = precedesLog;
  }

  static beforeLog(error: ErrorCode, message: string): Refusal {
    return new Refusal(error, message, null, [], true);
  }
}

/** What the headers of a set of batches say (Java: LogAppendInfo before validation). */
export interface ShallowInfo {
  /** Bytes of whole batches; what follows is part of one, and ignored. */
  readonly validBytes: number;
  readonly batchCount: number;
  /** Codec of the last compressed batch. */
  readonly sourceCompression: CompressionType;
  readonly firstMagic: number;
  readonly allMagic2: boolean;
  /** Of the first batch; its last offset for magic 0 and 1. */
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly lastLeaderEpoch: number;
  readonly offsetsIncrease: boolean;
  readonly maxTimestamp: Int64;
  /** Last offset of the first batch that has `maxTimestamp`. */
  readonly offsetOfMaxTimestamp: number;
}

export interface ShallowRules {
  readonly where: string;
  /** A client's batches begin at offset 0. */
  readonly fromClient: boolean;
  /** Infinity where sizes were checked by the leader. */
  readonly maxMessageBytes: number;
}

/** Checks structure, size and checksum of each batch (Java: UnifiedLog.analyzeAndValidateRecords). */
export function checkShallow(records: Buffer, rules: ShallowRules): ShallowInfo | Refusal {
  const reader = new BatchReader(records);
  let batchCount = 0;
  let sourceCompression: CompressionType = 'none';
  let firstMagic = 2;
  let allMagic2 = true;
  let firstOffset = -1;
  let lastOffset = -1;
  let lastLeaderEpoch = -1;
  let offsetsIncrease = true;
  let maxTimestamp: Int64 = -1;
  let offsetOfMaxTimestamp = -1;
  while (reader.next()) {
    const at = reader.start;
    const magic = batchMagic(records, at);
    const baseOffset = batchBaseOffset(records, at);
    if (magic >= 2 && rules.fromClient && baseOffset !== 0) {
      return new Refusal(
        ErrorCode.INVALID_RECORD,
        `The baseOffset of the record batch in the append to ${rules.where} should be 0, but it is ${baseOffset}`,
      );
    }
    const sizeBytes = reader.end - at;
    if (sizeBytes > rules.maxMessageBytes) {
      return new Refusal(
        ErrorCode.MESSAGE_TOO_LARGE,
        `The record batch size in the append to ${rules.where} is ${sizeBytes} bytes which exceeds the maximum configured value of ${rules.maxMessageBytes}.`,
      );
    }
    if (!batchCrcIsValid(records, at)) return corrupt(records, at, rules.where);
    if (batchCount === 0) {
      firstMagic = magic;
      firstOffset = baseOffset;
    }
    if (magic !== 2) allMagic2 = false;
    const last = batchLastOffset(records, at);
    if (lastOffset >= last) offsetsIncrease = false;
    lastOffset = last;
    lastLeaderEpoch = batchPartitionLeaderEpoch(records, at);
    const timestamp = batchMaxTimestamp(records, at);
    if (timestamp > maxTimestamp) {
      maxTimestamp = timestamp;
      offsetOfMaxTimestamp = last;
    }
    const compression = batchCompression(records, at);
    if (compression === undefined) {
      const id = batchAttributes(records, at) & COMPRESSION_MASK;
      return new Refusal(ErrorCode.UNKNOWN_SERVER_ERROR, `Unknown compression type id: ${id}`);
    }
    if (compression !== 'none') sourceCompression = compression;
    batchCount++;
  }
  if (reader.stop === 'corrupt') return malformed(records, reader.start, rules.where);
  return {
    validBytes: reader.start,
    batchCount,
    sourceCompression,
    firstMagic,
    allMagic2,
    firstOffset,
    lastOffset,
    lastLeaderEpoch,
    offsetsIncrease,
    maxTimestamp,
    offsetOfMaxTimestamp,
  };
}

function corrupt(records: Buffer, at: number, where: string): Refusal {
  return new Refusal(
    ErrorCode.CORRUPT_MESSAGE,
    `Record is corrupt (stored crc = ${batchCrc(records, at)}) in topic partition ${where}.`,
  );
}

/** Of the message size; what follows it in a larger entry is looked at by its magic. */
const LEAST_MESSAGE_BYTES = 14;

/** Kafka tells the client why the bytes cannot be walked. */
function malformed(records: Buffer, at: number, where: string): Refusal {
  const size = records.readInt32BE(at + 8);
  const magic = records.length > at + MAGIC_OFFSET ? batchMagic(records, at) : 0;
  if (size < LEAST_MESSAGE_BYTES) {
    const text = `Record size ${size} is less than the minimum record overhead (${LEAST_MESSAGE_BYTES})`;
    return new Refusal(ErrorCode.CORRUPT_MESSAGE, text, text);
  }
  if (magic < 0 || magic > 2) {
    const text = `Invalid magic found in record: ${magic}`;
    return new Refusal(ErrorCode.CORRUPT_MESSAGE, text, text);
  }
  if (size + LOG_OVERHEAD < leastBatchBytes(magic)) {
    return new Refusal(
      ErrorCode.CORRUPT_MESSAGE,
      `A record batch of ${size} bytes for ${where} is too short for its magic`,
    );
  }
  // Whole, but a field is beyond what can be: either damaged on its way, or meant so.
  if (!batchCrcIsValid(records, at)) return corrupt(records, at, where);
  return new Refusal(ErrorCode.INVALID_RECORD, `A record batch for ${where} has an impossible offset or producer id`);
}
