import { newChecksumMemory } from '@ottla/protocol/records';
import { pooledFrameBytesKept, pooledFrameBytesMin } from './limits.ts';

/**
 * Buffers for frames that arrive in pieces, reused by powers of two. They are cut from one memory in which checksums need
 * no copy; what finds no place there any more gets memory of its own, which is not kept.
 */
export class FrameBuffers {
  readonly #free = new Map<number, Buffer[]>();
  /** Undefined before the first frame, and where there is no such memory. */
  #memory: Buffer | undefined;
  #isReserved = false;
  /** Bytes of the memory that are cut. */
  #cutBytes = 0;

  /** At least `size` bytes; the content is undefined. */
  take(size: number): Buffer {
    if (size < pooledFrameBytesMin) return Buffer.allocUnsafeSlow(size);
    const capacity = 2 ** Math.ceil(Math.log2(size));
    return this.#free.get(capacity)?.pop() ?? this.#cut(capacity) ?? Buffer.allocUnsafeSlow(size);
  }

  giveBack(buffer: Buffer): void {
    if (this.#memory === undefined || buffer.buffer !== this.#memory.buffer) return;
    const free = this.#free.get(buffer.length);
    if (free === undefined) this.#free.set(buffer.length, [buffer]);
    else free.push(buffer);
  }

  #cut(capacity: number): Buffer | undefined {
    if (!this.#isReserved) {
      this.#isReserved = true;
      this.#memory = newChecksumMemory(pooledFrameBytesKept) ?? Buffer.allocUnsafeSlow(pooledFrameBytesKept);
    }
    const start = this.#cutBytes;
    if (start + capacity > pooledFrameBytesKept) return undefined;
    this.#cutBytes = start + capacity;
    return this.#memory?.subarray(start, start + capacity);
  }
}
