import { hashText } from './prng.ts';

const float = new Float64Array(1);
const halves = new Uint32Array(float.buffer);

/**
 * A rolling 64-bit hash of all that happens in a world: two runs of one seed that agree in it took the same path. Not
 * cryptographic.
 */
export class Trace {
  #high = 0x6a09e667;
  #low = 0xbb67ae85;
  readonly #texts = new Map<string, number>();

  /** An unsigned 32-bit number. */
  word(value: number): void {
    this.#low = Math.imul(this.#low ^ value, 0x01000193);
    this.#low ^= this.#low >>> 15;
    this.#high = Math.imul(this.#high ^ this.#low ^ (value >>> 7), 0x85ebca6b);
    this.#high ^= this.#high >>> 13;
  }

  /** Any number. */
  number(value: number): void {
    float[0] = value;
    this.word(halves[0] ?? 0);
    this.word(halves[1] ?? 0);
  }

  /** A text out of a small set, such as a label. */
  text(text: string): void {
    let hash = this.#texts.get(text);
    if (hash === undefined) {
      hash = hashText(text);
      if (this.#texts.size < 4096) this.#texts.set(text, hash);
    }
    this.word(hash);
  }

  bytes(bytes: Uint8Array): void {
    let hash = bytes.length | 0;
    for (let index = 0; index < bytes.length; index++) hash = Math.imul(hash ^ (bytes[index] ?? 0), 0x01000193);
    this.word(hash);
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    return hex(this.#high) + hex(this.#low);
  }
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
