import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameSplitter } from './frame-splitter.ts';

function framed(frames: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    frames.flatMap((frame) => {
      const size = Buffer.alloc(4);
      size.writeInt32BE(frame.length);
      return [size, frame];
    }),
  );
}

describe('FrameSplitter', () => {
  test('gives the same frames however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 60 }),
        (frames, cuts) => {
          const got: Buffer[] = [];
          const splitter = new FrameSplitter(1000, (frame, borrowed) =>
            got.push(borrowed ? Buffer.from(frame) : frame),
          );
          const stream = framed(frames);
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const length = cuts[turn % cuts.length] ?? 1;
            // A chunk is the splitter's only while it is pushed: overwrite it afterwards.
            const chunk = Buffer.from(stream.subarray(at, at + length));
            splitter.push(chunk);
            chunk.fill(0xdb);
            at += length;
          }
          expect(got.map((frame) => frame.toString('hex'))).toEqual(
            frames.map((frame) => Buffer.from(frame).toString('hex')),
          );
        },
      ),
    );
  });

  test.each([-1, 1001, 0x7fffffff])('refuses a frame of %i bytes before taking memory for it', (size) => {
    const splitter = new FrameSplitter(1000, () => {});
    const header = Buffer.alloc(4);
    header.writeInt32BE(size);
    expect(() => splitter.push(header)).toThrow(/at most 1000/);
  });
});
