import type { Socket } from 'node:net';
import {
  answeredAtOnceBytesMin,
  chunkTurnBytesMax,
  closeLingerMs,
  connectionTurnBytesMax,
  fileSendBufferBytesMin,
  nudgeBytes,
  readTurnBytesMax,
  sourcePullBytesMax,
  unsentHighMarkBytes,
  unsentLowMarkBytes,
} from '../limits.ts';
import type { Address, Connection, ConnectionHandler, OutgoingPart } from '../network.ts';
import { NetworkError } from '../network.ts';
import type { SendBuffers } from '../send-buffers.ts';
import { SendQueue } from '../send-queue.ts';
import type { FileSender } from './file-sender.ts';
import type { ReceivePool } from './receive-pool.ts';
import type { SocketReader } from './socket-reader.ts';
import { descriptorOf, type SystemCallsLoader } from './system-calls.ts';

/** What a connection asks of its network. */
export interface ConnectionOwner {
  readonly sendBuffers: SendBuffers;
  readonly receivePool: ReceivePool;
  readonly fileSender: FileSender;
  readonly systemCalls: SystemCallsLoader;
  /** Overwrite released chunks, so that a view kept too long shows. */
  readonly overwriteReleased: boolean;
  /** Calls `flush` of the connection at the end of this turn. */
  flushLater(connection: NodeConnection): void;
  /** Calls `flush` of the connection at the end of the next turn: other sockets, and what they bring, come first. */
  flushNextTurn(connection: NodeConnection): void;
  /** Calls `readOn` of the connection in the next turn. */
  readNextTurn(connection: NodeConnection): void;
  /** Enough was sent for one turn: whoever still has bytes asks for the next one. */
  isTurnOver(): boolean;
  opened(connection: NodeConnection): void;
  ended(connection: NodeConnection): void;
}

/** A TCP connection over a socket of `node:net` that is connected. */
export class NodeConnection implements Connection {
  readonly remote: Address;
  readonly local: Address;
  readonly #socket: Socket;
  readonly #reader: SocketReader;
  readonly #owner: ConnectionOwner;
  /** For `FileSender.send`. */
  readonly #sendBufferBytes: number;
  readonly #queue = new SendQueue();
  #handler: ConnectionHandler | undefined;
  /** Bytes the socket holds because the kernel did not take them at once. */
  #stalledBytes = 0;
  #flushQueued = false;
  /** What it took of one turn's share since it last let others go first; 1 is all. */
  #turnShare = 0;
  /** Of the last chunk. */
  #chunkBytes = 0;
  #isReceiving = false;
  #drainWanted = false;
  #state: 'open' | 'closing' | 'ending' | 'destroyed' = 'open';
  #error: Error | undefined;
  #linger: NodeJS.Timeout | undefined;
  /** Of the socket, for direct calls while it is not destroyed; -1: none. */
  #descriptor = -1;

  constructor(socket: Socket, reader: SocketReader, owner: ConnectionOwner, sendBufferBytes = 0) {
    this.#socket = socket;
    this.#reader = reader;
    this.#owner = owner;
    this.#sendBufferBytes = sendBufferBytes < 0 ? 0 : Math.max(sendBufferBytes, fileSendBufferBytesMin);
    this.remote = { host: plainHost(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 };
    this.local = { host: plainHost(socket.localAddress ?? ''), port: socket.localPort ?? 0 };
  }

  /** Starts delivering to `handler`. */
  start(handler: ConnectionHandler): void {
    this.#handler = handler;
    const socket = this.#socket;
    this.#descriptor = descriptorOf(socket);
    this.#owner.opened(this);
    const received = (chunk: Buffer): void => {
      this.#chunkBytes = chunk.length;
      this.#turnShare += chunk.length / chunkTurnBytesMax;
      if (this.#state !== 'open') {
        this.release(chunk);
        return;
      }
      this.#isReceiving = true;
      // Released when the handler returns.
      const isLarge = chunk.length >= answeredAtOnceBytesMin;
      try {
        handler.received(chunk);
      } finally {
        this.#afterReceipt(isLarge);
      }
    };
    const filled = (bytes: number): void => {
      // The chunk before was the beginning of this large frame.
      this.#turnShare += (this.#chunkBytes + bytes) / readTurnBytesMax - this.#chunkBytes / chunkTurnBytesMax;
      this.#chunkBytes = 0;
      if (this.#state !== 'open') return;
      this.#isReceiving = true;
      try {
        handler.filled?.(bytes);
      } finally {
        this.#afterReceipt(true);
      }
    };
    const room = (): Buffer | undefined => (this.#state === 'open' ? handler.room?.() : undefined);
    this.#reader.start(socket, {
      received,
      room,
      filled,
      mayReadOn: () => this.#mayReadOn(),
      stopped: () => this.#owner.readNextTurn(this),
      // The peer has no more to say: like Kafka, answer what is queued and close.
      ended: () => this.close(),
      failed: (error) => this.#destroy(toNetworkError(error, this.remote)),
    });
    socket.on('error', (error) => {
      this.#error ??=
        this.#state === 'open' || this.#state === 'closing' ? toNetworkError(error, this.remote) : undefined;
    });
    socket.on('close', () => {
      this.#state = 'destroyed';
      this.#queue.clear();
      this.#stalledBytes = 0;
      this.#reader.stop();
      clearTimeout(this.#linger);
      this.#owner.ended(this);
      handler.closed(this.#error);
    });
  }

  get unsentBytes(): number {
    return this.#queue.bytes + this.#stalledBytes;
  }

  send(parts: readonly OutgoingPart[]): boolean {
    this.#queue.add(parts);
    if (this.#state !== 'open') {
      // Nobody will send it: what is owned is given back.
      if (this.#state !== 'closing') this.#queue.clear();
      return true;
    }
    this.#flushSoon();
    if (this.unsentBytes <= unsentHighMarkBytes) return true;
    this.#drainWanted = true;
    return false;
  }

  release(chunk: Buffer): void {
    if (this.#owner.overwriteReleased) chunk.fill(0xdb);
    this.#owner.receivePool.release(chunk);
  }

  pause(): void {
    if (this.#state === 'open') this.#reader.pause();
  }

  resume(): void {
    if (this.#state === 'open') this.#reader.resume();
  }

  close(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#flushSoon();
  }

  destroy(): void {
    this.#destroy(undefined);
  }

  /** Called by the network in the turn after the one in which the connection had its share. */
  readOn(): void {
    if (!this.#socket.isPaused()) this.resume();
  }

  #mayReadOn(): boolean {
    if (this.#turnShare < 1) return true;
    this.#turnShare = 0;
    return false;
  }

  /**
   * Answers to small requests leave together at the end of the turn: so their receivers are woken once, not one by one.
   * Behind a large chunk others would wait, and its sender has the next one to put together.
   */
  #afterReceipt(isLarge: boolean): void {
    this.#isReceiving = false;
    if (!this.#flushQueued) return;
    if (isLarge) this.flush();
    else this.#owner.flushLater(this);
  }

  /** Called by the network at the end of a turn. How many bytes have left the queue. */
  flush(): number {
    this.#flushQueued = false;
    if (this.#state === 'destroyed' || this.#stalledBytes > 0) return 0;
    let turnBytes = 0;
    while (this.#queue.bytes > 0) {
      if (turnBytes >= connectionTurnBytesMax || (turnBytes > 0 && this.#owner.isTurnOver())) {
        this.#flushQueued = true;
        this.#owner.flushNextTurn(this);
        break;
      }
      const before = this.#queue.bytes;
      const isTaken = this.#sendNext();
      turnBytes += before - this.#queue.bytes;
      if (!isTaken) return turnBytes;
    }
    this.#afterFlush();
    return turnBytes;
  }

  /** Hands the kernel the next bytes. False when it took less, and calls back, or when the connection had to be given up. */
  #sendNext(): boolean {
    const { sendBuffers } = this.#owner;
    let buffers: Uint8Array[];
    try {
      buffers = this.#takeNext();
    } catch (error) {
      // A frame that cannot be finished: the peer must not take the rest for its continuation.
      sendBuffers.reclaim();
      this.#destroy(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
    if (buffers.length > 0) return this.#write(buffers);
    sendBuffers.reclaim();
    return true;
  }

  /** What is to be written now; nothing when the kernel took it from a file. */
  #takeNext(): Uint8Array[] {
    const { fileSender, sendBuffers } = this.#owner;
    const { newGather, newPull, newNudge } = sendBuffers;
    const queue = this.#queue;
    const range = fileSender.isUsable ? queue.nextInFile(sourcePullBytesMax) : undefined;
    const sent = range === undefined ? undefined : fileSender.send(this.#socket, range, this.#sendBufferBytes);
    // By copy, then. Whatever keeps the file or the socket from working shows here, too.
    if (sent === undefined) return queue.take(sourcePullBytesMax, newGather, newPull, fileSender.isUsable);
    queue.sentInFile(sent);
    if (sent === range?.length) return [];
    // The socket calls back for bytes of its own only: these few make it tell when the kernel has room again.
    return queue.take(nudgeBytes, newGather, newNudge, true);
  }

  /** True when the kernel took everything at once. */
  #write(buffers: Uint8Array[]): boolean {
    const socket = this.#socket;
    const { sendBuffers } = this.#owner;
    const [only] = buffers;
    if (buffers.length === 1 && only !== undefined) {
      const sent = this.#sendDirectly(only);
      if (sent === only.length) {
        sendBuffers.reclaim();
        return true;
      }
      if (sent > 0) buffers[0] = only.subarray(sent);
    }
    const last = buffers.length - 1;
    let lent: Uint8Array[] | undefined;
    const written = (): void => {
      if (lent === undefined) return;
      sendBuffers.giveBack(lent);
      this.#stalledBytes = 0;
      this.#flushSoon();
    };
    if (last > 0) socket.cork();
    for (let index = 0; index <= last; index++)
      socket.write(buffers[index] ?? '', index === last ? written : undefined);
    if (last > 0) socket.uncork();
    if (socket.writableLength === 0) {
      sendBuffers.reclaim();
      return true;
    }
    lent = sendBuffers.lend();
    for (const { length } of buffers) this.#stalledBytes += length;
    return false;
  }

  /** How many of the bytes the kernel took; what it did not take goes through the stream, which tells of room and of errors. */
  #sendDirectly(bytes: Uint8Array): number {
    const { calls } = this.#owner.systemCalls;
    const socket = this.#socket;
    if (calls === undefined || this.#descriptor < 0 || socket.destroyed || socket.writableLength > 0) return 0;
    return Math.max(0, calls.send(this.#descriptor, bytes, 0, bytes.length));
  }

  #afterFlush(): void {
    if (this.#drainWanted && this.unsentBytes <= unsentLowMarkBytes) {
      this.#drainWanted = false;
      if (this.#state === 'open') this.#handler?.drained();
    }
    if (this.#state !== 'closing' || this.unsentBytes > 0) return;
    this.#state = 'ending';
    this.#socket.end();
    // What still comes is dropped; the peer's end, read this way, closes the socket without a reset.
    this.#reader.drop();
    this.#linger = setTimeout(() => this.#socket.destroy(), closeLingerMs);
    this.#linger.unref();
  }

  #flushSoon(): void {
    if (this.#flushQueued || this.#stalledBytes > 0) return;
    this.#flushQueued = true;
    if (!this.#isReceiving) this.#owner.flushLater(this);
  }

  #destroy(error: Error | undefined): void {
    if (this.#state === 'destroyed') return;
    this.#state = 'destroyed';
    this.#error ??= error;
    this.#queue.clear();
    this.#reader.stop();
    this.#socket.destroy();
  }
}

/** Without the prefix of an IPv4 address in IPv6 clothes and without the interface scope. */
export function plainHost(host: string): string {
  const mapped = host.startsWith('::ffff:') && host.includes('.') ? host.slice('::ffff:'.length) : host;
  const scope = mapped.indexOf('%');
  return scope < 0 ? mapped : mapped.slice(0, scope);
}

/** Any error of `node:net` as a NetworkError, its code kept. */
export function toNetworkError(error: unknown, address: Address, operation = 'connection'): NetworkError {
  if (error instanceof NetworkError) return error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'EIO';
  return new NetworkError(code.startsWith('ERR_') ? 'EINVAL' : code, operation, address);
}
