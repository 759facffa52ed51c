import * as fs from 'node:fs';
import { localHour } from './log-format.ts';

export interface RollingFileOptions {
  /** Made when missing. */
  readonly directory: string;
  /** Default `server.log`. */
  readonly name?: string;
  /** Also start a new file when this one has so many bytes. Default 256 MiB. */
  readonly sizeBytesMax?: number;
  /** Rotated files kept; older ones are removed. Default: all, as log4j's DailyRollingFileAppender does. */
  readonly filesMax?: number;
}

/**
 * `server.log`, which at the first line of a new hour becomes `server.log.2026-11-21-03` (the hour it covers, local
 * time). A file that grows over its limit within the hour becomes `...-03.1`, `...-03.2`. One asynchronous write is in
 * flight; what comes meanwhile waits, and `flushSync` writes it all.
 */
export class RollingFile {
  readonly #directory: string;
  readonly #path: string;
  readonly #sizeBytesMax: number;
  readonly #filesMax: number;
  #descriptor: number | undefined;
  #sizeBytes = 0;
  #hour = '';
  /** The first moment of the next hour: a cheap test per line. */
  #hourEndsMs = 0;
  #waiting: Buffer[] = [];
  #writing: { readonly descriptor: number; readonly bytes: Buffer; readonly position: number } | undefined;
  #failed = false;
  #closed = false;

  constructor(options: RollingFileOptions) {
    this.#directory = options.directory;
    this.#path = `${options.directory}/${options.name ?? 'server.log'}`;
    this.#sizeBytesMax = options.sizeBytesMax ?? 256 * 1024 * 1024;
    this.#filesMax = options.filesMax ?? Number.POSITIVE_INFINITY;
    this.#open();
  }

  /** Whether a line of `nowMs` belongs in a new file. */
  isRollDue(nowMs: number): boolean {
    return nowMs >= this.#hourEndsMs || this.#sizeBytes >= this.#sizeBytesMax;
  }

  /** Starts a new file; what was appended before stays in the old one. */
  roll(nowMs: number): void {
    this.#attempt(() => this.#roll(nowMs));
  }

  append(lines: string): void {
    if (this.#closed) return;
    const bytes = Buffer.from(lines);
    this.#waiting.push(bytes);
    this.#sizeBytes += bytes.length;
    this.#writeNext();
  }

  flushSync(): void {
    const descriptor = this.#descriptor;
    if (descriptor === undefined) return;
    this.#attempt(() => {
      // The write in flight may or may not have happened: at its own position it may happen twice.
      const writing = this.#writing;
      if (writing?.descriptor === descriptor) writeAll(descriptor, writing.bytes, writing.position);
      const waiting = Buffer.concat(this.#waiting);
      this.#waiting = [];
      if (waiting.length > 0) writeAll(descriptor, waiting, this.#sizeBytes - waiting.length);
    });
  }

  closeSync(): void {
    this.flushSync();
    this.#closed = true;
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor !== undefined) this.#closeSync(descriptor);
  }

  /** The number of a descriptor may name another file once closed: a write in flight closes its own when it is done. */
  #closeSync(descriptor: number): void {
    if (this.#writing?.descriptor !== descriptor) fs.closeSync(descriptor);
  }

  #writeNext(): void {
    const descriptor = this.#descriptor;
    if (descriptor === undefined || this.#writing !== undefined || this.#waiting.length === 0) return;
    const bytes =
      this.#waiting.length === 1 && this.#waiting[0] !== undefined ? this.#waiting[0] : Buffer.concat(this.#waiting);
    const waitingBytes = bytes.length;
    this.#waiting = [];
    const position = this.#sizeBytes - waitingBytes;
    this.#writing = { descriptor, bytes, position };
    fs.write(descriptor, bytes, 0, bytes.length, position, (error, count) => {
      this.#writing = undefined;
      if (this.#descriptor !== descriptor) {
        // Rolled or closed meanwhile, with everything written synchronously.
        fs.close(descriptor, () => undefined);
      } else if (error !== null) {
        this.#report(error);
      } else if (count < bytes.length) {
        this.#attempt(() => writeAll(descriptor, bytes.subarray(count), position + count));
      }
      this.#writeNext();
    });
  }

  #open(): void {
    this.#attempt(() => {
      fs.mkdirSync(this.#directory, { recursive: true });
      const descriptor = fs.openSync(this.#path, fs.constants.O_RDWR | fs.constants.O_CREAT);
      const stats = fs.fstatSync(descriptor);
      this.#descriptor = descriptor;
      this.#sizeBytes = stats.size;
      // A file left by an earlier run covers the hour of its last line.
      this.#setHour(stats.size > 0 ? stats.mtimeMs : Date.now());
    });
  }

  #setHour(nowMs: number): void {
    this.#hour = localHour(nowMs);
    const end = new Date(nowMs);
    end.setMinutes(60, 0, 0);
    this.#hourEndsMs = end.getTime();
  }

  #roll(nowMs: number): void {
    this.flushSync();
    const descriptor = this.#descriptor;
    if (descriptor !== undefined && this.#sizeBytes > 0) {
      this.#descriptor = undefined;
      this.#closeSync(descriptor);
      fs.renameSync(this.#path, this.#freeName(`${this.#path}.${this.#hour}`, nowMs < this.#hourEndsMs));
      this.#removeOld();
      this.#open();
    } else if (descriptor === undefined) {
      this.#open();
    }
    this.#setHour(nowMs);
  }

  #freeName(name: string, numbered: boolean): string {
    if (!numbered && !fs.existsSync(name)) return name;
    for (let number = 1; ; number++) {
      if (!fs.existsSync(`${name}.${number}`)) return `${name}.${number}`;
    }
  }

  #removeOld(): void {
    if (this.#filesMax === Number.POSITIVE_INFINITY) return;
    const base = `${this.#path.slice(this.#path.lastIndexOf('/') + 1)}.`;
    const rotated = fs
      .readdirSync(this.#directory)
      .filter((name) => name.startsWith(base))
      .map((name) => ({ name, modifiedMs: fs.statSync(`${this.#directory}/${name}`).mtimeMs }))
      .sort((left, right) => right.modifiedMs - left.modifiedMs || (left.name < right.name ? 1 : -1));
    for (const { name } of rotated.slice(this.#filesMax)) fs.rmSync(`${this.#directory}/${name}`, { force: true });
  }

  /** A log that cannot be written (a full disk) costs lines of the file, never the broker; the console still has them. */
  #attempt(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    process.stderr.write(`Could not write ${this.#path}: ${String(error)}. Lines may be missing there.\n`);
  }
}

function writeAll(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += fs.writeSync(descriptor, bytes, done, bytes.length - done, position + done);
  }
}
