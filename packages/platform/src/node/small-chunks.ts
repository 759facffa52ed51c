const slabBytes = 8 * 1024;
/** Chunks of up to this are cut out of slabs, as out of Node's own pool; but a copy there is a call or a step a byte. */
const slabChunkBytesMax = 1024;

/** Copies of what lies in `memory`, by words: they are a hundred bytes and come by the hundred thousand a second. */
export class SmallChunks {
  readonly memory: Buffer;
  readonly #words: Int32Array;
  #slab: Buffer;
  #slabWords: Int32Array;
  #used = 0;

  /** `memory` begins at a word of its ArrayBuffer. */
  constructor(memory: Buffer) {
    this.memory = memory;
    this.#words = wordsOf(memory);
    this.#slab = Buffer.allocUnsafeSlow(slabBytes);
    this.#slabWords = wordsOf(this.#slab);
  }

  /** `count` bytes from `start`, a multiple of four, in memory of their own. */
  copy(start: number, count: number): Buffer {
    if (count > slabChunkBytesMax) {
      const chunk = Buffer.allocUnsafe(count);
      this.memory.copy(chunk, 0, start, start + count);
      return chunk;
    }
    if (this.#used + count > slabBytes) this.#renew();
    const at = this.#used;
    const source = this.#words;
    const target = this.#slabWords;
    const end = (start + count + 3) >> 2;
    for (let from = start >> 2, to = at >> 2; from < end; from++, to++) target[to] = source[from] ?? 0;
    this.#used = (at + count + 7) & ~7;
    return this.#slab.subarray(at, at + count);
  }

  #renew(): void {
    this.#slab = Buffer.allocUnsafeSlow(slabBytes);
    this.#slabWords = wordsOf(this.#slab);
    this.#used = 0;
  }
}

function wordsOf(memory: Buffer): Int32Array {
  return new Int32Array(memory.buffer, memory.byteOffset, memory.length >> 2);
}
