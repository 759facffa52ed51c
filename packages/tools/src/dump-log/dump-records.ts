import { basename } from 'node:path';
import type { Disk } from '@ottla/platform';
import {
  type BatchView,
  batchAttributes,
  batchBaseTimestamp,
  batchCrc,
  COMPRESSION_MASK,
  controlRecordType,
  crc32,
  type DecodedRecord,
  decompressRecords,
  incrementSequence,
  iterateRecords,
  parseEndTransactionMarker,
} from '@ottla/protocol/records';
import type { TextOutput } from '../cli/text-output.ts';
import { batchesOf } from './batch-file.ts';
import { controlRecordText } from './control-records.ts';
import type { DumpedFile } from './dump-indexes.ts';
import type { MessageParser } from './message-parsers.ts';
import type { Problems } from './problems.ts';

/** A batch may decompress to this; Kafka has no limit. */
const DECOMPRESSED_BYTES_MAX = 1024 * 1024 * 1024;
const INT32_MAX = 2 ** 31 - 1;

export interface RecordsOptions {
  readonly isDeep: boolean;
  readonly printsContent: boolean;
  readonly skipsMetadata: boolean;
  /** Of the file, from its beginning. */
  readonly maxBytes: number;
  readonly parser: MessageParser;
}

/** A .log or a .checkpoint file: a line for each batch, with `isDeep` also for each record. */
export async function dumpRecords(
  disk: Disk,
  { path, shown }: DumpedFile,
  options: RecordsOptions,
  output: TextOutput,
  problems: Problems,
): Promise<void> {
  const file = await disk.open(path);
  try {
    const sizeBytes = Math.min(file.sizeSync(), options.maxBytes);
    let validBytes = 0;
    let lastOffset = -1;
    for await (const { position, batch } of batchesOf(file, shown, 0, sizeBytes)) {
      output.print(batchLine(batch, position));
      if (options.isDeep) {
        const crcs = batch.magic < 2 ? legacyChecksums(batch) : undefined;
        for (const record of iterateRecords(batch.buffer, batch.start, DECOMPRESSED_BYTES_MAX)) {
          if (lastOffset !== -1 && record.offset !== lastOffset + 1)
            problems.nonConsecutive(path, lastOffset, record.offset);
          lastOffset = record.offset;
          if (!options.skipsMetadata) output.print(metadataText(batch, record, crcs?.next().value ?? undefined));
          // Comes after, for it can fail.
          if (options.printsContent && !batch.isControl) output.print(contentText(record, options));
          output.print('\n');
        }
      }
      validBytes = position + batch.sizeInBytes;
      await output.drained();
    }
    const trailing = sizeBytes - validBytes;
    if (trailing > 0 && options.maxBytes === INT32_MAX)
      output.print(`Found ${trailing} invalid bytes at the end of ${basename(path)}\n`);
  } finally {
    await file.close();
  }
}

function batchLine(batch: BatchView, position: number): string {
  const head =
    batch.magic < 2
      ? `offset: ${batch.lastOffset}`
      : `baseOffset: ${batch.baseOffset} lastOffset: ${batch.lastOffset} count: ${batch.recordCount} ` +
        `baseSequence: ${batch.baseSequence} lastSequence: ${batch.lastSequence} producerId: ${batch.producerId} ` +
        `producerEpoch: ${batch.producerEpoch} partitionLeaderEpoch: ${batch.partitionLeaderEpoch} ` +
        `isTransactional: ${batch.isTransactional} isControl: ${batch.isControl} deleteHorizonMs: ${deleteHorizon(batch)}`;
  const codec = batch.compression ?? `unknown(${batchAttributes(batch.buffer, batch.start) & COMPRESSION_MASK})`;
  return (
    `${head} position: ${position} ${batch.timestampType}: ${batch.maxTimestamp} size: ${batch.sizeInBytes} ` +
    `magic: ${batch.magic} compresscodec: ${codec} crc: ${batchCrc(batch.buffer, batch.start)} ` +
    `isvalid: ${batch.crcIsValid}\n`
  );
}

function deleteHorizon(batch: BatchView): string {
  if (!batch.hasDeleteHorizon) return 'OptionalLong.empty';
  return `OptionalLong[${batchBaseTimestamp(batch.buffer, batch.start)}]`;
}

function metadataText(batch: BatchView, record: DecodedRecord, legacy: LegacyChecksum | undefined): string {
  let text =
    `| offset: ${record.offset} ${batch.timestampType}: ${record.timestamp} ` +
    `keySize: ${record.key?.length ?? -1} valueSize: ${record.value?.length ?? -1}`;
  if (legacy === undefined) {
    const { baseSequence } = batch;
    const sequence = baseSequence < 0 ? -1 : incrementSequence(baseSequence, record.offset - batch.baseOffset);
    text += ` sequence: ${sequence} headerKeys: [${record.headers.map(({ key }) => key).join(',')}]`;
    // The brace is Kafka's.
  } else text += ` isValid: ${legacy.isValid} crc: ${legacy.crc}}`;
  return batch.isControl ? `${text} ${controlText(record)}` : text;
}

function contentText(record: DecodedRecord, { parser, skipsMetadata }: RecordsOptions): string {
  const { key, payload } = parser(record);
  const prefix = skipsMetadata ? '| ' : ' ';
  return `${key === undefined ? '' : `${prefix}key: ${key}`}${payload === undefined ? '' : ` payload: ${payload}`}`;
}

function controlText(record: DecodedRecord): string {
  const marker = parseEndTransactionMarker(record.key, record.value);
  if (marker !== undefined) return `endTxnMarker: ${marker.type} coordinatorEpoch: ${marker.coordinatorEpoch}`;
  const type = controlRecordType(record.key) ?? 'UNKNOWN';
  return controlRecordText(type, record);
}

interface LegacyChecksum {
  readonly crc: number;
  readonly isValid: boolean;
}

/** The checksum of each message of magic 0 or 1, in order; those of a wrapper are its content's. */
function* legacyChecksums(batch: BatchView): Generator<LegacyChecksum, void> {
  const { bytes, start, end } = decompressRecords(batch.buffer, batch.start, DECOMPRESSED_BYTES_MAX);
  for (let at = start; at + 16 < end; ) {
    const next = at + 12 + bytes.readInt32BE(at + 8);
    const crc = bytes.readUInt32BE(at + 12);
    yield { crc, isValid: crc === crc32(bytes, at + 16, next) };
    at = next;
  }
}
