import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32, crc32InJavaScript } from './crc32.ts';
import { crc32c, crc32cInJavaScript, newChecksumMemory } from './crc32c.ts';
import { CRC32C_SCRATCH_BYTES, crc32cOver, newMemory } from './crc32c-wasm.ts';

const noise = Buffer.alloc(300_000);
for (let i = 0, state = 1; i < noise.length; i++) {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  noise[i] = state >>> 16;
}

/** Bit by bit, straight from the definition. */
function crc32cByDefinition(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0x82f63b78;
  }
  return (crc ^ -1) >>> 0;
}

test('WebAssembly, JavaScript and the definition agree', () => {
  fc.assert(
    fc.property(fc.nat(2000), fc.oneof(fc.nat(300), fc.nat(20_000)), (start, length) => {
      const expected = crc32cByDefinition(noise.subarray(start, start + length));
      expect(crc32cInJavaScript(noise, start, start + length)).toBe(expected);
      expect(crc32c(noise, start, start + length)).toBe(expected);
    }),
    { numRuns: 300 },
  );
});

test('they agree around every threshold, and over more than one staging area', () => {
  const lengths = [0, 1, 191, 192, 1791, 1792, 1793, 9455, 9456, 9457, 65535, 65536, 65537, 131072, 250_001];
  for (const length of lengths) {
    expect([length, crc32c(noise, 5, 5 + length)]).toEqual([length, crc32cInJavaScript(noise, 5, 5 + length)]);
  }
});

test('in place, over memory of the caller, with the scratch anywhere', () => {
  const scratchAt = 4096;
  const dataAt = scratchAt + CRC32C_SCRATCH_BYTES;
  const memory = newMemory(dataAt + noise.length);
  const crc = crc32cOver(memory, scratchAt);
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(noise, dataAt);
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(100_000), (start, length) => {
      const state = crc(dataAt + start, length, -1);
      expect((state ^ -1) >>> 0).toBe(crc32cInJavaScript(noise, start, start + length));
    }),
    { numRuns: 100 },
  );
  expect(Buffer.compare(bytes.subarray(dataAt, dataAt + noise.length), noise)).toBe(0);
});

test('over views of checksum memory it is the same, and leaves them as they are', () => {
  const memory = newChecksumMemory(noise.length);
  if (memory === undefined) throw new Error('there is no checksum memory');
  noise.copy(memory);
  const view = memory.subarray(5, 200_000);
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(100_000), (start, length) => {
      expect(crc32c(view, start, start + length)).toBe(crc32cInJavaScript(noise, 5 + start, 5 + start + length));
    }),
    { numRuns: 100 },
  );
  expect(memory.equals(noise)).toBe(true);
});

test('every single-bit change of a long input changes the checksum', () => {
  const bytes = Buffer.from(noise.subarray(0, 3000));
  const expected = crc32c(bytes, 0, bytes.length);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    bytes[bit >>> 3] ^= 1 << (bit & 7);
    expect(crc32c(bytes, 0, bytes.length)).not.toBe(expected);
    bytes[bit >>> 3] ^= 1 << (bit & 7);
  }
});

test('CRC-32 in JavaScript agrees with zlib', () => {
  fc.assert(
    fc.property(fc.nat(2000), fc.nat(2000), (start, length) => {
      const expected = zlibCrc32(noise.subarray(start, start + length));
      expect(crc32(noise, start, start + length)).toBe(expected);
      expect(crc32InJavaScript(noise, start, start + length)).toBe(expected);
    }),
  );
});
