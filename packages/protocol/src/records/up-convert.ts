/*
 * What Produce v0-2 brings becomes one batch of magic 2, by the rules of Kafka's LogValidator: all entries have one
 * magic; where anything is compressed there is exactly one wrapper, whose messages are plain and of its magic; wrong
 * inner offsets do not matter, as all are assigned anew; magic 0 has no timestamps (-1).
 */
import { CompressionError } from '../compression/compression-error.ts';
import type { CompressionType } from '../compression/compression-type.ts';
import { BatchBuilder } from './batch-builder.ts';
import { batchCompression, batchCrcIsValid, batchMagic } from './batch-header.ts';
import { BatchReader } from './batch-reader.ts';
import type { Int64 } from './int64.ts';
import { type LegacyMessage, readLegacyMessages } from './legacy-messages.ts';
import { RecordsError, type RecordsErrorKind } from './records-error.ts';

export interface RecordsRefusal {
  readonly ok: false;
  readonly kind: RecordsErrorKind;
  readonly message: string;
}

/** The messages of a message set with what the wrapper compressed them with. */
export interface MessageSet {
  readonly ok: true;
  readonly magic: 0 | 1;
  readonly compression: CompressionType;
  readonly messages: readonly LegacyMessage[];
}

/**
 * All messages that a producer sent as magic 0 or 1, unwrapped and checked: sizes, checksums (inner ones too), magic,
 * nesting. A cut-off tail is ignored, as Kafka trims it. Keys and values are views.
 */
export function readMessageSet(records: Buffer, decompressedBytesMax: number): MessageSet | RecordsRefusal {
  try {
    return readChecked(records, decompressedBytesMax);
  } catch (error) {
    return refusal(error);
  }
}

function readChecked(records: Buffer, decompressedBytesMax: number): MessageSet {
  const reader = new BatchReader(records);
  const messages: LegacyMessage[] = [];
  let magic: 0 | 1 | undefined;
  let compression: CompressionType = 'none';
  let entries = 0;
  while (reader.next()) {
    const at = reader.start;
    const own = batchMagic(records, at);
    if (own !== 0 && own !== 1)
      throw new RecordsError('invalid', `A batch of magic ${own} stands among messages of magic 0 or 1`);
    magic ??= own;
    if (own !== magic) {
      throw new RecordsError('invalid', `Batch magic ${own} is not the same as the first batch's magic byte ${magic}`);
    }
    if (!batchCrcIsValid(records, at)) throw new RecordsError('corrupt', `The checksum of message ${entries} is wrong`);
    const codec = batchCompression(records, at) ?? 'none';
    if (codec !== 'none') compression = codec;
    if (compression !== 'none' && entries > 0) {
      throw new RecordsError('invalid', 'Compressed outer record has more than one batch');
    }
    for (const message of readLegacyMessages(records, at, decompressedBytesMax, true)) messages.push(message);
    entries++;
  }
  if (reader.stop === 'corrupt')
    throw new RecordsError('corrupt', `Message ${entries} has an impossible size or magic`);
  return { ok: true, magic: magic ?? 0, compression, messages };
}

export interface UpConversionOptions {
  /** What the batch is compressed with: the topic's `compression.type`, or for `producer` what it came with. */
  readonly compression: CompressionType | 'producer';
  readonly compressionLevel?: number;
  readonly baseOffset: number;
  readonly partitionLeaderEpoch: number;
  /** For topics of `message.timestamp.type=LogAppendTime`; else the messages keep their timestamps. */
  readonly logAppendTime?: Int64;
  readonly decompressedBytesMax: number;
}

export interface UpConversion {
  readonly ok: true;
  /** One batch of magic 2; empty when there was no whole message. */
  readonly batch: Buffer;
  readonly recordCount: number;
}

/** `readMessageSet` and `messagesToBatch` in one. */
export function upConvert(records: Buffer, options: UpConversionOptions): UpConversion | RecordsRefusal {
  const set = readMessageSet(records, options.decompressedBytesMax);
  return set.ok ? messagesToBatch(set, options) : set;
}

/** The second half, for callers that check the messages in between. */
export function messagesToBatch(set: MessageSet, options: UpConversionOptions): UpConversion | RecordsRefusal {
  if (set.messages.length === 0) return { ok: true, batch: Buffer.alloc(0), recordCount: 0 };
  const { logAppendTime, compressionLevel } = options;
  const builder = new BatchBuilder({
    baseOffset: options.baseOffset,
    partitionLeaderEpoch: options.partitionLeaderEpoch,
    compression: options.compression === 'producer' ? set.compression : options.compression,
    ...(compressionLevel === undefined ? {} : { compressionLevel }),
    ...(logAppendTime === undefined ? {} : { logAppendTime }),
  });
  for (const message of set.messages) builder.append(message.timestamp, message.key, message.value);
  try {
    return { ok: true, batch: builder.build(), recordCount: set.messages.length };
  } catch (error) {
    return refusal(error);
  }
}

/** Turns what the record code throws into a value; anything else is a bug and goes on. */
export function refusal(error: unknown): RecordsRefusal {
  if (error instanceof RecordsError) return { ok: false, kind: error.kind, message: error.message };
  if (!(error instanceof CompressionError)) throw error;
  return { ok: false, kind: error.kind === 'corrupt' ? 'invalid' : error.kind, message: error.message };
}
