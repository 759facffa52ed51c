/**
 * System calls on a socket's descriptor that Node.js does not offer: sendfile(2), and send(2) without the stream around it, which costs an
 * answer of a few bytes more than the kernel does. They come from the add-on of native/socket.c; where there is none,
 * everything goes through the stream.
 *
 * A call uses descriptors within one synchronous step, in which none can be closed: so no number can come to name something else.
 */
import type { Socket } from 'node:net';
import { loadAddon } from './load-addon.ts';

/** Each returns how many bytes the kernel took, or a negative errno when it took none; `sendFile` 0 at the end of the file. */
export interface SocketCalls {
  /** Sets the socket's SO_SNDBUF to `sendBuffer` first, unless that is 0. */
  sendFile(socket: number, file: number, position: number, length: number, sendBuffer: number): number;
  send(socket: number, bytes: Uint8Array, start: number, length: number): number;
}

export const EAGAIN = 11;

/** Loaded when they are first asked for. */
export class SocketCallsLoader {
  #loaded: SocketCalls | undefined;
  #failure: string | undefined;

  constructor(isEnabled: boolean) {
    if (!isEnabled) this.#failure = 'switched off';
  }

  /** Why there are none. */
  get failure(): string {
    return this.#failure ?? '';
  }

  get calls(): SocketCalls | undefined {
    if (this.#loaded === undefined && this.#failure === undefined) this.#load();
    return this.#loaded;
  }

  #load(): void {
    const { addon, failure } = loadAddon('socket');
    if (isSocketCalls(addon)) this.#loaded = addon;
    else this.#failure = failure ?? 'the add-on lacks a function';
  }
}

function isSocketCalls(addon: object | undefined): addon is SocketCalls {
  return (
    addon !== undefined &&
    typeof Reflect.get(addon, 'sendFile') === 'function' &&
    typeof Reflect.get(addon, 'send') === 'function'
  );
}

/** Of a plain TCP socket that is open, else -1: what goes to any other must pass through its own layers first. */
export function descriptorOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null || handle.constructor.name !== 'TCP') return -1;
  const descriptor: unknown = Reflect.get(handle, 'fd');
  return typeof descriptor === 'number' ? descriptor : -1;
}
