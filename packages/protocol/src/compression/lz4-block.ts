/*
 * An LZ4 block: sequences of
 *
 *   token: literal length in the upper four bits, match length - 4 in the lower; 15 means that bytes follow whose sum
 *   is added, as long as they are 255
 *   [more literal length], literals, offset uint16 little-endian (1..65535), [more match length]
 *
 * The last sequence ends after its literals. A block for decoders of the reference kind ends in at least 5 literals,
 * and no match starts in its last 12 bytes.
 */
import { CompressionError } from './compression-error.ts';
import { copyBytes, copyMatch, matchLength } from './match.ts';

const HASH_BITS = 14;
const LAST_LITERALS = 5;
const MATCH_SAFE_DISTANCE = 12;

export function corruptLz4(detail: string): CompressionError {
  return new CompressionError('corrupt', `lz4 data is corrupt: ${detail}`);
}

/** What the block in `input[start, end)` decodes to, in bytes; lengths only, so it is cheap. */
export function lz4BlockLength(input: Uint8Array, start: number, end: number): number {
  let at = start;
  let total = 0;
  while (at < end) {
    const token = input[at++];
    let literals = token >>> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255 && at < end) literals += more = input[at++];
    }
    at += literals;
    total += literals;
    if (at >= end) break;
    at += 2;
    let matched = (token & 15) + 4;
    if (matched === 19) {
      let more = 255;
      while (more === 255 && at < end) matched += more = input[at++];
    }
    total += matched;
  }
  return total;
}

/** Decodes a block to exactly `output[outputStart, outputEnd)`. */
export function decodeLz4Block(
  input: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  outputStart: number,
  outputEnd: number,
): void {
  let at = start;
  let out = outputStart;
  while (at < end) {
    const token = input[at++];
    let literals = token >>> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255 && at < end) literals += more = input[at++];
    }
    if (literals > 0) {
      if (literals > end - at || literals > outputEnd - out) throw corruptLz4('literals do not fit');
      copyBytes(input, at, output, out, literals);
      at += literals;
      out += literals;
    }
    if (at === end) break;
    if (end - at < 2) throw corruptLz4('an offset is cut off');
    const offset = input[at] | (input[at + 1] << 8);
    at += 2;
    let matched = (token & 15) + 4;
    if (matched === 19) {
      let more = 255;
      while (more === 255 && at < end) matched += more = input[at++];
    }
    if (offset === 0 || offset > out - outputStart) throw corruptLz4('a match points before the block');
    if (matched > outputEnd - out) throw corruptLz4('a match does not fit');
    copyMatch(output, out, offset, matched);
    out += matched;
    if (at === end) throw corruptLz4('the block ends in a match');
  }
  if (out !== outputEnd) throw corruptLz4(`a block ends after ${out - outputStart} bytes`);
}

/** Room that `encodeLz4Block` may need. */
export function lz4BlockSizeMax(length: number): number {
  return length + Math.floor(length / 255) + 16;
}

/** Last seen position of each hash, plus `generation`, so that the table needs no clearing between blocks. */
let table: Int32Array | undefined;
let generation = 0;

/** Encodes `input[start, end)` (at most 64 KiB, so that every offset fits) to `output` from `at`; returns the end. */
export function encodeLz4Block(input: Buffer, start: number, end: number, output: Uint8Array, at: number): number {
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
  let literalStart = start;
  let position = start;
  const lastMatchStart = end - MATCH_SAFE_DISTANCE;
  const matchEnd = end - LAST_LITERALS;
  // The longer nothing matches, the larger the steps: incompressible data passes quickly.
  let misses = 64;
  while (position < lastMatchStart) {
    const word = view.getInt32(position, true);
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    let candidate = seen[slot] - base;
    seen[slot] = position + base;
    if (candidate < start || view.getInt32(candidate, true) !== word) {
      position += misses++ >>> 6;
      continue;
    }
    misses = 64;
    const matched = 4 + matchLength(view, candidate + 4, position + 4, matchEnd);
    const next = position + matched;
    while (position > literalStart && candidate > start && input[position - 1] === input[candidate - 1]) {
      position--;
      candidate--;
    }
    out = writeSequence(input, literalStart, position, output, out, position - candidate, next - position);
    position = next;
    literalStart = next;
    if (position < lastMatchStart) {
      seen[Math.imul(view.getInt32(position - 2, true), 0x9e3779b1) >>> (32 - HASH_BITS)] = position - 2 + base;
    }
  }
  return writeLiterals(input, literalStart, end, output, out, 0);
}

function writeSequence(
  input: Uint8Array,
  literalStart: number,
  literalEnd: number,
  output: Uint8Array,
  at: number,
  offset: number,
  matched: number,
): number {
  const code = matched - 4;
  let out = writeLiterals(input, literalStart, literalEnd, output, at, code < 15 ? code : 15);
  output[out++] = offset & 0xff;
  output[out++] = offset >>> 8;
  return code < 15 ? out : writeMore(output, out, code - 15);
}

function writeLiterals(
  input: Uint8Array,
  from: number,
  to: number,
  output: Uint8Array,
  at: number,
  matchCode: number,
): number {
  const length = to - from;
  let out = at;
  output[out++] = ((length < 15 ? length : 15) << 4) | matchCode;
  if (length >= 15) out = writeMore(output, out, length - 15);
  copyBytes(input, from, output, out, length);
  return out + length;
}

function writeMore(output: Uint8Array, at: number, rest: number): number {
  let out = at;
  let left = rest;
  for (; left >= 255; left -= 255) output[out++] = 255;
  output[out++] = left;
  return out;
}
