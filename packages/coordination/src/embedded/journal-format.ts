/**
 * `.ottla-metadata.journal`: frames, one per write; all numbers big-endian.
 *
 *   frame        magic uint32 'OtMj' | length uint32 (of payload) | crc uint32 (CRC-32C of payload) | payload
 *   payload      version uint8 = 1 | kind uint8 | previousZxid uint64 (last zxid journaled before this frame) | body
 *   kind 1       opened:        epoch uint32 (zxids from here on start at epoch * 2^32)
 *   kind 2       transactions:  count uint32, count x transaction
 *   transaction  zxid uint64 | timeMs uint64 | count uint32, count x change
 *   change       1 create: path text | data | parentCreates uint32 (children the parent ever had, this one included)
 *                2 set:    path text | data | version int32 (the node's version after it)
 *                3 delete: path text
 *   text, data   length int32 (-1: null) | bytes (text: UTF-8)
 *
 * A frame is written and synced as a whole before the next one begins: so a frame that fails its check is a torn tail
 * when no valid frame follows it. When one does, its `previousZxid` tells whether anything is missing: what a snapshot
 * covers may be there in part after a power loss, all else is damage. Ephemeral nodes are in no frame.
 *
 * `.ottla-metadata.snapshot`: the tree as of one zxid, replaced atomically.
 *
 *   magic uint32 'OtMs' | length uint32 | crc uint32 | payload
 *   payload      version uint8 = 1 | epoch uint32 | zxid uint64 | count uint32, count x node (parents first)
 *   node         path text | data | czxid, mzxid, pzxid, ctimeMs, mtimeMs uint64 | version int32 | creates uint32
 */

import { ByteReader, ByteWriter, ShortRead } from './bytes.ts';
import { crc32c } from './crc32c.ts';
import type { Change } from './tree.ts';
import { Tree } from './tree.ts';
import { Znode } from './znode.ts';

export const JOURNAL_NAME = '.ottla-metadata.journal';
export const SNAPSHOT_NAME = '.ottla-metadata.snapshot';

const JOURNAL_MAGIC = 0x4f744d6a;
const SNAPSHOT_MAGIC = 0x4f744d73;
const FORMAT_VERSION = 1;
const FRAME_HEADER_BYTES = 12;
const KIND_OPENED = 1;
const KIND_TRANSACTIONS = 2;
const CHANGE_TYPES = ['create', 'set', 'delete'] as const;

/** zxids of one epoch, as in ZooKeeper: the epoch is the high 32 bits. */
export const ZXIDS_PER_EPOCH = 0x1_0000_0000;

export interface JournaledTransaction {
  readonly zxid: number;
  readonly nowMs: number;
  readonly changes: readonly Change[];
}

/** The files do not hold what was acknowledged: the broker must not start on them. */
export class MetadataCorruptError extends Error {
  override readonly name = 'MetadataCorruptError';
}

export function encodeOpened(epoch: number, previousZxid: number): Buffer {
  const writer = beginFrame(KIND_OPENED, previousZxid);
  writer.uint32(epoch);
  return endFrame(writer);
}

export function encodeTransactions(transactions: readonly JournaledTransaction[], previousZxid: number): Buffer {
  const writer = beginFrame(KIND_TRANSACTIONS, previousZxid);
  writer.uint32(transactions.length);
  for (const transaction of transactions) {
    writer.uint64(transaction.zxid);
    writer.uint64(transaction.nowMs);
    writer.uint32(transaction.changes.length);
    for (const change of transaction.changes) writeChange(writer, change);
  }
  return endFrame(writer);
}

function beginFrame(kind: number, previousZxid: number): ByteWriter {
  const writer = new ByteWriter();
  writer.uint32(JOURNAL_MAGIC);
  writer.uint32(0);
  writer.uint32(0);
  writer.uint8(FORMAT_VERSION);
  writer.uint8(kind);
  writer.uint64(previousZxid);
  return writer;
}

function endFrame(writer: ByteWriter): Buffer {
  writer.uint32At(4, writer.length - FRAME_HEADER_BYTES);
  writer.uint32At(8, crc32c(writer.bytes(), FRAME_HEADER_BYTES));
  return writer.bytes();
}

function writeChange(writer: ByteWriter, change: Change): void {
  writer.uint8(CHANGE_TYPES.indexOf(change.type) + 1);
  writer.text(change.path);
  if (change.type === 'delete') return;
  writer.data(change.data);
  if (change.type === 'create') writer.uint32(change.parentCreates);
  else writer.int32(change.version);
}

export function encodeSnapshot(tree: Tree, epoch: number, zxid: number): Buffer {
  const writer = new ByteWriter(64 * 1024);
  writer.uint32(SNAPSHOT_MAGIC);
  writer.uint32(0);
  writer.uint32(0);
  writer.uint8(FORMAT_VERSION);
  writer.uint32(epoch);
  writer.uint64(zxid);
  const countAt = writer.length;
  writer.uint32(0);
  let count = 0;
  for (const [path, node] of tree.entries()) {
    if (node.ephemeralOwner !== null) continue;
    count++;
    writer.text(path);
    writer.data(node.data);
    for (const value of [node.czxid, node.mzxid, node.pzxid, node.ctimeMs, node.mtimeMs]) writer.uint64(value);
    writer.int32(node.version);
    writer.uint32(node.creates);
  }
  writer.uint32At(countAt, count);
  return endFrame(writer);
}

/** The tree and the last journaled zxid and epoch of a snapshot file. */
export function decodeSnapshot(path: string, bytes: Buffer): { tree: Tree; epoch: number; zxid: number } {
  const end = frameEnd(bytes, 0, SNAPSHOT_MAGIC);
  if (end !== bytes.length) {
    throw new MetadataCorruptError(
      `${path} (${bytes.length} bytes) fails its checksum. Restore it from a backup together with ${JOURNAL_NAME}.`,
    );
  }
  const reader = new ByteReader(bytes, FRAME_HEADER_BYTES, end);
  checkVersion(path, reader.uint8());
  const epoch = reader.uint32();
  const zxid = reader.uint64();
  const tree = new Tree(zxid);
  for (let left = reader.uint32(); left > 0; left--) {
    const nodePath = reader.text();
    const data = reader.data();
    const czxid = reader.uint64();
    const mzxid = reader.uint64();
    const pzxid = reader.uint64();
    const node = new Znode(data, czxid, reader.uint64(), null);
    node.mzxid = mzxid;
    node.pzxid = pzxid;
    node.mtimeMs = reader.uint64();
    node.version = reader.int32();
    node.creates = reader.uint32();
    if (!tree.restore(nodePath, node)) throw new MetadataCorruptError(`${path}: ${nodePath} has no parent.`);
  }
  return { tree, epoch, zxid };
}

export interface ReplayResult {
  /** Bytes of the journal that are good; what follows is a torn tail. */
  readonly validBytes: number;
  readonly epoch: number;
  /** Last journaled zxid. */
  readonly zxid: number;
}

/** Applies every frame newer than the tree. Throws `MetadataCorruptError` for damage before the tail. */
export function replayJournal(path: string, bytes: Buffer, tree: Tree, epoch: number): ReplayResult {
  let lastZxid = tree.zxid;
  let lastEpoch = epoch;
  let position = 0;
  let isDamaged = false;
  while (position < bytes.length) {
    const end = frameEnd(bytes, position, JOURNAL_MAGIC);
    if (end === undefined) {
      const next = nextFrame(bytes, position + 1);
      if (next === undefined) break;
      isDamaged = true;
      position = next;
      continue;
    }
    const reader = new ByteReader(bytes, position + FRAME_HEADER_BYTES, end);
    checkVersion(path, reader.uint8());
    const kind = reader.uint8();
    const previousZxid = reader.uint64();
    if (previousZxid > lastZxid) {
      throw new MetadataCorruptError(
        isDamaged
          ? `${path}: the frame before byte ${position} is damaged, but a valid one follows there: acknowledged metadata is lost. Restore the file from a backup.`
          : `${path}: the frame at byte ${position} continues zxid ${previousZxid}, but ${SNAPSHOT_NAME} and the frames before end at ${lastZxid}. One of the two files is older than the other.`,
      );
    }
    if (kind === KIND_OPENED) {
      lastEpoch = Math.max(lastEpoch, reader.uint32());
    } else {
      for (let left = reader.uint32(); left > 0; left--) {
        const transaction = readTransaction(reader);
        if (transaction.zxid <= lastZxid) continue;
        if (!tree.replay(transaction.zxid, transaction.nowMs, transaction.changes)) {
          throw new MetadataCorruptError(
            `${path}: transaction ${transaction.zxid} in the frame at byte ${position} does not fit the tree before it.`,
          );
        }
        lastZxid = transaction.zxid;
      }
    }
    position = end;
  }
  // The frame that began the epoch may be among those a snapshot covers.
  lastEpoch = Math.max(lastEpoch, Math.floor(lastZxid / ZXIDS_PER_EPOCH));
  return { validBytes: position, epoch: lastEpoch, zxid: lastZxid };
}

function readTransaction(reader: ByteReader): JournaledTransaction {
  const zxid = reader.uint64();
  const nowMs = reader.uint64();
  const changes: Change[] = [];
  for (let left = reader.uint32(); left > 0; left--) {
    const type = CHANGE_TYPES[reader.uint8() - 1];
    const path = reader.text();
    if (type === 'create') changes.push({ type, path, data: reader.data(), parentCreates: reader.uint32() });
    else if (type === 'set') changes.push({ type, path, data: reader.data(), version: reader.int32() });
    else if (type === 'delete') changes.push({ type, path });
    else throw new ShortRead('unknown change type');
  }
  return { zxid, nowMs, changes };
}

/** End of the valid frame that starts at `start`, undefined when it is cut or fails its checksum. */
function frameEnd(bytes: Buffer, start: number, magic: number): number | undefined {
  if (bytes.length - start < FRAME_HEADER_BYTES || bytes.readUInt32BE(start) !== magic) return undefined;
  const size = bytes.readUInt32BE(start + 4);
  const end = start + FRAME_HEADER_BYTES + size;
  // No frame is empty; but zeros behind a magic, as a power loss leaves them, would be one with the right checksum.
  if (size === 0 || end > bytes.length) return undefined;
  return crc32c(bytes, start + FRAME_HEADER_BYTES, end) === bytes.readUInt32BE(start + 8) ? end : undefined;
}

/** Start of the first valid frame from `start` on. */
function nextFrame(bytes: Buffer, start: number): number | undefined {
  const magic = Buffer.alloc(4);
  magic.writeUInt32BE(JOURNAL_MAGIC);
  for (let next = bytes.indexOf(magic, start); next !== -1; next = bytes.indexOf(magic, next + 1)) {
    if (frameEnd(bytes, next, JOURNAL_MAGIC) !== undefined) return next;
  }
  return undefined;
}

function checkVersion(path: string, version: number): void {
  if (version !== FORMAT_VERSION) {
    throw new MetadataCorruptError(
      `${path} has format version ${version}, this release reads ${FORMAT_VERSION}: it was written by a newer release.`,
    );
  }
}
