import { describe, expect, it } from 'vitest';
import { gatherBytesMax, sourcePullBytesMax } from './limits.ts';
import type { OutgoingPart } from './network.ts';
import { SendQueue } from './send-queue.ts';
import { Prng } from './simulated/prng.ts';

const newGather = (): Uint8Array => new Uint8Array(gatherBytesMax);
const newPull = (): Uint8Array => new Uint8Array(sourcePullBytesMax);

describe('the send queue', () => {
  it('gives back the bytes of all parts in order, whatever the limits, and releases each source once', () => {
    const prng = new Prng(11);
    for (let round = 0; round < 50; round++) {
      const queue = new SendQueue();
      const expected: Uint8Array[] = [];
      let sources = 0;
      let releases = 0;
      let next = 0;
      const parts: OutgoingPart[] = [];
      for (let index = prng.integer(12); index >= 0; index--) {
        const size = prng.pick([0, 1, 100, 16_384, 16_385, 65_536, 65_537, 300_000]);
        const bytes = Uint8Array.from({ length: size }, () => next++ & 0xff);
        expected.push(bytes);
        if (prng.chance(0.5)) {
          parts.push(bytes);
          continue;
        }
        sources++;
        parts.push({
          sizeBytes: size,
          copyTo: (target, targetStart, start, length) =>
            target.set(bytes.subarray(start, start + length), targetStart),
          release: () => releases++,
        });
      }
      queue.add(parts);
      expect(queue.bytes).toBe(next);
      const got: Uint8Array[] = [];
      while (queue.bytes > 0) got.push(...queue.take(prng.between(1, 400_000), newGather, newPull));
      expect(Buffer.concat(got).equals(Buffer.concat(expected))).toBe(true);
      queue.take(1, newGather, newPull);
      expect(releases).toBe(sources);
      queue.clear();
      expect(releases).toBe(sources);
    }
  });

  it('puts small parts into one buffer and leaves large ones where they are', () => {
    const queue = new SendQueue();
    const large = new Uint8Array(100_000);
    queue.add([new Uint8Array(10), new Uint8Array(20), large, new Uint8Array(30)]);
    const buffers = queue.take(1_000_000, newGather, newPull);
    expect(buffers.map((buffer) => buffer.length)).toEqual([30, 100_000, 30]);
    expect(buffers[1]?.buffer).toBe(large.buffer);
  });

  it('stays small over any number of parts', () => {
    const queue = new SendQueue();
    for (let index = 0; index < 10_000; index++) {
      queue.add([new Uint8Array(20_000), new Uint8Array(20_000)]);
      queue.take(20_000, newGather, newPull);
      if (index % 2 === 0) queue.take(30_000, newGather, newPull);
    }
    expect(queue.bytes).toBeLessThan(200_000_000);
  });
});
