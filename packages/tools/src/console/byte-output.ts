import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Bytes and text for a stream, gathered in one buffer until `flush`. */
export class ByteOutput {
  readonly #stream: Writable;
  #buffer = Buffer.allocUnsafe(64 * 1024);
  #length = 0;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  text(text: string): void {
    this.#reserve(text.length * 3);
    this.#length += this.#buffer.write(text, this.#length);
  }

  /** Hands over what was gathered; resolves when there is room for more, at once as a rule, or `signal` is aborted. */
  async flush(signal: AbortSignal): Promise<void> {
    if (this.#length === 0) return;
    const written = Buffer.from(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    if (!this.#stream.write(written)) await once(this.#stream, 'drain', { signal }).catch(() => {});
  }

  /** Forgets what was gathered behind `length`. */
  cutBack(length: number): void {
    this.#length = length;
  }

  get length(): number {
    return this.#length;
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + size));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}
