import type { Connection } from '@ottla/platform';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteBudget } from './byte-budget.ts';
import { FrameBuffers } from './frame-buffers.ts';
import { FrameReader, type FrameResources, InvalidReceiveError } from './frame-reader.ts';

/** Counts what is given back; nothing else of a connection is asked for. */
class ReleasedChunks implements Connection {
  readonly remote = { host: '127.0.0.1', port: 1 };
  readonly local = { host: '127.0.0.1', port: 2 };
  readonly unsentBytes = 0;
  readonly released: Buffer[] = [];

  release(chunk: Buffer): void {
    if (this.released.includes(chunk)) throw new Error('released twice');
    this.released.push(chunk);
    chunk.fill(0xdb);
  }

  send(): boolean {
    return true;
  }
  pause(): void {}
  resume(): void {}
  close(): void {}
  destroy(): void {}
}

const turns: (() => void)[] = [];
const timers: (() => void)[] = [];
const clock = {
  wallMs: () => 0,
  monotonicMs: () => 0,
  setTimer: (_delayMs: number, callback: () => void) => {
    timers.push(callback);
    return { cancel() {} };
  },
  endOfTurn: (callback: () => void) => void turns.push(callback),
  sleep: () => Promise.resolve(),
};

function reader(limit = 1_000_000, frameBytesMax = 200_000, budget = new ByteBudget(clock, () => limit)) {
  const connection = new ReleasedChunks();
  const resources: FrameResources = { budget, buffers: new FrameBuffers(), frameBytesMax: () => frameBytesMax };
  return { connection, budget, frames: new FrameReader(connection, resources) };
}

function framed(body: Uint8Array): Buffer {
  const frame = Buffer.alloc(4 + body.length);
  frame.writeInt32BE(body.length);
  frame.set(body, 4);
  return frame;
}

it('gives the same frames however the bytes are cut, and every chunk back once', () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 });
  const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(bodies, cuts, fc.boolean(), (expected, sizes, keepFrames) => {
      const { connection, budget, frames } = reader();
      const bytes = Buffer.concat(expected.map(framed));
      const seen: Uint8Array[] = [];
      const kept: { release(): void }[] = [];
      let chunks = 0;
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1;
        frames.push(Buffer.from(bytes.subarray(at, at + size)));
        at += size;
        chunks++;
        for (let frame = frames.next(); frame !== undefined; frame = frames.next()) {
          seen.push(Buffer.from(frame.buffer.subarray(frame.start, frame.end)));
          if (keepFrames) kept.push(frame);
          else frame.release();
        }
      }
      expect(seen.map((body) => Buffer.from(body).toString('hex'))).toEqual(
        expected.map((body) => Buffer.from(body).toString('hex')),
      );
      for (const frame of kept) frame.release();
      expect(connection.released.length).toBe(chunks);
      expect(budget.usedBytes).toBe(0);
      expect(frames.unreadBytes).toBe(0);
    }),
    { numRuns: 1000 },
  );
});

it('keeps the bytes of a frame until it is released', () => {
  const { connection, frames } = reader();
  const chunk = Buffer.concat([framed(Buffer.from('first')), framed(Buffer.from('second'))]);
  frames.push(chunk);
  const first = frames.next();
  const second = frames.next();
  first?.release();
  first?.release();
  expect(connection.released).toEqual([]);
  expect(second?.buffer.toString('latin1', second.start, second.end)).toBe('second');
  second?.release();
  expect(connection.released).toEqual([chunk]);
});

it.each([
  [-1, 'Invalid receive (size = -1)'],
  [0x47455420, 'Invalid receive (size = 1195725856 larger than 200000)'],
])('refuses size %i', (size, message) => {
  const { frames } = reader();
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(size);
  frames.push(bytes);
  expect(() => frames.next()).toThrow(new InvalidReceiveError(message));
});

it('refuses a bad size that came byte by byte', () => {
  const { frames } = reader();
  for (const byte of [0xff, 0xff, 0xff]) {
    frames.push(Buffer.from([byte]));
    expect(frames.next()).toBeUndefined();
  }
  frames.push(Buffer.from([0xff, 0]));
  expect(() => frames.next()).toThrow('Invalid receive (size = -1)');
});

it('starves while the budget is spent, one frame over it passes, and wakes at the end of a turn', () => {
  const { budget, frames } = reader(100);
  frames.push(Buffer.concat([framed(Buffer.alloc(80)), framed(Buffer.alloc(90)), framed(Buffer.alloc(5))]));
  const first = frames.next();
  const second = frames.next();
  expect(second?.end).toBeDefined();
  expect(frames.next()).toBeUndefined();
  expect(frames.isStarved).toBe(true);
  let woken = 0;
  budget.wait(() => woken++);
  first?.release();
  expect(woken).toBe(0);
  for (const turn of turns.splice(0)) turn();
  expect(woken).toBe(1);
  expect(frames.next()?.end).toBeDefined();
  expect(frames.isStarved).toBe(false);
});

it('gives back what it holds when the connection goes', () => {
  const { connection, budget, frames } = reader();
  frames.push(framed(Buffer.alloc(100_000)).subarray(0, 50_000));
  expect(frames.next()).toBeUndefined();
  frames.push(Buffer.alloc(10));
  expect(budget.usedBytes).toBe(100_000);
  frames.close(false);
  expect(budget.usedBytes).toBe(0);
  expect(connection.released.length).toBe(2);
});

const announced = (size: number): Buffer => framed(Buffer.alloc(size)).subarray(0, 4);

it('serves small frames while large ones that were only announced hold the budget', () => {
  const { budget, frames } = reader(100_000);
  frames.push(announced(200_000));
  expect(frames.next()).toBeUndefined();
  const other = reader(0, 200_000, budget).frames;
  other.push(framed(Buffer.alloc(1000)));
  expect(other.next()?.end).toBeDefined();
  const inPieces = framed(Buffer.alloc(60_000));
  other.push(inPieces.subarray(0, 30_000));
  expect(other.next()).toBeUndefined();
  other.push(inPieces.subarray(30_000));
  expect(other.next()?.end).toBe(60_000);
});

it('lets large frames in beside those whose bytes do not come', () => {
  const { budget, frames } = reader(100_000, 9_000_000);
  const moving = reader(0, 9_000_000, budget).frames;
  moving.push(announced(9_000_000));
  expect(moving.next()).toBeUndefined();
  frames.push(announced(200_000));
  expect(frames.next()).toBeUndefined();
  expect(frames.isStarved).toBe(true);
  let woken = 0;
  budget.wait(() => {
    woken++;
    expect(frames.next()).toBeUndefined();
  });
  moving.push(Buffer.alloc(3_000_000));
  expect(moving.next()).toBeUndefined();
  for (const timer of timers.splice(0)) timer();
  expect(woken).toBe(0); // three megabytes since then: it is on its way
  for (const timer of timers.splice(0)) timer();
  expect(woken).toBe(1);
  expect(frames.isStarved).toBe(false);
  moving.push(Buffer.alloc(6_000_000));
  const frame = moving.next();
  expect(frame?.end).toBe(9_000_000);
  frame?.release();
  frames.close(false);
  expect(budget.usedBytes).toBe(0);
  expect(timers).toEqual([]);
});

/** What a connection does: the next bytes go where there is room for them, else they come as a chunk of `chunkBytes` at most. */
function receive(frames: FrameReader, bytes: Buffer, chunkBytes: number): { inRoom: number; bodies: Buffer[] } {
  const bodies: Buffer[] = [];
  let inRoom = 0;
  for (let at = 0; at < bytes.length; ) {
    const room = frames.room();
    const length = Math.min(room?.length ?? chunkBytes, bytes.length - at);
    if (room === undefined) {
      frames.push(Buffer.from(bytes.subarray(at, at + length)));
    } else {
      bytes.copy(room, 0, at, at + length);
      frames.filled(length);
      inRoom += length;
    }
    at += length;
    for (let frame = frames.next(); frame !== undefined; frame = frames.next()) {
      bodies.push(Buffer.from(frame.buffer.subarray(frame.start, frame.end)));
      frame.release();
    }
  }
  return { inRoom, bodies };
}

it('has room for the rest of large frames, whatever comes before and after them', () => {
  const { connection, budget, frames } = reader(1e9, 1e8);
  const sizes = [100, 3_000_000, 70_000, 150_000, 10, 1_000_000, 5_000_000, 0, 131_072];
  const bodies = sizes.map((size, index) => Buffer.alloc(size, `body ${index}, not the same everywhere`));
  const got = receive(frames, Buffer.concat(bodies.map(framed)), 30_000);
  expect(got.bodies.map((body, index) => bodies[index]?.equals(body))).toEqual(sizes.map(() => true));
  expect(got.inRoom).toBeGreaterThan(8_000_000);
  expect(budget.usedBytes).toBe(0);
  expect(frames.unreadBytes).toBe(0);
  expect(connection.released.every((chunk) => chunk.length <= 30_000)).toBe(true);
});

it('has no room while chunks wait, for a frame that is nearly complete, or for more than a read', () => {
  const { frames } = reader(1e9, 1e8);
  const bytes = framed(Buffer.alloc(1_900_000));
  frames.push(bytes.subarray(0, 100));
  expect(frames.room()).toBeUndefined();
  expect(frames.next()).toBeUndefined();
  expect(frames.room()?.length).toBe(1024 * 1024);
  frames.push(bytes.subarray(100, 200));
  expect(frames.room()).toBeUndefined();
  expect(frames.next()).toBeUndefined();
  frames.push(bytes.subarray(200, 1_850_000));
  expect(frames.next()).toBeUndefined();
  expect(frames.room()).toBeUndefined();
});

it('keeps a lent buffer until the connection writes to it no more', () => {
  const buffers = new FrameBuffers();
  const resources = { budget: new ByteBudget(clock, () => 1e9), buffers, frameBytesMax: () => 1e8 };
  const frames = new FrameReader(new ReleasedChunks(), resources);
  frames.push(announced(200_000));
  expect(frames.next()).toBeUndefined();
  const room = frames.room();
  frames.close(true);
  expect(resources.budget.usedBytes).toBe(0);
  expect(buffers.take(200_000).byteOffset).not.toBe(room?.byteOffset);
  frames.close(false);
  expect(buffers.take(200_000).byteOffset).toBe(room?.byteOffset);
});

it('takes memory for a large frame as it comes', () => {
  const taken: number[] = [];
  class CountedBuffers extends FrameBuffers {
    override take(size: number): Buffer {
      taken.push(size);
      return super.take(size);
    }
  }
  const resources = {
    budget: new ByteBudget(clock, () => 1e9),
    buffers: new CountedBuffers(),
    frameBytesMax: () => 1e8,
  };
  const frames = new FrameReader(new ReleasedChunks(), resources);
  const body = Buffer.alloc(5_000_000, 'not the same everywhere');
  const bytes = framed(body);
  frames.push(bytes.subarray(0, 4));
  expect(frames.next()).toBeUndefined();
  expect(taken).toEqual([2 * 1024 * 1024]);
  for (let at = 4; at < bytes.length; at += 700_000) frames.push(Buffer.from(bytes.subarray(at, at + 700_000)));
  const frame = frames.next();
  expect(frame?.buffer.subarray(frame.start, frame.end).equals(body)).toBe(true);
  expect(Math.max(...taken)).toBe(5_000_000);
});
