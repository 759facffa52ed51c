/*
 * Snappy as Kafka frames it, after the xerial library:
 *
 *   magic 82 'SNAPPY' 00, version int32 = 1, lowest compatible version int32 = 1,
 *   then blocks: length int32, raw snappy block of at most 32 KiB of input        (big-endian)
 *
 * Most clients that are not Java send one raw block without any framing; both are read, xerial is written.
 */
import { tooLarge } from './compression-error.ts';
import {
  corruptSnappy,
  decodeSnappyBlock,
  encodeSnappyBlock,
  snappyBlockLength,
  snappyBlockSizeMax,
} from './snappy-block.ts';

const HEADER = Buffer.from('82534e4150505900' + '00000001' + '00000001', 'hex');
const MAGIC_BYTES = 8;
const BLOCK_BYTES = 32 * 1024;

export function compressSnappy(input: Buffer): Buffer {
  const blocks = Math.ceil(input.length / BLOCK_BYTES);
  const output = Buffer.allocUnsafe(
    HEADER.length + blocks * (4 + snappyBlockSizeMax(0)) + snappyBlockSizeMax(input.length),
  );
  HEADER.copy(output);
  let at = HEADER.length;
  for (let start = 0; start < input.length; start += BLOCK_BYTES) {
    const end = encodeSnappyBlock(input, start, Math.min(start + BLOCK_BYTES, input.length), output, at + 4);
    output.writeInt32BE(end - at - 4, at);
    at = end;
  }
  return output.subarray(0, at);
}

export function decompressSnappy(input: Buffer, maxOutputBytes: number): Buffer {
  if (!startsWithMagic(input, 0)) return decompressRaw(input, maxOutputBytes);
  let total = 0;
  for (let at = nextBlock(input, 0); at < input.length; ) {
    const end = blockEnd(input, at);
    total += snappyBlockLength(input, at + 4, end).length;
    if (total > maxOutputBytes) throw tooLarge('snappy', maxOutputBytes);
    at = nextBlock(input, end);
  }
  const output = Buffer.allocUnsafe(total);
  let out = 0;
  for (let at = nextBlock(input, 0); at < input.length; ) {
    const end = blockEnd(input, at);
    const block = snappyBlockLength(input, at + 4, end);
    decodeSnappyBlock(input, block.at, end, output, out, out + block.length);
    out += block.length;
    at = nextBlock(input, end);
  }
  return output;
}

function decompressRaw(input: Buffer, maxOutputBytes: number): Buffer {
  const { length, at } = snappyBlockLength(input, 0, input.length);
  if (length > maxOutputBytes) throw tooLarge('snappy', maxOutputBytes);
  const output = Buffer.allocUnsafe(length);
  decodeSnappyBlock(input, at, input.length, output, 0, length);
  return output;
}

function startsWithMagic(input: Buffer, at: number): boolean {
  return input.length - at >= MAGIC_BYTES && input.compare(HEADER, 0, MAGIC_BYTES, at, at + MAGIC_BYTES) === 0;
}

/** Skips stream headers: streams may follow one another. */
function nextBlock(input: Buffer, from: number): number {
  let at = from;
  while (startsWithMagic(input, at)) {
    if (input.length - at < HEADER.length) throw corruptSnappy('the stream header is cut off');
    at += HEADER.length;
  }
  return at;
}

function blockEnd(input: Buffer, at: number): number {
  if (input.length - at < 4) throw corruptSnappy('a block length is cut off');
  const length = input.readInt32BE(at);
  if (length <= 0 || length > input.length - at - 4) throw corruptSnappy(`a block length of ${length} does not fit`);
  return at + 4 + length;
}
