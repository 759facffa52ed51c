// Small bytes that unpack to many, in each codec, as Kafka's clients frame it.
import { gzipSync } from 'node:zlib';
import { int } from '../../conformance/lib/bytes.mjs';

const MEGABYTE = 1 << 20;

const u24 = (value) => Buffer.from([value & 255, (value >> 8) & 255, value >> 16]);

/** A zstd frame: `head` as it is, then zeros, 128 KB of them in four bytes. @param {Buffer} head @param {number} zeros */
export function zstdBomb(head, zeros) {
  const block = 1 << 17;
  const parts = [Buffer.from('28b52ffd0038', 'hex'), u24(head.length << 3), head]; // no content size, a window of 128 KB
  for (let left = zeros; left > 0; left -= block) parts.push(u24((Math.min(left, block) << 3) | 2), Buffer.from([0]));
  return Buffer.concat([...parts, u24(1)]); // an empty last block
}

/** An LZ4 frame of blocks of 4 MB, the first of which is `head`, stored. @param {Buffer} head @param {number} zeros a multiple of 4 MB */
export function lz4Bomb(head, zeros) {
  const size = (bytes, stored) => {
    const buffer = Buffer.alloc(4);
    buffer.writeUInt32LE((bytes | (stored ? 0x80000000 : 0)) >>> 0);
    return buffer;
  };
  const matched = 4 * MEGABYTE - 6 - 19; // a literal before, five after; 19 are in the token
  const block = Buffer.concat([
    Buffer.from('1f000100', 'hex'),
    Buffer.alloc(Math.floor(matched / 255), 255),
    Buffer.from([matched % 255]),
    Buffer.from('500000000000', 'hex'),
  ]);
  const parts = [Buffer.from('04224d18607073', 'hex'), size(head.length, true), head];
  for (let left = zeros; left > 0; left -= 4 * MEGABYTE) parts.push(size(block.length, false), block);
  return Buffer.concat([...parts, size(0, false)]);
}

/** Snappy as the xerial library frames it: chunks of 32 KB. @param {Buffer} head below 61 bytes @param {number} zeros */
export function snappyBomb(head, zeros) {
  const parts = [Buffer.from('82534e41505059000000000100000001', 'hex')];
  const chunk = (bytes) => parts.push(int(4, bytes.length), bytes);
  chunk(Buffer.concat([Buffer.from([head.length, (head.length - 1) << 2]), head]));
  const copies = 32768 / 64;
  const block = [0x80, 0x80, 0x02, 0x00, 0x00, 0xfa, 0x01, 0x00]; // 32768; one zero; 63 more
  for (let copy = 1; copy < copies; copy++) block.push(0xfe, 0x01, 0x00);
  const bytes = Buffer.from(block);
  for (let left = zeros; left > 0; left -= 32768) chunk(bytes);
  return Buffer.concat(parts);
}

/** One chunk that says it unpacks to 2^31 - 1 bytes. */
export const snappyLie = () =>
  Buffer.concat([
    Buffer.from('82534e41505059000000000100000001', 'hex'),
    int(4, 8),
    Buffer.from('ffffffff07000000', 'hex'),
  ]);

/** @param {Buffer} head @param {number} zeros */
export const gzipBomb = (head, zeros) => gzipSync(Buffer.concat([head, Buffer.alloc(zeros)]), { level: 9 });
