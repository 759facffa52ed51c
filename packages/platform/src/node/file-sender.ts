/**
 * Sends ranges of files by sendfile(2): from the page cache to the socket, without a copy through our memory. Where there is no add-on,
 * connections copy as ever. What is left in a file that was cut meanwhile is told by the copy that follows.
 */
import type { Socket } from 'node:net';
import type { QueuedRange } from '../send-queue.ts';
import { NodeFile } from './disk-file.ts';
import { descriptorOf, EAGAIN, type SystemCalls, type SystemCallsLoader } from './system-calls.ts';

/** The file system or the kernel cannot do it at all. */
const EINVAL = 22;
const ENOSYS = 38;
const EOPNOTSUPP = 95;

export interface FileSenderOptions {
  /** False: never. */
  readonly isEnabled: boolean;
  readonly loader: SystemCallsLoader;
  /** Told once, when it is known whether sendfile is used; else why not. */
  readonly decided: (failure: string | undefined) => void;
}

export class FileSender {
  readonly #decided: FileSenderOptions['decided'];
  #state: 'unknown' | 'usable' | 'unusable';
  readonly #loader: SystemCallsLoader;
  #calls: SystemCalls | undefined;

  constructor({ isEnabled, loader, decided }: FileSenderOptions) {
    this.#loader = loader;
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
    if (this.#state !== 'usable' || this.#calls === undefined) return undefined;
    const sent = this.#calls.sendFile(descriptor, file.descriptor, position, length, sendBufferBytes);
    if (sent > 0) return sent;
    if (sent === -EAGAIN) return 0;
    if (sent === -EINVAL || sent === -ENOSYS || sent === -EOPNOTSUPP) this.#giveUp(`sendfile: errno ${-sent}`);
    return undefined;
  }

  #load(): void {
    this.#calls = this.#loader.calls;
    if (this.#calls === undefined) {
      this.#giveUp(this.#loader.failure);
      return;
    }
    this.#state = 'usable';
    this.#decided(undefined);
  }

  #giveUp(failure: string): void {
    this.#state = 'unusable';
    this.#decided(failure);
  }
}
