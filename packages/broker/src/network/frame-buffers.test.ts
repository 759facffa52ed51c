import { expect, it } from 'vitest';
import { FrameBuffers } from './frame-buffers.ts';
import { pooledFrameBytesKept } from './limits.ts';

const MIB = 1024 * 1024;

it('a buffer that was given back is the next one of its size', () => {
  const buffers = new FrameBuffers();
  const first = buffers.take(MIB - 5);
  expect(first.length).toBe(MIB);
  const second = buffers.take(MIB);
  expect(second.byteOffset).not.toBe(first.byteOffset);
  buffers.giveBack(first);
  expect(buffers.take(MIB) === first).toBe(true);
});

it('what finds no place in the common memory has memory of its own, and is not kept', () => {
  const buffers = new FrameBuffers();
  const pooled = Array.from({ length: pooledFrameBytesKept / MIB }, () => buffers.take(MIB));
  expect(new Set(pooled.map(({ byteOffset }) => byteOffset)).size).toBe(pooled.length);
  const own = buffers.take(MIB);
  expect(own.buffer === pooled[0]?.buffer).toBe(false);
  buffers.giveBack(own);
  const [some] = pooled;
  if (some !== undefined) buffers.giveBack(some);
  expect(buffers.take(MIB) === some).toBe(true);
  expect(buffers.take(MIB) === own).toBe(false);
});
