import { closeLingerMs, sourcePullBytesMax, unsentHighMarkBytes, unsentLowMarkBytes } from '../limits.ts';
import type { Address, Connection, ConnectionHandler, OutgoingPart } from '../network.ts';
import { NetworkError } from '../network.ts';
import type { SendBuffers } from '../send-buffers.ts';
import { SendQueue } from '../send-queue.ts';
import type { SimulatedNode } from './node.ts';
import type { Pipe } from './pipe.ts';
import type { Prng } from './prng.ts';
import type { SimulatedProcess } from './process.ts';

/** What one `received` gets at most, as from a socket. */
const readBytesMax = 64 * 1024;
/** Until the process sees what its kernel has, ms. */
const wakeMsMax = 0.05;

/** The network of the process a connection belongs to. */
export interface SimulatedConnectionOwner {
  readonly sendBuffers: SendBuffers;
  flushLater(connection: SimulatedConnection): void;
  ended(connection: SimulatedConnection): void;
}

/**
 * One end of a connection, as its process sees it. Its rules (when `drained` and `closed` come, what close and destroy do)
 * are those of the Node twin; the contract tests hold both to them.
 */
export class SimulatedConnection implements Connection {
  readonly remote: Address;
  readonly local: Address;
  readonly #process: SimulatedProcess;
  readonly #prng: Prng;
  readonly #queue = new SendQueue();
  readonly #owner: SimulatedConnectionOwner;
  readonly #buffers: SendBuffers;
  readonly #chunks = new Set<Buffer>();
  #handler: ConnectionHandler | undefined;
  /** Where its next bytes go. */
  #handlersRoom: Buffer | undefined;
  #incoming: Pipe | undefined;
  #outgoing: Pipe | undefined;
  #state: 'open' | 'closing' | 'ending' | 'destroyed' = 'open';
  #peerEnded = false;
  #paused = false;
  #readScheduled = false;
  #flushQueued = false;
  #drainWanted = false;

  constructor(
    process: SimulatedProcess,
    prng: Prng,
    addresses: { readonly local: Address; readonly remote: Address },
    owner: SimulatedConnectionOwner,
  ) {
    this.#process = process;
    this.#prng = prng;
    this.local = addresses.local;
    this.remote = addresses.remote;
    this.#owner = owner;
    this.#buffers = owner.sendBuffers;
  }

  get process(): SimulatedProcess {
    return this.#process;
  }

  get node(): SimulatedNode {
    return this.#process.node;
  }

  /** Its kernel knows nothing of it any more. */
  get gone(): boolean {
    return this.#state === 'destroyed' || !this.#process.alive;
  }

  /** Bytes, or the end of the stream, wait for room in the pipe. */
  get wantsRoom(): boolean {
    return this.#queue.bytes > 0;
  }

  get unsentBytes(): number {
    return this.#queue.bytes;
  }

  /** Chunks delivered and not released yet, for leak checks. */
  get chunksHeld(): number {
    return this.#chunks.size;
  }

  /** Called by the fabric: both directions exist. */
  join(incoming: Pipe, outgoing: Pipe): void {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  start(handler: ConnectionHandler): void {
    this.#handler = handler;
    this.readLater();
    if (this.#state === 'destroyed') this.#tell(undefined);
  }

  send(parts: readonly OutgoingPart[]): boolean {
    this.#queue.add(parts);
    if (this.gone || this.#state === 'ending') {
      this.#queue.clear();
      return true;
    }
    if (this.#state === 'closing') return true;
    this.#flushSoon();
    if (this.unsentBytes <= unsentHighMarkBytes) return true;
    this.#drainWanted = true;
    return false;
  }

  release(chunk: Buffer): void {
    if (!this.#process.alive) return;
    if (!this.#chunks.delete(chunk))
      throw new Error('A chunk was released twice, or by a connection that never had it');
    chunk.fill(0xdb);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.readLater();
  }

  close(): void {
    if (this.#state !== 'open' || this.gone) return;
    this.#state = 'closing';
    this.#flushSoon();
  }

  destroy(): void {
    this.#destroy(undefined);
  }

  /** Called by the network at the end of a turn, and when there is room again. */
  flush(): void {
    this.#flushQueued = false;
    if (this.gone) return;
    const { newGather, newPull } = this.#buffers;
    try {
      for (let room = this.#room(); this.#queue.bytes > 0 && room > 0; room = this.#room()) {
        const limit = Math.min(room, sourcePullBytesMax);
        // Never a view of the sender's memory: what the sender changes after this must not arrive.
        for (const bytes of this.#queue.take(limit, newGather, newPull)) this.#outgoing?.push(Buffer.from(bytes));
        this.#buffers.reclaim();
      }
    } catch (error) {
      this.#buffers.reclaim();
      this.#destroy(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.#afterFlush();
  }

  /** The pipe has bytes: they reach the handler in a later event. */
  readLater(): void {
    if (this.#readScheduled || this.gone || this.#handler === undefined) return;
    this.#readScheduled = true;
    this.#process.later(this.#prng.next() * wakeMsMax, 'net.read', () => {
      this.#readScheduled = false;
      this.#read();
    });
  }

  /** The pipe has room. */
  roomLater(): void {
    if (this.gone || !this.wantsRoom || this.#flushQueued) return;
    this.#flushQueued = true;
    this.#process.later(this.#prng.next() * wakeMsMax, 'net.writable', () => this.flush());
  }

  /** The kernel gives the connection up. Bytes not yet read are lost. */
  reset(code: string): void {
    if (this.gone) return;
    // Whoever has said all it had to say has no use for an error.
    const error = this.#state === 'ending' ? undefined : new NetworkError(code, 'connection', this.remote);
    this.#outgoing?.break();
    this.#end(error);
  }

  /** The process is gone: its kernel closes for it. */
  abandoned(): void {
    if (this.#state === 'destroyed') return;
    this.#state = 'destroyed';
    if (this.node.powered) this.#hangUp();
  }

  #read(): void {
    if (this.gone || (this.#paused && this.#state === 'open')) return;
    const piece = this.#incoming?.read(this.#handlersRoom?.length ?? readBytesMax);
    if (piece === undefined) return;
    if (piece === 'end') {
      this.#peerEnded = true;
      if (this.#state === 'open') this.close();
      else if (this.#state === 'ending') this.#end(undefined);
      return;
    }
    this.readLater();
    if (this.#state !== 'open') return;
    this.#process.world.trace.bytes(piece);
    if (this.#handlersRoom === undefined) {
      const chunk = Buffer.allocUnsafeSlow(piece.length);
      piece.copy(chunk);
      this.#chunks.add(chunk);
      this.#handler?.received(chunk);
    } else {
      piece.copy(this.#handlersRoom);
      this.#handler?.filled?.(piece.length);
    }
    this.#handlersRoom = this.#state === 'open' ? this.#handler?.room?.() : undefined;
  }

  #afterFlush(): void {
    if (this.#drainWanted && this.unsentBytes <= unsentLowMarkBytes) {
      this.#drainWanted = false;
      if (this.#state === 'open') this.#handler?.drained();
    }
    if (this.#state !== 'closing' || this.#queue.bytes > 0) return;
    this.#state = 'ending';
    this.#outgoing?.push(undefined);
    if (this.#peerEnded) {
      this.#end(undefined);
      return;
    }
    this.readLater();
    this.#process.later(closeLingerMs, 'net.linger', () => this.#end(undefined));
  }

  #room(): number {
    return this.#outgoing?.room() ?? 0;
  }

  #flushSoon(): void {
    if (this.#flushQueued) return;
    this.#flushQueued = true;
    this.#owner.flushLater(this);
  }

  #destroy(error: Error | undefined): void {
    if (this.gone) return;
    this.#hangUp();
    this.#end(error);
  }

  /** What a peer hears of a socket closed at once: a reset when bytes were left unread, else the end after what was sent. */
  #hangUp(): void {
    if ((this.#incoming?.arrivedBytes ?? 0) > 0) this.#outgoing?.reset();
    else this.#outgoing?.push(undefined);
  }

  #end(error: Error | undefined): void {
    if (this.#state === 'destroyed') return;
    this.#state = 'destroyed';
    this.#queue.clear();
    this.#owner.ended(this);
    if (this.#handler !== undefined) this.#tell(error);
  }

  #tell(error: Error | undefined): void {
    this.#process.later(this.#prng.next() * wakeMsMax, 'net.closed', () => this.#handler?.closed(error));
  }
}
