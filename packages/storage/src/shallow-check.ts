import type { Int64 } from '@ottla/common';
import { ErrorCode } from '@ottla/protocol';
import type { CompressionType } from '@ottla/protocol/compression';
import {
  BatchReader,
  batchBaseOffset,
  batchCompression,
  batchCrc,
  batchCrcIsValid,
  batchLastOffset,
  batchMagic,
  batchMaxTimestamp,
  batchPartitionLeaderEpoch,
} from '@ottla/protocol/records';
import type { RecordError } from './append.ts';

/** Why an append is refused. `message` is for the log; what a client may see is in `clientMessage` and `recordErrors`. */
export class Refusal {
  readonly error: ErrorCode;
  readonly message: string;
  readonly clientMessage: string | null;
  readonly recordErrors: readonly RecordError[];

  constructor(
    error: ErrorCode,
    message: string,
    clientMessage: string | null = null,
    recordErrors: readonly RecordError[] = [],
  ) {
    this.error = error;
    this.message = message;
    this.clientMessage = clientMessage;
    this.recordErrors = recordErrors;
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
    if (!batchCrcIsValid(records, at)) {
      return new Refusal(
        ErrorCode.CORRUPT_MESSAGE,
        `Record is corrupt (stored crc = ${batchCrc(records, at)}) in topic partition ${rules.where}.`,
      );
    }
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
    if (compression !== undefined && compression !== 'none') sourceCompression = compression;
    batchCount++;
  }
  if (reader.stop === 'corrupt') {
    return new Refusal(
      ErrorCode.CORRUPT_MESSAGE,
      `The bytes at ${reader.start} of an append to ${rules.where} are not a record batch: impossible size or magic`,
    );
  }
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
