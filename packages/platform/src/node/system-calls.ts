/**
 * System calls that Node.js does not offer: sendfile(2), send(2) without the stream around it, which costs an answer of a few bytes
 * more than the kernel does, and sync_file_range(2). They come from the add-on of native/system.c; where there is none,
 * everything goes without.
 *
 * A synchronous call uses descriptors within one step, in which none can be closed: so no number can come to name something else.
 */
import type { Socket } from 'node:net';
import { loadAddon } from './load-addon.ts';

/** Each returns how many bytes the kernel took, or a negative errno when it took none; `sendFile` 0 at the end of the file. */
export interface SystemCalls {
  /** Sets the socket's SO_SNDBUF to `sendBuffer` first, unless that is 0. */
  sendFile(socket: number, file: number, position: number, length: number, sendBuffer: number): number;
  send(socket: number, bytes: Uint8Array, start: number, length: number): number;
  write(file: number, bytes: Uint8Array, start: number, length: number, position: number): number;
  /** On a thread of the pool: the descriptor must stay open until it is done. Resolves with 0 or a negative errno. */
  writeOut(file: number, position: number, length: number): Promise<number>;
  /** Of a socket; 0 at the peer's end. */
  receive(socket: number, bytes: Uint8Array, start: number, length: number): number;
  /** As native/poller.c says. Throws where the program has no event loop of libuv. */
  openPoller(memory: Uint8Array, ready: Int32Array, callback: (count: number) => void): object;
  watch(poller: object, socket: number, isReadyOnly: boolean): number;
  unwatch(poller: object, socket: number): number;
  closePoller(poller: object): void;
}

const names = ['sendFile', 'send', 'write', 'writeOut', 'receive', 'openPoller', 'watch', 'unwatch', 'closePoller'];

export const EAGAIN = 11;

/** Loaded when they are first asked for. */
export class SystemCallsLoader {
  #loaded: SystemCalls | undefined;
  #failure: string | undefined;

  constructor(isEnabled: boolean) {
    if (!isEnabled) this.#failure = 'switched off';
  }

  /** Why there are none. */
  get failure(): string {
    return this.#failure ?? '';
  }

  get calls(): SystemCalls | undefined {
    if (this.#loaded === undefined && this.#failure === undefined) this.#load();
    return this.#loaded;
  }

  #load(): void {
    const { addon, failure } = loadAddon('system');
    if (isSystemCalls(addon)) this.#loaded = addon;
    else this.#failure = failure ?? 'the add-on lacks a function';
  }
}

function isSystemCalls(addon: object | undefined): addon is SystemCalls {
  return addon !== undefined && names.every((name) => typeof Reflect.get(addon, name) === 'function');
}

/** Of a plain TCP socket that is open, else -1: what goes to any other must pass through its own layers first. */
export function descriptorOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null || handle.constructor.name !== 'TCP') return -1;
  const descriptor: unknown = Reflect.get(handle, 'fd');
  return typeof descriptor === 'number' ? descriptor : -1;
}
