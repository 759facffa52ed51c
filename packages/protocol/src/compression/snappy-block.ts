/*
 * A raw snappy block: the uncompressed length as a plain LEB128 number (at most 5 bytes), then elements whose first
 * byte's low two bits tell their kind:
 *
 *   00  literal: length - 1 in the upper six bits; 60..63 mean it follows in 1..4 bytes; then the bytes
 *   01  copy: length - 4 in bits 2..4, offset: bits 5..7 (high) and one byte; length 4..11, offset < 2048
 *   10  copy: length - 1 in the upper six bits, offset in 2 bytes
 *   11  copy: the same, offset in 4 bytes                               (little-endian throughout)
 */
import { CompressionError } from './compression-error.ts';
import { copyBytes, copyMatch, matchLength } from './match.ts';

const HASH_BITS = 14;
/** No element yields more than 64 bytes from 3 (copy) or, run together, 22 per byte; above this the length is a lie. */
const EXPANSION_MAX = 32;

export function corruptSnappy(detail: string): CompressionError {
  return new CompressionError('corrupt', `snappy data is corrupt: ${detail}`);
}

/** The declared uncompressed length of the block at `start`, and where its elements start. Throws when it cannot be true. */
export function snappyBlockLength(input: Uint8Array, start: number, end: number): { length: number; at: number } {
  let length = 0;
  let at = start;
  for (let factor = 1; ; factor *= 128) {
    if (at === end || factor > 0x10000000) throw corruptSnappy('the length is cut off or too long');
    const byte = input[at++];
    length += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
  }
  if (length > (end - at) * EXPANSION_MAX) {
    throw corruptSnappy(`${end - at} bytes cannot hold the declared ${length}`);
  }
  return { length, at };
}

/** Decodes the elements in `input[at, end)` to exactly `output[outputStart, outputEnd)`. */
export function decodeSnappyBlock(
  input: Uint8Array,
  at: number,
  end: number,
  output: Uint8Array,
  outputStart: number,
  outputEnd: number,
): void {
  let out = outputStart;
  while (at < end) {
    const tag = input[at++];
    let length: number;
    let offset: number;
    if ((tag & 3) === 0) {
      length = (tag >>> 2) + 1;
      if (length > 60) {
        const extra = length - 60;
        if (end - at < extra) throw corruptSnappy('a literal length is cut off');
        length = 1;
        for (let i = 0; i < extra; i++) length += input[at++] * 2 ** (8 * i);
      }
      if (length > end - at || length > outputEnd - out) throw corruptSnappy('a literal does not fit');
      copyBytes(input, at, output, out, length);
      at += length;
      out += length;
      continue;
    }
    if ((tag & 3) === 1) {
      if (at >= end) throw corruptSnappy('a copy is cut off');
      length = 4 + ((tag >>> 2) & 7);
      offset = ((tag >>> 5) << 8) | input[at++];
    } else if ((tag & 3) === 2) {
      if (end - at < 2) throw corruptSnappy('a copy is cut off');
      length = (tag >>> 2) + 1;
      offset = input[at] | (input[at + 1] << 8);
      at += 2;
    } else {
      if (end - at < 4) throw corruptSnappy('a copy is cut off');
      length = (tag >>> 2) + 1;
      offset = (input[at] | (input[at + 1] << 8) | (input[at + 2] << 16) | (input[at + 3] << 24)) >>> 0;
      at += 4;
    }
    if (offset === 0 || offset > out - outputStart) throw corruptSnappy('a copy points before the block');
    if (length > outputEnd - out) throw corruptSnappy('a copy does not fit');
    copyMatch(output, out, offset, length);
    out += length;
  }
  if (out !== outputEnd) throw corruptSnappy(`the block ends after ${out - outputStart} bytes`);
}

/** Room that `encodeSnappyBlock` may need. */
export function snappyBlockSizeMax(length: number): number {
  return 32 + length + Math.floor(length / 6);
}

/** Last seen position of each hash, plus `generation`, so that the table needs no clearing between blocks. */
let table: Int32Array | undefined;
let generation = 0;

/** Encodes `input[start, end)` (at most 64 KiB) to `output` from `at`; returns the end. */
export function encodeSnappyBlock(input: Buffer, start: number, end: number, output: Uint8Array, at: number): number {
  const seen = table ?? new Int32Array(1 << HASH_BITS);
  table = seen;
  if (generation > 0x3fffffff) {
    seen.fill(0);
    generation = 0;
  }
  const base = generation + 1 - start;
  generation += end - start + 1;
  const view = new DataView(input.buffer, input.byteOffset, input.length);

  let out = at;
  for (let length = end - start; ; length >>>= 7) {
    output[out++] = length < 0x80 ? length : (length & 0x7f) | 0x80;
    if (length < 0x80) break;
  }
  let literalStart = start;
  let position = start;
  const last = end - 15;
  // The longer nothing matches, the larger the steps: incompressible data passes quickly.
  let misses = 32;
  while (position < last) {
    const word = view.getInt32(position, true);
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - HASH_BITS);
    const candidate = seen[slot] - base;
    seen[slot] = position + base;
    if (candidate < start || view.getInt32(candidate, true) !== word) {
      position += misses++ >>> 5;
      continue;
    }
    misses = 32;
    if (position > literalStart) out = writeLiteral(input, literalStart, position, output, out);
    const matched = 4 + matchLength(view, candidate + 4, position + 4, end);
    out = writeCopy(output, out, position - candidate, matched);
    position += matched;
    literalStart = position;
    if (position < last) {
      seen[Math.imul(view.getInt32(position - 1, true), 0x1e35a7bd) >>> (32 - HASH_BITS)] = position - 1 + base;
    }
  }
  return literalStart < end ? writeLiteral(input, literalStart, end, output, out) : out;
}

function writeLiteral(input: Uint8Array, from: number, to: number, output: Uint8Array, at: number): number {
  const length = to - from;
  let out = at;
  if (length <= 60) {
    output[out++] = (length - 1) << 2;
  } else if (length <= 256) {
    output[out++] = 60 << 2;
    output[out++] = length - 1;
  } else {
    output[out++] = 61 << 2;
    output[out++] = (length - 1) & 0xff;
    output[out++] = (length - 1) >>> 8;
  }
  copyBytes(input, from, output, out, length);
  return out + length;
}

function writeCopy(output: Uint8Array, at: number, offset: number, matched: number): number {
  let out = at;
  let left = matched;
  // What is left after a copy of 64 must be at least 4: 60 is taken when fewer would remain.
  while (left > 64) {
    const length = left < 68 ? 60 : 64;
    output[out++] = ((length - 1) << 2) | 2;
    output[out++] = offset & 0xff;
    output[out++] = offset >>> 8;
    left -= length;
  }
  if (left < 12 && offset < 2048) {
    output[out++] = ((offset >>> 8) << 5) | ((left - 4) << 2) | 1;
    output[out++] = offset & 0xff;
  } else {
    output[out++] = ((left - 1) << 2) | 2;
    output[out++] = offset & 0xff;
    output[out++] = offset >>> 8;
  }
  return out;
}
