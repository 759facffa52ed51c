import { pooledFrameBytesKept, pooledFrameBytesMin } from './limits.ts';

/** Buffers for frames that arrive in pieces, reused by powers of two. */
export class FrameBuffers {
  readonly #free = new Map<number, Buffer[]>();
  #keptBytes = 0;

  /** At least `size` bytes; the content is undefined. */
  take(size: number): Buffer {
    if (size < pooledFrameBytesMin) return Buffer.allocUnsafeSlow(size);
    const capacity = 2 ** Math.ceil(Math.log2(size));
    const reused = this.#free.get(capacity)?.pop();
    if (reused === undefined) return Buffer.allocUnsafeSlow(capacity);
    this.#keptBytes -= capacity;
    return reused;
  }

  giveBack(buffer: Buffer): void {
    const capacity = buffer.length;
    if (capacity < pooledFrameBytesMin || this.#keptBytes + capacity > pooledFrameBytesKept) return;
    this.#keptBytes += capacity;
    const free = this.#free.get(capacity);
    if (free === undefined) this.#free.set(capacity, [buffer]);
    else free.push(buffer);
  }
}
