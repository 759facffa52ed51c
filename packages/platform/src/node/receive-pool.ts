import { SmallChunks } from './small-chunks.ts';

/** What one read takes at most. Larger reads are no cheaper, and this many bytes stay in the processor's cache. */
const readBytesMax = 64 * 1024;
/** A read of so many bytes makes its connection a bulk one: its next bytes go to a buffer of its own. */
const bulkBytesMin = 16 * 1024;
/** Fewer bytes than this are copied, so that a small request does not hold a large buffer. */
const lentBytesMin = 4 * 1024;
/** Buffers for bulk connections and for chunks not released yet: 32 MiB. Beyond, bytes are copied to fresh memory. */
const buffersMax = 512;

/**
 * Receive memory of an event loop. All quiet connections read into one common buffer and hand out copies of the few bytes
 * they get; a bulk connection reads into a buffer of its own, hands that out, and gets it back with `release`. So ten
 * thousand idle connections need no memory, and bulk needs neither copies nor fresh memory, which the page faults make
 * dearer than the read itself.
 */
export class ReceivePool {
  /** Copies out of `common`. */
  readonly chunks = new SmallChunks(Buffer.allocUnsafeSlow(readBytesMax));
  readonly common = this.chunks.memory;
  readonly #free: Buffer[] = [];
  /** Handed out as a chunk and not released, by the chunk: releasing one twice must not free another's memory. */
  readonly #lent = new Map<Buffer, Buffer>();
  #buffers = 0;

  take(): Buffer | undefined {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#buffers >= buffersMax) return undefined;
    this.#buffers++;
    return Buffer.allocUnsafeSlow(readBytesMax);
  }

  giveBack(buffer: Buffer): void {
    this.#free.push(buffer);
  }

  /** The first `count` bytes of `buffer` as a chunk that keeps it until `release`. */
  lend(buffer: Buffer, count: number): Buffer {
    const chunk = buffer.subarray(0, count);
    this.#lent.set(chunk, buffer);
    return chunk;
  }

  /** The receiver is done with a chunk. Chunks that were copies belong to the garbage collector. */
  release(chunk: Buffer): void {
    const buffer = this.#lent.get(chunk);
    if (buffer === undefined) return;
    this.#lent.delete(chunk);
    this.giveBack(buffer);
  }

  /** Buffers lent and not released. */
  get lentBuffers(): number {
    return this.#lent.size;
  }
}

/** The memory that one socket reads into next, and what it hands out of it. */
export class ReadBuffer {
  readonly #pool: ReceivePool;
  #current: Buffer;

  constructor(pool: ReceivePool) {
    this.#pool = pool;
    this.#current = pool.common;
  }

  get current(): Buffer {
    return this.#current;
  }

  /** What is read next does not have to be copied. */
  get isOwn(): boolean {
    return this.#current !== this.#pool.common;
  }

  /** Much is expected. */
  take(): void {
    if (!this.isOwn) this.#current = this.#pool.take() ?? this.#pool.common;
  }

  /** `count` bytes were read into `current`: they go to `received` as a chunk. */
  deliver(count: number, received: (chunk: Buffer) => void): void {
    const pool = this.#pool;
    const buffer = this.#current;
    if (buffer === pool.common) {
      if (count >= bulkBytesMin) this.take();
      received(pool.chunks.copy(0, count));
      return;
    }
    if (count < lentBytesMin) {
      const chunk = Buffer.from(buffer.subarray(0, count));
      this.giveBack();
      received(chunk);
      return;
    }
    // Most receivers release before they return, and the same buffer comes back.
    this.#current = pool.common;
    received(pool.lend(buffer, count));
    this.take();
  }

  /** What is read next goes to the common buffer. */
  giveBack(): void {
    if (!this.isOwn) return;
    this.#pool.giveBack(this.#current);
    this.#current = this.#pool.common;
  }
}
