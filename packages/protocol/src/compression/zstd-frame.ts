/*
 * The outline of zstd frames (RFC 8878, little-endian), as much as is needed to know where one ends and what it claims:
 *
 *   magic 28 b5 2f fd
 *   descriptor: bits 6-7 size of the content size (0: none, or 1 with a single segment; 2, 4, 8), 5 single segment,
 *     2 checksum, 0-1 size of the dictionary id (0, 1, 2, 4)
 *   window descriptor, unless single segment: 2^(10 + bits 3-7) bytes, plus eighths of it by bits 0-2
 *   [dictionary id] [content size]
 *   blocks: 3 bytes (bit 0 last, 1-2 type: 0 raw, 1 one repeated byte, 2 compressed; 3-23 size), content
 *   [checksum, 4]
 *
 * A skippable frame is 5x 2a 4d 18, its size uint32, content.
 */
import { CompressionError } from './compression-error.ts';

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;

export interface ZstdFrame {
  readonly end: number;
  /** Has no content. */
  readonly isSkippable: boolean;
  /** What the frame declares; -1 when it does not say. */
  readonly contentBytes: number;
  /** What a streaming decoder allocates to look back. */
  readonly windowBytes: number;
}

/** The frame at `at`, or a `CompressionError` when it does not lie wholly within the input. */
export function readZstdFrame(input: Buffer, at: number): ZstdFrame {
  need(input, at, 8);
  const magic = input.readUInt32LE(at);
  if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
    const end = at + 8 + input.readUInt32LE(at + 4);
    need(input, end, 0);
    return { end, isSkippable: true, contentBytes: 0, windowBytes: 0 };
  }
  if (magic !== MAGIC) throw corruptFrame('the frame magic is wrong');
  const descriptor = input[at + 4];
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeCode = descriptor >>> 6;
  const sizeAt = at + 5 + (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3];
  const sizeBytes = sizeCode === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeCode;
  need(input, sizeAt, sizeBytes);
  const contentBytes = readContentSize(input, sizeAt, sizeBytes);
  const end = blocksEnd(input, sizeAt + sizeBytes) + ((descriptor & 4) === 0 ? 0 : 4);
  need(input, end, 0);
  const windowBytes = isSingleSegment ? contentBytes : windowOf(input[at + 5]);
  return { end, isSkippable: false, contentBytes, windowBytes };
}

function readContentSize(input: Buffer, at: number, bytes: number): number {
  if (bytes === 0) return -1;
  if (bytes === 1) return input[at];
  if (bytes === 2) return input.readUInt16LE(at) + 256;
  const low = input.readUInt32LE(at);
  return bytes === 4 ? low : low + input.readUInt32LE(at + 4) * 4294967296;
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3));
  return base + (base / 8) * (descriptor & 7);
}

function blocksEnd(input: Buffer, start: number): number {
  for (let at = start; ; ) {
    need(input, at, 3);
    const header = input.readUIntLE(at, 3);
    const type = (header >>> 1) & 3;
    if (type === 3) throw corruptFrame('a block type is reserved');
    at += 3 + (type === 1 ? 1 : header >>> 3);
    need(input, at, 0);
    if ((header & 1) === 1) return at;
  }
}

function need(input: Buffer, at: number, bytes: number): void {
  if (at + bytes > input.length) throw corruptFrame('a frame is cut off');
}

function corruptFrame(detail: string): CompressionError {
  return new CompressionError('corrupt', `zstd data is corrupt: ${detail}`);
}
