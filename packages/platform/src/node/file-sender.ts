/**
 * Sends ranges of files by sendfile(2): from the page cache to the socket, without a copy through our memory. It takes the
 * add-on of native/sendfile.c, loaded with the first large range; where there is none, connections copy as ever.
 *
 * A call uses the descriptors of a socket and a file within one synchronous step, in which neither can be closed: so no number
 * can come to name another file. What is left in a file that was cut meanwhile is told by the copy that follows.
 */
import type { Socket } from 'node:net';
import type { QueuedRange } from '../send-queue.ts';
import { NodeFile } from './disk-file.ts';
import { loadAddon } from './load-addon.ts';

/** Bytes that the kernel took, 0 at the end of the file, or a negative errno when it took none. */
type SendFile = (socket: number, file: number, position: number, length: number, sendBuffer: number) => number;

const EAGAIN = 11;
/** The file system or the kernel cannot do it at all. */
const EINVAL = 22;
const ENOSYS = 38;
const EOPNOTSUPP = 95;

export interface FileSenderOptions {
  /** False: never. */
  readonly isEnabled: boolean;
  /** Told once, when it is known whether sendfile is used; else why not. */
  readonly decided: (failure: string | undefined) => void;
}

export class FileSender {
  readonly #decided: FileSenderOptions['decided'];
  #state: 'unknown' | 'usable' | 'unusable';
  #sendFile: SendFile = () => -ENOSYS;

  constructor({ isEnabled, decided }: FileSenderOptions) {
    this.#state = isEnabled ? 'unknown' : 'unusable';
    this.#decided = decided;
  }

  /** False: don't ask for ranges. */
  get isUsable(): boolean {
    return this.#state !== 'unusable';
  }

  /**
   * How much of the range the socket took; less than all: it is full, or the file ends. Undefined when the range cannot go this way.
   * The kernel will hold no more than `sendBufferBytes` unsent; 0: as much as it likes. Throws DiskError when the file is closed.
   */
  send(socket: Socket, { file, position, length }: QueuedRange, sendBufferBytes: number): number | undefined {
    const descriptor = descriptorOf(socket);
    if (descriptor < 0 || !(file instanceof NodeFile)) return undefined;
    if (this.#state === 'unknown') this.#load();
    if (this.#state !== 'usable') return undefined;
    const sent = this.#sendFile(descriptor, file.descriptor, position, length, sendBufferBytes);
    if (sent > 0) return sent;
    if (sent === -EAGAIN) return 0;
    if (sent === -EINVAL || sent === -ENOSYS || sent === -EOPNOTSUPP) this.#giveUp(`sendfile: errno ${-sent}`);
    return undefined;
  }

  #load(): void {
    const { addon, failure } = loadAddon('sendfile');
    if (addon === undefined) {
      this.#giveUp(failure);
      return;
    }
    this.#sendFile = (...args) => Number(addon(...args));
    this.#state = 'usable';
    this.#decided(undefined);
  }

  #giveUp(failure: string): void {
    this.#state = 'unusable';
    this.#decided(failure);
  }
}

/** Of a plain TCP socket that is open, else -1: what goes to any other must pass through its own layers first. */
function descriptorOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null || handle.constructor.name !== 'TCP') return -1;
  const descriptor: unknown = Reflect.get(handle, 'fd');
  return typeof descriptor === 'number' ? descriptor : -1;
}
