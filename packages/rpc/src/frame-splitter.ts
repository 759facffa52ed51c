/**
 * Cuts a byte stream into frames: int32 size, then that many bytes. A frame within one chunk is a view into it
 * (`borrowed`: copy it to keep it); one that spans chunks is gathered into a buffer of its own.
 */
export class FrameSplitter {
  readonly #maxBytes: number;
  readonly #onFrame: (frame: Buffer, borrowed: boolean) => void;
  readonly #size = Buffer.alloc(4);
  #sizeFilled = 0;
  #frame: Buffer | undefined;
  #filled = 0;

  constructor(maxBytes: number, onFrame: (frame: Buffer, borrowed: boolean) => void) {
    this.#maxBytes = maxBytes;
    this.#onFrame = onFrame;
  }

  /** Throws RangeError for a size that is negative or above the limit: the stream is of no use then. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#frame === undefined) {
        if (this.#sizeFilled === 0 && chunk.length - at >= 4) {
          const size = this.#checked(chunk.readInt32BE(at));
          if (chunk.length - at - 4 >= size) {
            this.#onFrame(chunk.subarray(at + 4, at + 4 + size), true);
            at += 4 + size;
            continue;
          }
        }
        const taken = Math.min(4 - this.#sizeFilled, chunk.length - at);
        chunk.copy(this.#size, this.#sizeFilled, at, at + taken);
        this.#sizeFilled += taken;
        at += taken;
        if (this.#sizeFilled < 4) return;
        this.#frame = Buffer.allocUnsafeSlow(this.#checked(this.#size.readInt32BE(0)));
        this.#filled = 0;
      }
      const frame = this.#frame;
      const taken = Math.min(frame.length - this.#filled, chunk.length - at);
      chunk.copy(frame, this.#filled, at, at + taken);
      this.#filled += taken;
      at += taken;
      if (this.#filled < frame.length) return;
      this.#frame = undefined;
      this.#sizeFilled = 0;
      this.#onFrame(frame, false);
    }
  }

  #checked(size: number): number {
    if (size < 0 || size > this.#maxBytes)
      throw new RangeError(`frame of ${size} bytes, at most ${this.#maxBytes} are taken`);
    return size;
  }
}
