/** .index, .timeindex, .txnindex and .snapshot files: their entries, and whether the log beside them agrees. */
import { readInt64, toSafeNumber } from '@ottla/common';
import type { Disk, DiskFile } from '@ottla/platform';
import { type Int64, iterateRecords } from '@ottla/protocol/records';
import { CorruptSnapshotError, decodeProducerSnapshot, firstSequenceOf } from '@ottla/storage';
import type { TextOutput } from '../cli/text-output.ts';
import { batchesOf, type PlacedBatch } from './batch-file.ts';
import { entriesOf } from './entry-file.ts';
import type { Problems } from './problems.ts';

const OFFSET_ENTRY_BYTES = 8;
const TIME_ENTRY_BYTES = 12;
const TRANSACTION_ENTRY_BYTES = 34;

/** A file of a segment, as the user named it and as it is found. */
export interface DumpedFile {
  readonly shown: string;
  readonly path: string;
  readonly baseOffset: number;
  /** The segment's path without a suffix. */
  readonly segment: string;
}

export interface IndexOptions {
  readonly sanityOnly: boolean;
  readonly verifyOnly: boolean;
  readonly maxMessageSize: number;
}

export async function dumpOffsetIndex(
  disk: Disk,
  file: DumpedFile,
  options: IndexOptions,
  output: TextOutput,
  problems: Problems,
): Promise<void> {
  const log = await disk.open(`${file.segment}.log`);
  try {
    let count = 0;
    for await (const entry of entriesOf(disk, file.path, OFFSET_ENTRY_BYTES)) {
      if (options.sanityOnly) {
        count++;
        continue;
      }
      const offset = file.baseOffset + entry.readInt32BE(0);
      const position = entry.readInt32BE(4);
      // A crash leaves zeros behind the entries.
      if (offset === file.baseOffset && count > 0) return;
      count++;
      const first = await firstBatch(log, file, position, options.maxMessageSize);
      const found = first?.batch.lastOffset ?? -1;
      if (found !== offset) problems.indexMismatch(file.path, offset, found);
      if (!options.verifyOnly) output.print(`offset: ${offset} position: ${position}\n`);
      await output.drained();
    }
    if (count === 0) output.print(`${file.shown} is empty.\n`);
    else if (options.sanityOnly) output.print(`${file.shown} passed sanity check.\n`);
  } finally {
    await log.close();
  }
}

async function firstBatch(
  log: DiskFile,
  file: DumpedFile,
  position: number,
  maxBytes: number,
): Promise<PlacedBatch | undefined> {
  const limit = Math.min(log.sizeSync(), position + maxBytes);
  for await (const placed of batchesOf(log, `${file.segment}.log`, position, limit)) return placed;
  return undefined;
}

export async function dumpTimeIndex(
  disk: Disk,
  file: DumpedFile,
  options: IndexOptions,
  output: TextOutput,
  problems: Problems,
): Promise<void> {
  if (options.sanityOnly) {
    output.print(`${file.shown} passed sanity check.\n`);
    return;
  }
  const log = await disk.open(`${file.segment}.log`);
  try {
    const positions = await offsetPositions(disk, file);
    let previous: Int64 = -1;
    let count = 0;
    for await (const entry of entriesOf(disk, file.path, TIME_ENTRY_BYTES)) {
      const timestamp = readInt64(entry, 0);
      const offset = file.baseOffset + entry.readInt32BE(8);
      if (offset === file.baseOffset && count > 0) return;
      count++;
      const placed = await batchReaching(log, file, positions(offset), offset);
      if (placed === undefined || placed.batch.lastOffset !== offset) {
        problems.offsetNotFound(file.path, offset, placed?.batch.lastOffset ?? -1);
      } else {
        const newest = newestTimestamp(placed);
        if (newest !== timestamp) problems.timestampMismatch(file.path, timestamp, newest);
        if (previous >= timestamp) problems.timestampOutOfOrder(file.path, timestamp, previous);
      }
      if (!options.verifyOnly) output.print(`timestamp: ${timestamp} offset: ${offset}\n`);
      previous = timestamp;
      await output.drained();
    }
  } finally {
    await log.close();
  }
}

function newestTimestamp({ batch }: PlacedBatch): Int64 {
  let newest: Int64 = -1;
  for (const { timestamp } of iterateRecords(batch.buffer, batch.start)) if (timestamp > newest) newest = timestamp;
  return newest;
}

async function batchReaching(
  log: DiskFile,
  file: DumpedFile,
  position: number,
  offset: number,
): Promise<PlacedBatch | undefined> {
  for await (const placed of batchesOf(log, `${file.segment}.log`, position, log.sizeSync())) {
    if (placed.batch.lastOffset >= offset) return placed;
  }
  return undefined;
}

/** The position in the log from which to look for an offset, of the offset index when there is one. */
async function offsetPositions(disk: Disk, file: DumpedFile): Promise<(offset: number) => number> {
  const offsets: number[] = [];
  const positions: number[] = [];
  const path = `${file.segment}.index`;
  if ((await disk.stat(path)) !== undefined) {
    for await (const entry of entriesOf(disk, path, OFFSET_ENTRY_BYTES)) {
      offsets.push(file.baseOffset + entry.readInt32BE(0));
      positions.push(entry.readInt32BE(4));
    }
  }
  return (offset) => {
    let low = 0;
    let high = offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((offsets[middle] ?? 0) > offset) high = middle;
      else low = middle + 1;
    }
    return low === 0 ? 0 : (positions[low - 1] ?? 0);
  };
}

export async function dumpTransactionIndex(disk: Disk, file: DumpedFile, output: TextOutput): Promise<void> {
  for await (const entry of entriesOf(disk, file.path, TRANSACTION_ENTRY_BYTES)) {
    const number = (at: number): number => toSafeNumber(readInt64(entry, at));
    output.print(
      `version: ${entry.readInt16BE(0)} producerId: ${number(2)} firstOffset: ${number(10)} ` +
        `lastOffset: ${number(18)} lastStableOffset: ${number(26)}\n`,
    );
    await output.drained();
  }
}

/** `warn` gets why a snapshot cannot be read. */
export async function dumpProducerSnapshot(
  disk: Disk,
  file: DumpedFile,
  output: TextOutput,
  warn: (text: string) => void,
): Promise<void> {
  try {
    for (const entry of decodeProducerSnapshot(await disk.readFile(file.path))) {
      const open = entry.transactionFirstOffset;
      const batch = entry.batches[0];
      output.print(
        `producerId: ${entry.producerId} producerEpoch: ${entry.producerEpoch} ` +
          `coordinatorEpoch: ${entry.coordinatorEpoch} ` +
          `currentTxnFirstOffset: ${open < 0 ? 'OptionalLong.empty' : `OptionalLong[${open}]`} ` +
          `lastTimestamp: ${entry.lastTimestamp} ` +
          (batch === undefined
            ? ''
            : `firstSequence: ${firstSequenceOf(batch)} lastSequence: ${batch.lastSequence} ` +
              `lastOffset: ${batch.lastOffset} offsetDelta: ${batch.offsetDelta} timestamp: ${batch.timestamp}`) +
          '\n',
      );
      await output.drained();
    }
  } catch (error) {
    if (!(error instanceof CorruptSnapshotError)) throw error;
    warn(`${error.message}\n`);
  }
}
