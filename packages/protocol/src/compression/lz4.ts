/*
 * The LZ4 frame as Kafka reads and writes it (little-endian):
 *
 *   0  magic 04 22 4d 18
 *   4  FLG: 6-7 version = 1, 5 blocks are independent (required), 4 block checksums, 3 content size, 2 content
 *      checksum, 0-1 zero
 *   5  BD: 4-6 block size max (4: 64 KiB, 5: 256 KiB, 6: 1 MiB, 7: 4 MiB), the rest zero
 *   6  [content size, 8]
 *      HC: second byte of the xxh32 of FLG..; for magic 0 the first clients hashed the frame magic too (KAFKA-3160)
 *   blocks: length uint32 (top bit: stored, not compressed), data, [xxh32 of the data]; a length of 0 ends the frame
 *   [xxh32 of the content]
 *
 * Kafka's reader ignores what follows the frame, the content size and the content checksum; so does this one. It
 * requires independent blocks, and ignores the header checksum of magic 0.
 */
import { xxh32 } from '../xxh32.ts';
import { tooLarge } from './compression-error.ts';
import { corruptLz4, decodeLz4Block, encodeLz4Block, lz4BlockLength, lz4BlockSizeMax } from './lz4-block.ts';

const FRAME_MAGIC = 0x184d2204;
const FLG_WRITTEN = 0x60;
const BD_WRITTEN = 0x40;
const BLOCK_BYTES = 64 * 1024;
const STORED = 0x80000000;

export function compressLz4(input: Buffer, legacyHeader: boolean): Buffer {
  const blocks = Math.ceil(input.length / BLOCK_BYTES);
  const output = Buffer.allocUnsafe(11 + blocks * (4 + lz4BlockSizeMax(0)) + lz4BlockSizeMax(input.length));
  output.writeUInt32LE(FRAME_MAGIC, 0);
  output[4] = FLG_WRITTEN;
  output[5] = BD_WRITTEN;
  output[6] = headerChecksum(output, legacyHeader ? 0 : 4, 6);
  let at = 7;
  for (let start = 0; start < input.length; start += BLOCK_BYTES) {
    const end = Math.min(start + BLOCK_BYTES, input.length);
    const blockEnd = encodeLz4Block(input, start, end, output, at + 4);
    if (blockEnd - at - 4 < end - start) {
      output.writeUInt32LE(blockEnd - at - 4, at);
      at = blockEnd;
    } else {
      output.writeUInt32LE(end - start + STORED, at);
      input.copy(output, at + 4, start, end);
      at += 4 + end - start;
    }
  }
  output.writeUInt32LE(0, at);
  return output.subarray(0, at + 4);
}

export function decompressLz4(input: Buffer, maxOutputBytes: number, legacyHeader: boolean): Buffer {
  const frame = readHeader(input, legacyHeader);
  let total = 0;
  for (let at = frame.blocksStart; ; ) {
    const length = readBlockLength(input, at, frame);
    if (length === 0) break;
    const stored = length >= STORED;
    const start = at + 4;
    const end = start + (stored ? length - STORED : length);
    const size = stored ? end - start : lz4BlockLength(input, start, end);
    if (size > frame.blockBytesMax) throw corruptLz4(`a block of ${size} bytes is larger than its frame allows`);
    total += size;
    if (total > maxOutputBytes) throw tooLarge('lz4', maxOutputBytes);
    at = end + frame.checksumBytes;
  }
  const output = Buffer.allocUnsafe(total);
  let out = 0;
  for (let at = frame.blocksStart; ; ) {
    const length = readBlockLength(input, at, frame);
    if (length === 0) return output;
    const stored = length >= STORED;
    const start = at + 4;
    const end = start + (stored ? length - STORED : length);
    if (frame.checksumBytes > 0 && input.readUInt32LE(end) !== xxh32(input, start, end)) {
      throw corruptLz4('a block checksum is wrong');
    }
    if (stored) {
      input.copy(output, out, start, end);
      out += end - start;
    } else {
      const size = lz4BlockLength(input, start, end);
      decodeLz4Block(input, start, end, output, out, out + size);
      out += size;
    }
    at = end + frame.checksumBytes;
  }
}

interface Frame {
  readonly blocksStart: number;
  readonly blockBytesMax: number;
  /** 4 when every block is followed by its checksum. */
  readonly checksumBytes: 0 | 4;
}

function readHeader(input: Buffer, legacyHeader: boolean): Frame {
  if (input.length < 7) throw corruptLz4('the frame header is cut off');
  if (input.readUInt32LE(0) !== FRAME_MAGIC) throw corruptLz4('the frame magic is wrong');
  const flg = input[4];
  const bd = input[5];
  if (flg >>> 6 !== 1) throw corruptLz4(`frame version ${flg >>> 6} is unknown`);
  if ((flg & 3) !== 0 || (bd & 0x8f) !== 0) throw corruptLz4('reserved bits of the frame header are set');
  if ((flg & 0x20) === 0) throw corruptLz4('blocks depend on one another, which Kafka does not support');
  const sizeCode = bd >>> 4;
  if (sizeCode < 4) throw corruptLz4(`block size code ${sizeCode} is unknown`);
  const checksumAt = (flg & 0x08) === 0 ? 6 : 14;
  if (input.length <= checksumAt) throw corruptLz4('the frame header is cut off');
  if (!legacyHeader && input[checksumAt] !== headerChecksum(input, 4, checksumAt)) {
    throw corruptLz4('the frame header checksum is wrong');
  }
  return {
    blocksStart: checksumAt + 1,
    blockBytesMax: 2 ** (8 + 2 * sizeCode),
    checksumBytes: (flg & 0x10) === 0 ? 0 : 4,
  };
}

function headerChecksum(bytes: Buffer, start: number, end: number): number {
  return (xxh32(bytes, start, end) >>> 8) & 0xff;
}

/** 0 at the end mark; the block, and its checksum, then lie within the input. */
function readBlockLength(input: Buffer, at: number, frame: Frame): number {
  if (input.length - at < 4) throw corruptLz4('a block length is cut off');
  const length = input.readUInt32LE(at);
  const size = length >= STORED ? length - STORED : length;
  if (size + frame.checksumBytes > input.length - at - 4 && size > 0) throw corruptLz4('a block is cut off');
  return size === 0 ? 0 : length;
}
