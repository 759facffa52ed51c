import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ReceivePool } from './receive-pool.ts';
import { PooledReader, type Receiver } from './socket-reader.ts';

/** What a socket does with `onread`: fill the buffer, call back, ask for the next one. */
function socketOf(reader: PooledReader): (bytes: Buffer) => Uint8Array {
  let buffer = reader.onread.buffer();
  return (bytes) => {
    buffer.set(bytes);
    reader.onread.callback(bytes.length, buffer);
    buffer = reader.onread.buffer();
    return buffer;
  };
}

/** One without memory of its own, unless `other` says so. */
function receiverOf(received: (chunk: Buffer) => void, other: Partial<Receiver> = {}): Receiver {
  const unreachable = (): never => expect.unreachable();
  return {
    received,
    room: () => undefined,
    filled: unreachable,
    mayReadOn: () => true,
    stopped: unreachable,
    ended: unreachable,
    failed: unreachable,
    ...other,
  };
}

describe('the receive pool', () => {
  it('copies the few bytes of quiet connections out of the buffer they share', () => {
    const pool = new ReceivePool();
    const chunks: Buffer[] = [];
    const [one, two] = [new PooledReader(pool), new PooledReader(pool)];
    for (const reader of [one, two])
      reader.start(
        new Socket(),
        receiverOf((chunk) => chunks.push(chunk)),
      );
    const [receiveOne, receiveTwo] = [socketOf(one), socketOf(two)];
    expect(receiveOne(Buffer.from('first'))).toBe(pool.common);
    expect(receiveTwo(Buffer.from('other'))).toBe(pool.common);
    expect(chunks.map(String)).toEqual(['first', 'other']);
    expect(pool.lentBuffers).toBe(0);
  });

  it('gives a bulk connection a buffer of its own, lent until released, and takes it back when it is quiet', () => {
    const pool = new ReceivePool();
    const chunks: Buffer[] = [];
    const reader = new PooledReader(pool);
    reader.start(
      new Socket(),
      receiverOf((chunk) => chunks.push(chunk)),
    );
    const receive = socketOf(reader);
    const own = receive(Buffer.alloc(20_000, 'a'));
    expect(own).not.toBe(pool.common);
    const second = receive(Buffer.alloc(60_000, 'b'));
    expect(chunks[1]?.buffer).toBe(own.buffer);
    expect(second.buffer).not.toBe(own.buffer);
    const third = receive(Buffer.alloc(60_000, 'c'));
    expect(chunks[1]?.every((byte) => byte === 'b'.charCodeAt(0))).toBe(true);
    expect(pool.lentBuffers).toBe(2);
    const [, b, c] = chunks;
    if (b !== undefined && c !== undefined) {
      pool.release(b);
      pool.release(b);
      expect(pool.lentBuffers).toBe(1);
      pool.release(c);
    }
    expect(receive(Buffer.alloc(10, 'd'))).toBe(pool.common);
    const free = [pool.take(), pool.take(), pool.take()].map((buffer) => buffer?.buffer);
    expect(new Set(free)).toEqual(new Set([own.buffer, second.buffer, third.buffer]));
  });

  it('reuses one buffer for a receiver that releases before it returns', () => {
    const pool = new ReceivePool();
    const reader = new PooledReader(pool);
    reader.start(
      new Socket(),
      receiverOf((chunk) => pool.release(chunk)),
    );
    const receive = socketOf(reader);
    const own = receive(Buffer.alloc(30_000));
    for (let index = 0; index < 5; index++) expect(receive(Buffer.alloc(30_000)).buffer).toBe(own.buffer);
  });

  it('reads into the room its receiver has, and into its own memory when there is none', () => {
    const room = Buffer.alloc(100_000);
    let filled = 0;
    const chunks: string[] = [];
    const reader = new PooledReader(new ReceivePool());
    const receiver = receiverOf((chunk) => chunks.push(String(chunk)), {
      room: () => (chunks.length > 0 && filled < room.length ? room.subarray(filled) : undefined),
      filled: (bytes) => {
        filled += bytes;
      },
    });
    reader.start(new Socket(), receiver);
    const receive = socketOf(reader);
    expect(receive(Buffer.from('before')).buffer).toBe(room.buffer);
    expect(receive(Buffer.alloc(60_000, 'a')).byteOffset).toBe(room.byteOffset + 60_000);
    expect(receive(Buffer.alloc(40_000, 'b')).buffer).not.toBe(room.buffer);
    receive(Buffer.from('after'));
    expect(chunks).toEqual(['before', 'after']);
    expect(filled).toBe(100_000);
    expect(room.equals(Buffer.concat([Buffer.alloc(60_000, 'a'), Buffer.alloc(40_000, 'b')]))).toBe(true);
  });

  it('tells the socket to stop reading when its receiver has had enough for a turn', () => {
    const reader = new PooledReader(new ReceivePool());
    let received = 0;
    const add = (bytes: number): void => {
      received += bytes;
    };
    const mayReadOn = (): boolean => received < 2;
    let stops = 0;
    const stopped = (): void => {
      stops++;
    };
    const receiver = receiverOf(({ length }) => add(length), { filled: add, mayReadOn, stopped });
    reader.start(new Socket(), receiver);
    const { buffer, callback } = reader.onread;
    expect([callback(1, buffer()), callback(1, buffer())]).toEqual([true, false]);
    expect(stops).toBe(1);
  });

  it('goes on with copies when receivers keep everything, and stops with its socket', () => {
    const pool = new ReceivePool();
    const chunks: Buffer[] = [];
    const reader = new PooledReader(pool);
    reader.start(
      new Socket(),
      receiverOf((chunk) => chunks.push(chunk)),
    );
    const receive = socketOf(reader);
    for (let index = 0; index < 600; index++) receive(Buffer.alloc(16_384, index & 0xff));
    expect(pool.lentBuffers).toBe(512);
    expect(chunks.every((chunk, index) => chunk[0] === (index & 0xff) && chunk.at(-1) === (index & 0xff))).toBe(true);
    for (const chunk of chunks) pool.release(chunk);
    receive(Buffer.alloc(16_384));
    reader.stop();
    let free = 0;
    while (free < 1000 && pool.take() !== undefined) free++;
    expect(free).toBe(512);
  });
});
