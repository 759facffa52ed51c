/*
 * What happens to records between a request and the log (Java: LogValidator): they are checked in full, get their offsets and
 * leader epoch, and the topic's codec, timestamp type and format 2. In place where that is possible; else the batch is
 * built anew, which is so when the codec differs, the format is 0 or 1, or the offsets inside are not 0, 1, 2, ...
 */
import type { Int64 } from '@ottla/common';
import { ErrorCode } from '@ottla/protocol';
import { CompressionError, type CompressionType } from '@ottla/protocol/compression';
import {
  BatchBuilder,
  BatchReader,
  type BatchView,
  batchBaseTimestamp,
  batchMagic,
  batchRecordCount,
  DECOMPRESSED_BYTES_MAX_DEFAULT,
  type DecodedRecord,
  decompressRecords,
  iterateRecords,
  RecordsError,
  readBatches,
  readLegacyMessages,
  setBatchLastOffset,
  setBatchMaxTimestamp,
  setBatchPartitionLeaderEpoch,
  validateRecords,
} from '@ottla/protocol/records';
import type { AppendOptions } from './append.ts';
import type { LogConfig } from './log-config.ts';
import { acceptOrdinaryBatch } from './ordinary-batch.ts';
import { refuseRecords, timestampIsOutOfRange } from './record-errors.ts';
import { checkShallow, Refusal, type ShallowInfo } from './shallow-check.ts';

export interface ValidationRules {
  /** `topic-partition`, for messages. */
  readonly where: string;
  readonly config: LogConfig;
  readonly options: AppendOptions;
  readonly firstOffset: number;
  readonly nowMs: number;
}

/** Records as they go to disk. */
export interface ValidRecords {
  readonly bytes: Buffer;
  /** Records in them; 0 when there was no whole batch. */
  readonly count: number;
  readonly maxTimestamp: Int64;
  /** Last offset of the batch that has it. */
  readonly offsetOfMaxTimestamp: number;
  /** -1 unless the topic stamps the append time. */
  readonly logAppendTime: Int64;
  /** False: certainly no batch has a producer id. */
  readonly mayHaveProducers: boolean;
}

/** `records` may be changed in place, also when the answer is a refusal. */
export function validateAppend(records: Buffer, rules: ValidationRules): ValidRecords | Refusal {
  const ordinary = acceptOrdinaryBatch(records, rules);
  if (ordinary !== undefined) return ordinary;
  const { config, options } = rules;
  const info = checkShallow(records, {
    where: rules.where,
    fromClient: options.origin === 'client',
    maxMessageBytes: config.maxMessageBytes,
  });
  const early = options.origin === 'client' ? checkProduceVersion(records, info, options.produceVersion) : undefined;
  if (early !== undefined) return early;
  if (info instanceof Refusal) return info;
  const bytes = info.validBytes === records.length ? records : records.subarray(0, info.validBytes);
  if (info.batchCount === 0) {
    return { bytes, count: 0, maxTimestamp: -1, offsetOfMaxTimestamp: -1, logAppendTime: -1, mayHaveProducers: false };
  }
  try {
    const valid = new Validation(bytes, info, rules).run();
    return valid instanceof Refusal ? valid : checkSizes(valid, bytes, rules);
  } catch (error) {
    if (error instanceof RecordsError) return refusalOf(error, rules.where);
    throw error;
  }
}

/** Java: ProduceRequest.validateRecords. It comes before everything else, so what it refuses wins. */
function checkProduceVersion(records: Buffer, info: ShallowInfo | Refusal, version: number): Refusal | undefined {
  if (version < 3) return undefined;
  const reader = new BatchReader(records);
  if (!reader.next()) {
    if (reader.stop === 'corrupt') return info instanceof Refusal ? info : undefined;
    return Refusal.beforeLog(
      ErrorCode.INVALID_RECORD,
      `Produce requests with version ${version} must have at least one record batch per partition`,
    );
  }
  const batch = reader.view();
  if (batch.magic !== 2) {
    return Refusal.beforeLog(
      ErrorCode.INVALID_RECORD,
      `Produce requests with version ${version} are only allowed to contain record batches with magic version 2`,
    );
  }
  if (version < 7 && batch.compression === 'zstd') {
    return Refusal.beforeLog(
      ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
      `Produce requests with version ${version} are not allowed to use ZStandard compression`,
    );
  }
  if (reader.next()) {
    return Refusal.beforeLog(
      ErrorCode.INVALID_RECORD,
      `Produce requests with version ${version} are only allowed to contain exactly one record batch per partition`,
    );
  }
  return undefined;
}

function checkSizes(valid: ValidRecords, original: Buffer, rules: ValidationRules): ValidRecords | Refusal {
  const { config, where } = rules;
  if (valid.bytes !== original) {
    for (const batch of readBatches(valid.bytes)) {
      if (batch.sizeInBytes <= config.maxMessageBytes) continue;
      return new Refusal(
        ErrorCode.MESSAGE_TOO_LARGE,
        `Message batch size is ${batch.sizeInBytes} bytes in append to partition ${where} which exceeds the maximum configured size of ${config.maxMessageBytes}.`,
      );
    }
  }
  if (valid.bytes.length <= config.segmentBytes) return valid;
  return new Refusal(
    ErrorCode.RECORD_LIST_TOO_LARGE,
    `Message batch size is ${valid.bytes.length} bytes in append to partition ${where}, which exceeds the maximum configured segment size of ${config.segmentBytes}.`,
  );
}

/** One run over one set of batches. */
class Validation {
  readonly #records: Buffer;
  readonly #info: ShallowInfo;
  readonly #rules: ValidationRules;
  readonly #target: CompressionType;
  readonly #decompressedBytesMax: number;
  #nextOffset: number;
  #maxTimestamp: Int64 = -1;
  #offsetOfMaxTimestamp = -1;

  constructor(records: Buffer, info: ShallowInfo, rules: ValidationRules) {
    this.#records = records;
    this.#info = info;
    this.#rules = rules;
    const { compressionType, maxMessageBytes } = rules.config;
    this.#target = compressionType === 'producer' ? info.sourceCompression : compressionType;
    this.#decompressedBytesMax = Math.max(DECOMPRESSED_BYTES_MAX_DEFAULT, 32 * maxMessageBytes);
    this.#nextOffset = rules.firstOffset;
  }

  run(): ValidRecords | Refusal {
    const { sourceCompression, batchCount, allMagic2 } = this.#info;
    if (batchCount > 1 && (this.#info.firstMagic === 2 || sourceCompression !== 'none')) {
      return new Refusal(ErrorCode.INVALID_RECORD, 'Compressed outer record has more than one batch');
    }
    for (const batch of readBatches(this.#records)) {
      const refusal = this.#checkBatch(batch);
      if (refusal !== undefined) return refusal;
    }
    const first = new BatchReader(this.#records);
    first.next();
    const keepsCodec = sourceCompression === this.#target || (sourceCompression === 'none' && first.view().isControl);
    if (allMagic2 && keepsCodec) {
      const inPlace = this.#assignInPlace();
      if (inPlace !== undefined) return inPlace;
      this.#nextOffset = this.#rules.firstOffset;
    }
    return this.#rebuild();
  }

  /** Java: LogValidator.validateBatch. */
  #checkBatch(batch: BatchView): Refusal | undefined {
    const { where, options } = this.#rules;
    const invalid = (message: string): Refusal =>
      new Refusal(ErrorCode.INVALID_RECORD, `${message} in topic partition ${where}`);
    if (batch.magic !== this.#info.firstMagic) {
      return invalid(
        `Batch magic ${batch.magic} is not the same as the first batch's magic byte ${this.#info.firstMagic}`,
      );
    }
    if (options.origin !== 'client') return undefined;
    const { magic, baseOffset, lastOffset, recordCount, producerId, baseSequence } = batch;
    if (magic === 2) {
      const range = `[${baseOffset}, ${lastOffset}]`;
      if (lastOffset < baseOffset) return invalid(`Batch has an invalid offset range: ${range}`);
      if (recordCount <= 0) return invalid(`Invalid reported count for record batch: ${recordCount}`);
      if (lastOffset - baseOffset + 1 !== recordCount) {
        return invalid(`Inconsistent batch offset range ${range} and count of records ${recordCount}`);
      }
    }
    if (batch.isControl) return invalid('Clients are not allowed to write control records');
    if (producerId >= 0 && baseSequence < 0) {
      return invalid(`Invalid sequence number ${baseSequence} in record batch with producerId ${producerId}`);
    }
    return undefined;
  }

  /** Undefined when a batch turns out to need a new build; nothing that a rebuild reads has changed then. */
  #assignInPlace(): ValidRecords | Refusal | undefined {
    const { config, options, nowMs } = this.#rules;
    const reader = new BatchReader(this.#records);
    while (reader.next()) {
      const at = reader.start;
      const raw = decompressRecords(this.#records, at, this.#decompressedBytesMax);
      const count = batchRecordCount(this.#records, at);
      const baseTimestamp = batchBaseTimestamp(this.#records, at);
      const summary = validateRecords(raw.bytes, raw.start, raw.end, count, baseTimestamp);
      if (summary.problem !== undefined) {
        return new Refusal(
          ErrorCode.INVALID_RECORD,
          `Record ${summary.count} of a batch for ${this.#rules.where} is malformed: ${summary.problem}`,
        );
      }
      const batch = reader.view();
      const claimsAppendTime = batch.timestampType === 'LogAppendTime';
      const suspicious =
        claimsAppendTime ||
        (config.compact && summary.firstNullKeyIndex >= 0 && !batch.isControl) ||
        (config.timestampType === 'CreateTime' && this.#isOutOfRange(summary.minTimestamp, summary.maxTimestamp));
      if (suspicious && !batch.isControl) {
        const refusal = this.#refuseRecords(this.#decode(batch), batch);
        if (refusal !== undefined) return refusal;
      }
      if (!summary.offsetsAreConsecutive) {
        if (this.#info.sourceCompression === 'none') return undefined;
        // Kafka would build it anew, and fails, for it has skipped the values. No client sends such.
        return new Refusal(
          ErrorCode.UNKNOWN_SERVER_ERROR,
          `The offsets within a compressed batch for ${this.#rules.where} are not consecutive`,
        );
      }
      const lastOffset = this.#nextOffset + summary.count - 1;
      const createTime = claimsAppendTime ? batch.maxTimestamp : summary.maxTimestamp;
      setBatchLastOffset(this.#records, at, lastOffset);
      setBatchPartitionLeaderEpoch(this.#records, at, options.leaderEpoch);
      setBatchMaxTimestamp(
        this.#records,
        at,
        config.timestampType,
        config.timestampType === 'LogAppendTime' ? nowMs : createTime,
      );
      this.#saw(createTime, lastOffset);
      this.#nextOffset = lastOffset + 1;
    }
    return this.#valid(this.#records);
  }

  #rebuild(): ValidRecords | Refusal {
    const { config, options, nowMs } = this.#rules;
    let builder: BatchBuilder | undefined;
    for (const batch of readBatches(this.#records)) {
      const refusal = batch.isControl ? undefined : this.#refuseRecords(this.#decode(batch), batch);
      if (refusal !== undefined) return refusal;
      builder ??= new BatchBuilder({
        baseOffset: this.#rules.firstOffset,
        compression: this.#target,
        ...(config.compressionLevel === undefined ? {} : { compressionLevel: config.compressionLevel }),
        ...(config.timestampType === 'LogAppendTime' ? { logAppendTime: nowMs } : {}),
        producerId: batch.producerId,
        producerEpoch: batch.producerEpoch,
        baseSequence: batch.baseSequence,
        isTransactional: batch.isTransactional,
        isControl: batch.isControl,
        partitionLeaderEpoch: options.leaderEpoch,
      });
      for (const record of this.#decode(batch)) {
        builder.append(record.timestamp, record.key, record.value, record.headers);
        this.#saw(record.timestamp, this.#nextOffset);
        this.#nextOffset++;
      }
    }
    if (builder === undefined || builder.recordCount === 0) {
      return new Refusal(ErrorCode.INVALID_RECORD, 'Record batch has no batches at all');
    }
    this.#offsetOfMaxTimestamp = this.#nextOffset - 1;
    return this.#valid(builder.build());
  }

  /** One by one, twice where it must be: a few compressed bytes may hold millions. */
  #decode(batch: BatchView): Iterable<DecodedRecord> {
    const { buffer, start } = batch;
    if (batchMagic(buffer, start) === 2) return iterateRecords(buffer, start, this.#decompressedBytesMax);
    return readLegacyMessages(buffer, start, this.#decompressedBytesMax, true).map((message) => ({
      offset: message.offset,
      timestamp: message.timestamp,
      key: message.key,
      value: message.value,
      headers: [],
    }));
  }

  #saw(timestamp: Int64, lastOffset: number): void {
    if (timestamp <= this.#maxTimestamp) return;
    this.#maxTimestamp = timestamp;
    this.#offsetOfMaxTimestamp = lastOffset;
  }

  #isOutOfRange(min: Int64 | undefined, max: Int64): boolean {
    const { nowMs, config } = this.#rules;
    return (
      (min !== undefined && timestampIsOutOfRange(min, nowMs, config)) || timestampIsOutOfRange(max, nowMs, config)
    );
  }

  #refuseRecords(records: Iterable<DecodedRecord>, batch: BatchView): Refusal | undefined {
    return refuseRecords(records, batch, this.#recordRules());
  }

  #recordRules(): Parameters<typeof refuseRecords>[2] {
    const { where, config, nowMs } = this.#rules;
    return {
      where,
      nowMs,
      compact: config.compact,
      timestampType: config.timestampType,
      timestampBeforeMaxMs: config.timestampBeforeMaxMs,
      timestampAfterMaxMs: config.timestampAfterMaxMs,
    };
  }

  #valid(bytes: Buffer): ValidRecords {
    const stamps = this.#rules.config.timestampType === 'LogAppendTime';
    return {
      bytes,
      count: this.#nextOffset - this.#rules.firstOffset,
      maxTimestamp: stamps ? this.#rules.nowMs : this.#maxTimestamp,
      offsetOfMaxTimestamp: stamps ? this.#nextOffset - 1 : this.#offsetOfMaxTimestamp,
      logAppendTime: stamps ? this.#rules.nowMs : -1,
      mayHaveProducers: true,
    };
  }
}

function refusalOf(error: RecordsError, where: string): Refusal {
  const message = `${error.message} in topic partition ${where}`;
  switch (error.kind) {
    case 'corrupt':
      return new Refusal(ErrorCode.CORRUPT_MESSAGE, message);
    case 'unsupported-compression':
    case 'unavailable':
      return new Refusal(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, message);
    case 'invalid':
    case 'too-large':
      // What cannot be decompressed Kafka answers so; what then cannot be read as records, as the other.
      return new Refusal(
        error.cause instanceof CompressionError ? ErrorCode.UNKNOWN_SERVER_ERROR : ErrorCode.INVALID_RECORD,
        message,
      );
  }
}
