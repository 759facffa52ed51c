import { expect, it } from 'vitest';
import { SmallChunks } from './small-chunks.ts';

it('copies what it is asked for, of any length, and no copy touches another', () => {
  const memory = Buffer.allocUnsafeSlow(64 * 1024);
  const chunks = new SmallChunks(memory);
  const copies: { chunk: Buffer; expected: Buffer }[] = [];
  const lengths = [...Array.from({ length: 300 }, (_, index) => index + 1), 1023, 1024, 1025, 4096, 16_384, 8, 1];
  for (const [round, length] of lengths.entries()) {
    const start = 4 * round;
    for (let at = 0; at < memory.length; at++) memory[at] = (at * 7 + round) & 0xff;
    copies.push({ chunk: chunks.copy(start, length), expected: Buffer.from(memory.subarray(start, start + length)) });
  }
  // To the memory's end.
  copies.push({ chunk: chunks.copy(memory.length - 8, 7), expected: Buffer.from(memory.subarray(-8, -1)) });
  memory.fill(0);
  expect(copies.findIndex(({ chunk, expected }) => !chunk.equals(expected))).toBe(-1);
});
