/*
 * CRC-32C (Castagnoli, reflected polynomial 0x82f63b78): the checksum of record batches and producer snapshots.
 */
const tables = makeTables();

/** Checksum of `buffer[start, end)` as an unsigned 32-bit number. */
export function crc32c(buffer: Uint8Array, start: number, end: number): number {
  return crc32cInJavaScript(buffer, start, end);
}

/** Slicing by eight: the fallback, and the reference of the tests. */
export function crc32cInJavaScript(buffer: Uint8Array, start: number, end: number): number {
  let crc = -1;
  for (let i = start; i < end; i++) crc = tables[(crc ^ buffer[i]) & 0xff] ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}

function makeTables(): Int32Array {
  const made = new Int32Array(256);
  for (let i = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0x82f63b78;
    made[i] = crc;
  }
  return made;
}
