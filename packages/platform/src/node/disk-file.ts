import * as fs from 'node:fs';
import { getSystemErrorName } from 'node:util';
import type { DiskFile } from '../disk.ts';
import { DiskError } from '../disk.ts';
import { toDiskError } from './disk-error.ts';
import type { SystemCallsLoader } from './system-calls.ts';

/** A file descriptor. It is closed only when no asynchronous call uses it: the number could name another file by then. */
export class NodeFile implements DiskFile {
  readonly path: string;
  readonly #descriptor: number;
  #callsInFlight = 0;
  #closed = false;
  #closeWaiters: (() => void)[] = [];
  #closeError: DiskError | undefined;

  readonly #systemCalls: SystemCallsLoader;

  constructor(path: string, descriptor: number, systemCalls: SystemCallsLoader) {
    this.path = path;
    this.#descriptor = descriptor;
    this.#systemCalls = systemCalls;
  }

  /** For a system call of another module, made before anything else runs. */
  get descriptor(): number {
    if (this.#closed) throw this.#closedError('use');
    return this.#descriptor;
  }

  sizeSync(): number {
    return this.#sync('fstat', () => fs.fstatSync(this.#descriptor).size);
  }

  readSync(target: Uint8Array, targetStart: number, length: number, position: number): number {
    if (this.#closed) throw this.#closedError('read');
    try {
      let done = 0;
      while (done < length) {
        const count = fs.readSync(this.#descriptor, target, targetStart + done, length - done, position + done);
        if (count === 0) break;
        done += count;
      }
      return done;
    } catch (error) {
      throw toDiskError(error, 'read', this.path);
    }
  }

  writeSync(source: Uint8Array, start: number, length: number, position: number): void {
    if (this.#closed) throw this.#closedError('write');
    try {
      let done = this.#writeDirectly(source, start, length, position);
      while (done < length) {
        done += fs.writeSync(this.#descriptor, source, start + done, length - done, position + done);
      }
    } catch (error) {
      throw toDiskError(error, 'write', this.path);
    }
  }

  read(target: Uint8Array, targetStart: number, length: number, position: number): Promise<number> {
    return this.#transfer('read', length, (done, callback) => {
      fs.read(this.#descriptor, target, targetStart + done, length - done, position + done, callback);
    });
  }

  async write(source: Uint8Array, start: number, length: number, position: number): Promise<void> {
    await this.#transfer('write', length, (done, callback) => {
      fs.write(this.#descriptor, source, start + done, length - done, position + done, callback);
    });
  }

  truncateSync(length: number): void {
    this.#sync('truncate', () => fs.ftruncateSync(this.#descriptor, length));
  }

  truncate(length: number): Promise<void> {
    return this.#call('truncate', (callback) => fs.ftruncate(this.#descriptor, length, callback));
  }

  sync(): Promise<void> {
    return this.#call('sync', (callback) => fs.fdatasync(this.#descriptor, callback));
  }

  async writeOut(position: number, length: number): Promise<boolean> {
    const { calls } = this.#systemCalls;
    if (calls === undefined || length <= 0) return false;
    let result = 0;
    await this.#call('write out', (callback) => {
      void calls.writeOut(this.#descriptor, position, length).then((code) => {
        result = code;
        callback(null);
      });
    });
    return result === 0;
  }

  closeSync(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#callsInFlight > 0) return;
    try {
      fs.closeSync(this.#descriptor);
    } catch (error) {
      throw toDiskError(error, 'close', this.path);
    }
  }

  close(): Promise<void> {
    if (this.#closed && this.#callsInFlight === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#closeWaiters.push(() => (this.#closeError === undefined ? resolve() : reject(this.#closeError)));
      if (this.#closed) return;
      this.#closed = true;
      if (this.#callsInFlight === 0) this.#closeDescriptor();
    });
  }

  /** How many of the bytes were taken; Node's own call, which costs more, takes the rest. Throws DiskError: a write that failed is not tried again. */
  #writeDirectly(source: Uint8Array, start: number, length: number, position: number): number {
    const { calls } = this.#systemCalls;
    // What is wrong with a range is told by Node.
    const isRange = start >= 0 && length > 0 && start + length <= source.length && position >= 0;
    if (calls === undefined || !isRange) return 0;
    const count = calls.write(this.#descriptor, source, start, length, position);
    if (count < 0) throw new DiskError(getSystemErrorName(count), 'write', this.path);
    return count;
  }

  #closeDescriptor(): void {
    fs.close(this.#descriptor, (error) => {
      if (error !== null && error !== undefined) this.#closeError = toDiskError(error, 'close', this.path);
      const waiters = this.#closeWaiters;
      this.#closeWaiters = [];
      for (const waiter of waiters) waiter();
    });
  }

  #sync<Result>(operation: string, run: () => Result): Result {
    if (this.#closed) throw this.#closedError(operation);
    try {
      return run();
    } catch (error) {
      throw toDiskError(error, operation, this.path);
    }
  }

  #call(operation: string, start: (callback: (error: NodeJS.ErrnoException | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw this.#closedError(operation);
      this.#callsInFlight++;
      try {
        start((error) => {
          this.#callEnded();
          if (error === null || error === undefined) resolve();
          else reject(toDiskError(error, operation, this.path));
        });
      } catch (error) {
        this.#callEnded();
        reject(toDiskError(error, operation, this.path));
      }
    });
  }

  /** Repeats `step` until `length` bytes are through or a step moves none: the end of the file. */
  #transfer(
    operation: string,
    length: number,
    step: (done: number, callback: (error: NodeJS.ErrnoException | null, count: number) => void) => void,
  ): Promise<number> {
    let done = 0;
    return this.#call(operation, (callback) => {
      const next = (error: NodeJS.ErrnoException | null, count: number): void => {
        if (error !== null) return callback(error);
        done += count;
        if (count === 0 || done >= length) return callback(null);
        // Within a callback of the pool a refused argument would escape the promise; arguments were checked on entry.
        step(done, next);
      };
      if (length > 0) step(0, next);
      else queueMicrotask(() => callback(null));
    }).then(() => done);
  }

  #callEnded(): void {
    this.#callsInFlight--;
    if (this.#closed && this.#callsInFlight === 0) this.#closeDescriptor();
  }

  #closedError(operation: string): DiskError {
    return new DiskError('EBADF', operation, this.path, 'the file is closed');
  }
}
