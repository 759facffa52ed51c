/**
 * Cuts what a connection receives into frames (int32 size, then that many bytes), on demand: nothing is taken from a
 * chunk before the connection asks for the next request. A frame within one chunk is a view into it and pins it; one
 * that spans chunks is gathered in a buffer of its own, into which the connection then reads directly.
 */
import type { Connection } from '@ottla/platform';
import type { ByteBudget, Reservation } from './byte-budget.ts';
import type { FrameBuffers } from './frame-buffers.ts';
import { firstFrameBytesMax, reservedFrameBytesMin, roomBytesMax, roomBytesMin } from './limits.ts';

/** The size of a frame is negative or above `socket.request.max.bytes`; Java: InvalidReceiveException. */
export class InvalidReceiveError extends Error {
  override readonly name = 'InvalidReceiveError';
}

/** What frames are made from, shared by the connections of a broker. */
export interface FrameResources {
  readonly budget: ByteBudget;
  readonly buffers: FrameBuffers;
  /** `socket.request.max.bytes`. */
  frameBytesMax(): number;
}

/** A received chunk, given back to the connection when no frame views it any more. */
class ChunkLease {
  readonly chunk: Buffer;
  readonly #connection: Connection;
  #uses = 1;

  constructor(chunk: Buffer, connection: Connection) {
    this.chunk = chunk;
    this.#connection = connection;
  }

  use(): void {
    this.#uses++;
  }

  release(): void {
    this.#uses--;
    if (this.#uses === 0) this.#connection.release(this.chunk);
  }
}

/** One request's bytes, without the size: `buffer[start, end)`. */
export class Frame {
  readonly start: number;
  readonly end: number;
  readonly #resources: FrameResources;
  /** Undefined once released: whoever still holds the frame must not keep the memory alive. */
  #buffer: Buffer | undefined;
  /** Undefined: the buffer is the frame's own. */
  #lease: ChunkLease | undefined;

  constructor(buffer: Buffer, start: number, end: number, resources: FrameResources, lease: ChunkLease | undefined) {
    this.#buffer = buffer;
    this.start = start;
    this.end = end;
    this.#resources = resources;
    this.#lease = lease;
  }

  get buffer(): Buffer {
    return this.#buffer ?? RELEASED;
  }

  /** Idempotent. Views into the frame are dead afterwards. */
  release(): void {
    const buffer = this.#buffer;
    if (buffer === undefined) return;
    this.#buffer = undefined;
    const lease = this.#lease;
    this.#lease = undefined;
    if (lease !== undefined) lease.release();
    else this.#resources.buffers.giveBack(buffer);
    this.#resources.budget.giveBack(this.end - this.start);
  }
}

const NO_CHUNKS: ChunkLease[] = [];
const RELEASED = Buffer.alloc(0);

export class FrameReader {
  readonly #resources: FrameResources;
  readonly #connection: Connection;
  #chunks: ChunkLease[] = NO_CHUNKS;
  /** Bytes of the first chunk already taken. */
  #offset = 0;
  #unreadBytes = 0;
  /** The size so far, when its four bytes came in pieces, and how many of them came. */
  #size = 0;
  #sizeBytes = 0;
  #own: Buffer | undefined;
  #ownSize = 0;
  #ownFilled = 0;
  /** The connection may write to it. */
  #isOwnLent = false;
  /** Undefined for a small frame. */
  #reservation: Reservation | undefined;
  #starved = false;

  constructor(connection: Connection, resources: FrameResources) {
    this.#connection = connection;
    this.#resources = resources;
  }

  /** Received and not yet part of a frame. */
  get unreadBytes(): number {
    return this.#unreadBytes;
  }

  /** The last `next` failed because the budget is spent: wait for it, then ask again. */
  get isStarved(): boolean {
    return this.#starved;
  }

  push(chunk: Buffer): void {
    const lease = new ChunkLease(chunk, this.#connection);
    if (this.#chunks === NO_CHUNKS) this.#chunks = [lease];
    else this.#chunks.push(lease);
    this.#unreadBytes += chunk.length;
  }

  /** Where the next bytes of a large frame go, with nothing before them; see `ConnectionHandler.room`. */
  room(): Buffer | undefined {
    const own = this.#own;
    if (own === undefined || this.#chunks.length > 0) return undefined;
    const end = Math.min(this.#ownSize, own.length);
    if (end - this.#ownFilled < roomBytesMin) return undefined;
    this.#isOwnLent = true;
    return own.subarray(this.#ownFilled, Math.min(end, this.#ownFilled + roomBytesMax));
  }

  /** So many bytes came where `room` said. */
  filled(bytes: number): void {
    this.#isOwnLent = false;
    this.#addFilled(bytes);
  }

  /** The next complete frame; undefined when there is none yet. Throws InvalidReceiveError. */
  next(): Frame | undefined {
    this.#starved = false;
    for (;;) {
      if (this.#own !== undefined) return this.#gather(this.#own);
      if (this.#sizeBytes === 4) {
        if (!this.#startOwn(this.#checked(this.#size))) return this.#starve();
        this.#sizeBytes = 0;
        continue;
      }
      const lease = this.#chunks[0];
      if (lease === undefined) return undefined;
      const chunk = lease.chunk;
      const left = chunk.length - this.#offset;
      if (this.#sizeBytes === 0 && left >= 4) {
        const size = this.#checked(chunk.readInt32BE(this.#offset));
        if (left - 4 >= size) {
          return this.#resources.budget.tryTake(size) ? this.#view(lease, size) : this.#starve();
        }
        if (!this.#startOwn(size)) return this.#starve();
        this.#take(4);
      } else {
        this.#size = (this.#size << 8) | (chunk[this.#offset] ?? 0);
        this.#sizeBytes++;
        this.#take(1);
      }
    }
  }

  /** No frame is wanted any more. Gives back everything, but `isRead`, while the connection may still write to it, a lent buffer: call again. */
  close(isRead: boolean): void {
    for (const lease of this.#chunks) lease.release();
    this.#chunks = NO_CHUNKS;
    this.#unreadBytes = 0;
    if (this.#reservation !== undefined) this.#resources.budget.abandon(this.#reservation);
    this.#reservation = undefined;
    if (this.#own === undefined || (isRead && this.#isOwnLent)) return;
    this.#resources.buffers.giveBack(this.#own);
    this.#own = undefined;
  }

  #starve(): undefined {
    this.#starved = true;
    return undefined;
  }

  #view(lease: ChunkLease, size: number): Frame {
    const start = this.#offset + 4;
    lease.use();
    const frame = new Frame(lease.chunk, start, start + size, this.#resources, lease);
    this.#take(4 + size);
    return frame;
  }

  /** False: the budget has no place for it. */
  #startOwn(size: number): boolean {
    if (size > reservedFrameBytesMin) {
      this.#reservation = this.#resources.budget.tryReserve(size);
      if (this.#reservation === undefined) return false;
    }
    this.#own = this.#resources.buffers.take(Math.min(size, firstFrameBytesMax));
    this.#ownSize = size;
    this.#ownFilled = 0;
    return true;
  }

  #gather(first: Buffer): Frame | undefined {
    const size = this.#ownSize;
    let own = first;
    while (this.#ownFilled < size) {
      const lease = this.#chunks[0];
      if (lease === undefined) return undefined;
      if (this.#ownFilled === own.length) own = this.#grown(own);
      const room = Math.min(size, own.length) - this.#ownFilled;
      const length = Math.min(room, lease.chunk.length - this.#offset);
      lease.chunk.copy(own, this.#ownFilled, this.#offset, this.#offset + length);
      this.#addFilled(length);
      this.#take(length);
    }
    this.#own = undefined;
    const { budget } = this.#resources;
    if (this.#reservation === undefined) budget.take(size);
    else budget.complete(this.#reservation);
    this.#reservation = undefined;
    return new Frame(own, 0, size, this.#resources, undefined);
  }

  #addFilled(bytes: number): void {
    this.#ownFilled += bytes;
    if (this.#reservation !== undefined) this.#reservation.arrivedBytes = this.#ownFilled;
  }

  #grown(own: Buffer): Buffer {
    const { buffers } = this.#resources;
    const larger = buffers.take(Math.min(this.#ownSize, 2 * own.length));
    own.copy(larger);
    buffers.giveBack(own);
    this.#own = larger;
    return larger;
  }

  /** Moves on by `bytes` within the first chunk. */
  #take(bytes: number): void {
    this.#unreadBytes -= bytes;
    this.#offset += bytes;
    const lease = this.#chunks[0];
    if (lease === undefined || this.#offset < lease.chunk.length) return;
    this.#offset = 0;
    this.#chunks.shift();
    lease.release();
  }

  #checked(size: number): number {
    if (size < 0) throw new InvalidReceiveError(`Invalid receive (size = ${size})`);
    const max = this.#resources.frameBytesMax();
    if (size > max) throw new InvalidReceiveError(`Invalid receive (size = ${size} larger than ${max})`);
    return size;
  }
}
