/*
 * CRC-32 (IEEE 802.3, reflected polynomial 0xedb88320): the checksum of messages of magic 0 and 1.
 */
import { loadZlib } from './load-module.ts';

/** `crc32` of `node:zlib` (Node >= 20.15), looked up at first use: loading zlib costs 2 ms. */
let native: ((data: Uint8Array) => number) | null | undefined;
let table: Int32Array | undefined;

/** Checksum of `buffer[start, end)` as an unsigned 32-bit number. */
export function crc32(buffer: Uint8Array, start: number, end: number): number {
  if (native === undefined) native = findNative();
  return native === null ? crc32InJavaScript(buffer, start, end) : native(buffer.subarray(start, end));
}

/** The fallback, and the reference of the tests. */
export function crc32InJavaScript(buffer: Uint8Array, start: number, end: number): number {
  const known = table ?? makeTable();
  table = known;
  let crc = -1;
  for (let i = start; i < end; i++) crc = known[(crc ^ buffer[i]) & 0xff] ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}

function findNative(): ((data: Uint8Array) => number) | null {
  const zlib = loadZlib();
  return typeof zlib.crc32 === 'function' ? zlib.crc32 : null;
}

function makeTable(): Int32Array {
  const made = new Int32Array(256);
  for (let i = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb88320;
    made[i] = crc;
  }
  return made;
}
