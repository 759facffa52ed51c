/*
 * Producer snapshot (<offset>.snapshot), the state of all producers before `offset`:
 *   0  int16   version = 1
 *   2  uint32  crc32c of all that follows
 *   6  int32   number of entries, 46 bytes each:
 *        0  int64  producer id      14  int64  last offset         34  int32  coordinator epoch
 *        8  int16  producer epoch   22  int32  offset delta        38  int64  first offset of the open transaction, or -1
 *       10  int32  last sequence    26  int64  timestamp
 */

import { readInt64, toSafeNumber, writeInt64 } from '@ottla/common';
import { crc32c } from '@ottla/protocol/records';
import { DamagedFileError } from './damaged-file-error.ts';
import { ProducerStateEntry } from './producer-state-entry.ts';

const VERSION = 1;
const HEADER_BYTES = 10;
const ENTRY_BYTES = 46;

/** The file is no snapshot; whoever loads takes an older one. */
export class CorruptSnapshotError extends DamagedFileError {
  override readonly name = 'CorruptSnapshotError';
}

export function encodeProducerSnapshot(entries: Iterable<ProducerStateEntry>, count: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + count * ENTRY_BYTES);
  bytes.writeInt16BE(VERSION, 0);
  bytes.writeInt32BE(count, 6);
  let at = HEADER_BYTES;
  for (const entry of entries) {
    const last = entry.batches[entry.batches.length - 1];
    writeInt64(bytes, entry.producerId, at);
    bytes.writeInt16BE(entry.producerEpoch, at + 8);
    bytes.writeInt32BE(entry.lastSequence, at + 10);
    writeInt64(bytes, entry.lastOffset, at + 14);
    bytes.writeInt32BE(last === undefined ? 0 : last.offsetDelta, at + 22);
    writeInt64(bytes, entry.lastTimestamp, at + 26);
    bytes.writeInt32BE(entry.coordinatorEpoch, at + 34);
    writeInt64(bytes, entry.transactionFirstOffset, at + 38);
    at += ENTRY_BYTES;
  }
  bytes.writeUInt32BE(crc32c(bytes, 6, bytes.length), 2);
  return bytes;
}

/** Throws CorruptSnapshotError. */
export function decodeProducerSnapshot(bytes: Buffer): ProducerStateEntry[] {
  if (bytes.length < HEADER_BYTES) throw new CorruptSnapshotError(`Snapshot has only ${bytes.length} bytes`);
  const version = bytes.readInt16BE(0);
  if (version !== VERSION) throw new CorruptSnapshotError(`Snapshot contained an unknown file version ${version}`);
  const stored = bytes.readUInt32BE(2);
  const computed = crc32c(bytes, 6, bytes.length);
  if (stored !== computed) {
    throw new CorruptSnapshotError(
      `Snapshot is corrupt (CRC is no longer valid). Stored crc: ${stored}. Computed crc: ${computed}`,
    );
  }
  const count = bytes.readInt32BE(6);
  if (count < 0 || HEADER_BYTES + count * ENTRY_BYTES !== bytes.length) {
    throw new CorruptSnapshotError(`Snapshot of ${bytes.length} bytes claims ${count} entries`);
  }
  const entries: ProducerStateEntry[] = [];
  for (let at = HEADER_BYTES; at < bytes.length; at += ENTRY_BYTES) entries.push(decodeEntry(bytes, at));
  return entries;
}

function decodeEntry(bytes: Buffer, at: number): ProducerStateEntry {
  const entry = new ProducerStateEntry(toSafeNumber(readInt64(bytes, at)));
  entry.producerEpoch = bytes.readInt16BE(at + 8);
  entry.lastTimestamp = readInt64(bytes, at + 26);
  entry.coordinatorEpoch = bytes.readInt32BE(at + 34);
  entry.transactionFirstOffset = toSafeNumber(readInt64(bytes, at + 38));
  const lastOffset = toSafeNumber(readInt64(bytes, at + 14));
  if (lastOffset >= 0) {
    entry.batches.push({
      lastSequence: bytes.readInt32BE(at + 10),
      lastOffset,
      offsetDelta: bytes.readInt32BE(at + 22),
      timestamp: entry.lastTimestamp,
    });
  }
  return entry;
}
