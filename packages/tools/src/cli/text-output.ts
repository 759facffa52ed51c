import type { Writable } from 'node:stream';

const CHUNK_BYTES = 64 * 1024;

/** Text and bytes to a stream in large pieces, no faster than it takes them. Whoever prints much awaits `drained` now and then. */
export class TextOutput {
  readonly #stream: Writable;
  #text = '';
  #isFull = false;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  print(text: string): void {
    this.#text += text;
    if (this.#text.length >= CHUNK_BYTES) this.flush();
  }

  flush(): void {
    if (this.#text === '') return;
    if (!this.#stream.write(this.#text)) this.#isFull = true;
    this.#text = '';
  }

  /** Resolves when there is room for more, or nobody reads any longer. */
  async drained(): Promise<void> {
    if (!this.#isFull) return;
    this.#isFull = false;
    if (this.#stream.writableNeedDrain && !this.#stream.destroyed) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          for (const event of ['drain', 'close', 'error']) this.#stream.off(event, done);
          resolve();
        };
        for (const event of ['drain', 'close', 'error']) this.#stream.once(event, done);
      });
    }
  }
}
