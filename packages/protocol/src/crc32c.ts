/*
 * CRC-32C (Castagnoli, reflected polynomial 0x82f63b78): the checksum of record batches and producer snapshots.
 */
import { CRC32C_SCRATCH_BYTES, type Crc32cInMemory, crc32cOver, newMemory, writeTables } from './crc32c-wasm.ts';

/** From here on copying into WebAssembly memory costs less than it saves. */
const COPY_FROM_BYTES = 192;
/** What is copied at a time: small enough to stay in the processor's cache. */
const STAGING_BYTES = 64 * 1024;

/** Shorter input is rarely where `newChecksumMemory` is, and is not worth looking. */
const IN_PLACE_FROM_BYTES = 16 * 1024;

const tables = new Int32Array(8 * 256);
writeTables(tables);

interface Staging {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly crc: Crc32cInMemory;
}
/** Made at first use; null where WebAssembly or its SIMD is missing. */
let staging: Staging | null | undefined;

/** By the memory of `newChecksumMemory`. */
const inPlace = new WeakMap<ArrayBufferLike, Crc32cInMemory>();

/**
 * `bytes` of memory, for views of which `crc32c` copies nothing. Pages take no room before they are written to. Undefined where WebAssembly,
 * its SIMD or the address space is missing.
 */
export function newChecksumMemory(bytes: number): Buffer | undefined {
  try {
    const memory = newMemory(CRC32C_SCRATCH_BYTES + bytes);
    inPlace.set(memory.buffer, crc32cOver(memory, 0));
    return Buffer.from(memory.buffer, CRC32C_SCRATCH_BYTES, bytes);
  } catch {
    return undefined;
  }
}

/** Checksum of `buffer[start, end)` as an unsigned 32-bit number. */
export function crc32c(buffer: Uint8Array, start: number, end: number): number {
  if (end - start < COPY_FROM_BYTES) return (slice8(buffer, start, end, -1) ^ -1) >>> 0;
  if (end - start >= IN_PLACE_FROM_BYTES) {
    const crc = inPlace.get(buffer.buffer);
    if (crc !== undefined) return (crc(buffer.byteOffset + start, end - start, -1) ^ -1) >>> 0;
  }
  if (staging === undefined) staging = makeStaging();
  if (staging === null) return (slice8(buffer, start, end, -1) ^ -1) >>> 0;
  let state = -1;
  for (let at = start; at < end; at += STAGING_BYTES) {
    const length = Math.min(STAGING_BYTES, end - at);
    staging.bytes.set(buffer.subarray(at, at + length));
    state = staging.crc(staging.at, length, state);
  }
  return (state ^ -1) >>> 0;
}

/** Slicing by eight: for short input, where there is no WebAssembly, and as the reference of the tests. */
export function crc32cInJavaScript(buffer: Uint8Array, start: number, end: number): number {
  return (slice8(buffer, start, end, -1) ^ -1) >>> 0;
}

function slice8(b: Uint8Array, start: number, end: number, state: number): number {
  const t = tables;
  let crc = state;
  let i = start;
  for (const last = end - 7; i < last; i += 8) {
    crc =
      t[0x700 | ((crc ^ b[i]) & 0xff)] ^
      t[0x600 | (((crc >>> 8) ^ b[i + 1]) & 0xff)] ^
      t[0x500 | (((crc >>> 16) ^ b[i + 2]) & 0xff)] ^
      t[0x400 | ((crc >>> 24) ^ b[i + 3])] ^
      t[0x300 | b[i + 4]] ^
      t[0x200 | b[i + 5]] ^
      t[0x100 | b[i + 6]] ^
      t[b[i + 7]];
  }
  for (; i < end; i++) crc = t[(crc ^ b[i]) & 0xff] ^ (crc >>> 8);
  return crc;
}

function makeStaging(): Staging | null {
  try {
    const memory = newMemory(CRC32C_SCRATCH_BYTES + STAGING_BYTES);
    const crc = crc32cOver(memory, 0);
    return { bytes: new Uint8Array(memory.buffer, CRC32C_SCRATCH_BYTES, STAGING_BYTES), at: CRC32C_SCRATCH_BYTES, crc };
  } catch {
    return null;
  }
}
