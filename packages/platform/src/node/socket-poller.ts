import type { PolledReader } from './polled-reader.ts';
import { SmallChunks } from './small-chunks.ts';
import type { SystemCalls } from './system-calls.ts';

/** What one read by the poller takes at most; as in native/poller.c. */
export const smallReadBytesMax = 16 * 1024;
/** What the sockets of one turn bring at most; the others are read in the next. */
const turnBytesMax = 128 * 1024;
const socketsPerTurnMax = 64;
/** As in native/poller.c: descriptor, start, length. */
const fields = 3;
/** As in native/poller.c: nothing was read. */
const readyOnly = -(2 ** 31);

/**
 * Reads the small requests of all sockets that are ready for one entry into JavaScript, by the add-on (decision 009). Watches while
 * there is a socket to watch, and keeps the process alive as long.
 */
export class SocketPoller {
  readonly #calls: SystemCalls;
  readonly #turn: (run: () => void) => void;
  /** By descriptor. */
  readonly #readers: (PolledReader | undefined)[] = [];
  #watched = 0;
  #chunks: SmallChunks | undefined;
  #ready: Int32Array | undefined;
  #poller: object | undefined;

  /** `turn` runs what delivers the sockets' bytes. */
  constructor(calls: SystemCalls, turn: (run: () => void) => void) {
    this.#calls = calls;
    this.#turn = turn;
  }

  /** Begins, or changes for what. False when it can't be watched. */
  watch(descriptor: number, reader: PolledReader, isReadyOnly: boolean): boolean {
    const poller = this.#poller ?? this.#open();
    if (poller === undefined) return false;
    this.#poller = poller;
    if (this.#calls.watch(poller, descriptor, isReadyOnly) < 0) {
      this.#closeUnused();
      return false;
    }
    // One that is there is of a socket that was closed behind our back: its descriptor came back.
    if (this.#readers[descriptor] === undefined) this.#watched++;
    this.#readers[descriptor] = reader;
    return true;
  }

  unwatch(descriptor: number, reader: PolledReader): void {
    if (this.#readers[descriptor] !== reader) return;
    this.#readers[descriptor] = undefined;
    this.#watched--;
    if (this.#poller === undefined) return;
    this.#calls.unwatch(this.#poller, descriptor);
    this.#closeUnused();
  }

  receive(descriptor: number, buffer: Buffer): number {
    return this.#calls.receive(descriptor, buffer, 0, buffer.length);
  }

  #open(): object | undefined {
    this.#chunks ??= new SmallChunks(Buffer.allocUnsafeSlow(turnBytesMax));
    this.#ready ??= new Int32Array(fields * socketsPerTurnMax);
    const chunks = this.#chunks;
    const ready = this.#ready;
    let count = 0;
    const deliver = (): void => this.#deliver(chunks, ready, 0, count);
    const told = (sockets: number): void => {
      count = sockets;
      this.#turn(deliver);
    };
    try {
      return this.#calls.openPoller(chunks.memory, ready, told);
    } catch {
      // No descriptor is left, or the program has another event loop: the socket is read as a stream.
      return undefined;
    }
  }

  #closeUnused(): void {
    if (this.#watched > 0 || this.#poller === undefined) return;
    this.#calls.closePoller(this.#poller);
    this.#poller = undefined;
  }

  #deliver(chunks: SmallChunks, ready: Int32Array, from: number, count: number): void {
    let index = from;
    try {
      for (; index < count; index++) {
        const at = fields * index;
        const reader = this.#readers[ready[at] ?? -1];
        const length = ready[at + 2] ?? 0;
        if (reader === undefined) continue;
        if (length > 0) reader.read(chunks.copy(ready[at + 1] ?? 0, length));
        else if (length === readyOnly) reader.ready();
        else reader.over(length);
      }
    } finally {
      // One receiver failed: the others get what was read for them all the same.
      if (index < count) this.#deliver(chunks, ready, index + 1, count);
    }
  }
}
