import type { Socket } from 'node:net';
import { ReadBuffer, type ReceivePool } from './receive-pool.ts';

/** Of one connection; as the ConnectionHandler's. */
export interface Receiver {
  received(chunk: Buffer): void;
  room(): Buffer | undefined;
  filled(bytes: number): void;
  /** Whether the socket may read on: asked after each of these calls. */
  mayReadOn(): boolean;
  /** The socket has stopped reading for that reason: `resume` is wanted in the next turn. */
  stopped(): void;
  /** The peer has no more to say. */
  ended(): void;
  failed(error: Error): void;
}

/** The reading half of one socket. */
export interface SocketReader {
  start(socket: Socket, receiver: Receiver): void;
  pause(): void;
  resume(): void;
  /** The receiver wants no more: what still comes is dropped, and the stream ends or fails as it would. */
  drop(): void;
  /** The socket is closed, or about to be. */
  stop(): void;
}

/** Of a socket that node reads. */
abstract class NodeReader implements SocketReader {
  #socket: Socket | undefined;

  start(socket: Socket, receiver: Receiver): void {
    this.#socket = socket;
    socket.on('end', () => receiver.ended());
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  drop(): void {
    this.resume();
  }

  abstract stop(): void;
}

/** Of any stream, encrypted ones too: by its events, in fresh memory. */
export class StreamReader extends NodeReader {
  override start(socket: Socket, receiver: Receiver): void {
    socket.on('data', (chunk: Buffer) => receiver.received(chunk));
    super.start(socket, receiver);
  }

  stop(): void {}
}

/** By what `onread` of `node:net` asks for: into our memory. */
export class PooledReader extends NodeReader {
  /** Given to the socket; it asks for a buffer at its start and after every read. */
  readonly onread: { buffer: () => Uint8Array; callback: (count: number, buffer: Uint8Array) => boolean };
  readonly #memory: ReadBuffer;
  readonly #received = (chunk: Buffer): void => this.#receiver?.received(chunk);
  #receiver: Receiver | undefined;
  /** The socket reads into the receiver's own memory. */
  #isInRoom = false;

  constructor(pool: ReceivePool) {
    super();
    this.#memory = new ReadBuffer(pool);
    this.onread = {
      buffer: () => {
        const room = this.#receiver?.room();
        this.#isInRoom = room !== undefined;
        return room ?? this.#memory.current;
      },
      callback: (count) => {
        if (this.#isInRoom) this.#receiver?.filled(count);
        else this.#memory.deliver(count, this.#received);
        const mayReadOn = this.#receiver?.mayReadOn() ?? true;
        if (!mayReadOn) this.#receiver?.stopped();
        return mayReadOn;
      },
    };
  }

  override start(socket: Socket, receiver: Receiver): void {
    this.#receiver = receiver;
    super.start(socket, receiver);
  }

  stop(): void {
    this.#memory.giveBack();
    this.#receiver = undefined;
  }
}
