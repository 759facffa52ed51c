import type { Socket } from 'node:net';
import { getSystemErrorName } from 'node:util';
import { ReadBuffer, type ReceivePool } from './receive-pool.ts';
import { type SocketPoller, smallReadBytesMax } from './socket-poller.ts';
import { type Receiver, type SocketReader, StreamReader } from './socket-reader.ts';
import { EAGAIN } from './system-calls.ts';

/** Reads of one socket in a row, while its bytes fill what is offered; as many as libuv makes. */
const readsMax = 32;

/**
 * Of a plain TCP socket that the poller watches. While it brings little, the poller reads it together with all others; one that fills
 * such a read is only told of, and reads by itself into its receiver's memory, or into a buffer of its own.
 */
export class PolledReader implements SocketReader {
  readonly #poller: SocketPoller;
  readonly #descriptor: number;
  readonly #memory: ReadBuffer;
  readonly #received = (chunk: Buffer): void => this.#receiver?.received(chunk);
  #socket: Socket | undefined;
  #receiver: Receiver | undefined;
  /** Of the receiver, not filled yet. */
  #room: Buffer | undefined;
  #isWatched = false;
  #isBulk = false;
  /** Once the socket could not be watched. */
  #stream: StreamReader | undefined;

  constructor(poller: SocketPoller, pool: ReceivePool, descriptor: number) {
    this.#poller = poller;
    this.#descriptor = descriptor;
    this.#memory = new ReadBuffer(pool);
  }

  start(socket: Socket, receiver: Receiver): void {
    this.#socket = socket;
    this.#receiver = receiver;
    this.resume();
  }

  pause(): void {
    this.#stream?.pause();
    if (!this.#isWatched) return;
    this.#isWatched = false;
    this.#poller.unwatch(this.#descriptor, this);
  }

  resume(): void {
    const socket = this.#socket;
    if (this.#stream !== undefined) this.#stream.resume();
    else if (!this.#isWatched && socket !== undefined && !socket.destroyed) this.#watch(socket);
  }

  drop(): void {
    const socket = this.#socket;
    this.stop();
    socket?.resume();
  }

  stop(): void {
    this.pause();
    this.#memory.giveBack();
    this.#receiver = undefined;
    this.#socket = undefined;
    this.#room = undefined;
  }

  /** By the poller: `chunk` was read, the next bytes of the socket. */
  read(chunk: Buffer): void {
    const receiver = this.#receiver;
    if (receiver === undefined) return;
    receiver.received(chunk);
    if (chunk.length < smallReadBytesMax) return;
    this.#memory.take();
    if (receiver.mayReadOn()) this.#readOn();
  }

  /** By the poller: the socket has bytes, or more to say than bytes. */
  ready(): void {
    this.#readOn();
  }

  /** By the poller: 0 is the peer's end, what is below the number of an error. */
  over(status: number): void {
    this.pause();
    if (status === 0) this.#receiver?.ended();
    else this.#receiver?.failed(Object.assign(new Error('recv failed'), { code: getSystemErrorName(status) }));
  }

  #readOn(): void {
    for (let reads = 0; reads < readsMax; reads++) {
      const receiver = this.#receiver;
      // Whoever got the bytes may have closed the connection, or want no more for now.
      if (!this.#isWatched || receiver === undefined || this.#socket?.destroyed !== false) return;
      const room = this.#room ?? receiver.room();
      this.#room = room;
      const buffer = room ?? this.#memory.current;
      const count = this.#poller.receive(this.#descriptor, buffer);
      if (count === -EAGAIN) break;
      if (count <= 0) {
        this.over(count);
        return;
      }
      if (room === undefined) this.#memory.deliver(count, this.#received);
      else {
        this.#room = undefined;
        receiver.filled(count);
      }
      if (count < buffer.length || !receiver.mayReadOn()) break;
    }
    this.#classify();
  }

  #watch(socket: Socket): void {
    this.#isWatched = this.#poller.watch(this.#descriptor, this, this.#isBulk);
    if (this.#isWatched || this.#receiver === undefined) return;
    this.#memory.giveBack();
    this.#stream = new StreamReader();
    this.#stream.start(socket, this.#receiver);
    this.#stream.resume();
  }

  /** By where its next bytes should go. */
  #classify(): void {
    const isBulk = this.#room !== undefined || this.#memory.isOwn;
    if (isBulk === this.#isBulk || !this.#isWatched || this.#socket === undefined) return;
    this.#isBulk = isBulk;
    this.#watch(this.#socket);
  }
}
