/** Memory comes in pages of this size; the first page of a file starts small and doubles, since most files are tiny. */
export const pageBytes = 16 * 1024;
const firstPageBytesMin = 256;

/** The bytes of a file in memory. Pages never written are holes that read as zeros. */
export class FileContent {
  readonly #pages: (Uint8Array | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Copies up to `length` bytes; returns how many there were. */
  read(target: Uint8Array, targetStart: number, length: number, position: number): number {
    const count = Math.max(0, Math.min(length, this.#size - position));
    for (let done = 0; done < count; ) {
      const at = position + done;
      const start = at % pageBytes;
      const step = Math.min(count - done, pageBytes - start);
      const page = this.#pages[Math.floor(at / pageBytes)];
      const have = page === undefined ? 0 : Math.max(0, Math.min(step, page.length - start));
      if (page !== undefined && have > 0) target.set(page.subarray(start, start + have), targetStart + done);
      if (have < step) target.fill(0, targetStart + done + have, targetStart + done + step);
      done += step;
    }
    return count;
  }

  write(source: Uint8Array, sourceStart: number, length: number, position: number): void {
    for (let done = 0; done < length; ) {
      const at = position + done;
      const index = Math.floor(at / pageBytes);
      const start = at % pageBytes;
      const step = Math.min(length - done, pageBytes - start);
      this.pageWillChange(index);
      this.#pageFor(index, start + step).set(source.subarray(sourceStart + done, sourceStart + done + step), start);
      done += step;
    }
    if (length > 0 && position + length > this.#size) this.#size = position + length;
  }

  /** Cuts, or extends with zeros. */
  truncate(size: number): void {
    if (size < this.#size) {
      const pages = Math.ceil(size / pageBytes);
      for (let index = Math.floor(size / pageBytes); index * pageBytes < this.#size; index++)
        this.pageWillChange(index);
      if (this.#pages.length > pages) this.#pages.length = pages;
      // What is cut must read as zeros if the file grows over it again.
      this.#pages[pages - 1]?.fill(0, size - (pages - 1) * pageBytes);
    }
    this.#size = size;
  }

  /** Told before a page changes. The simulated disk keeps there what a power loss would bring back. */
  protected pageWillChange(_index: number): void {}

  #pageFor(index: number, bytes: number): Uint8Array {
    const page = this.#pages[index];
    if (page !== undefined && page.length >= bytes) return page;
    let length = index === 0 ? firstPageBytesMin : pageBytes;
    while (length < bytes) length *= 2;
    const grown = new Uint8Array(length);
    if (page !== undefined) grown.set(page);
    while (this.#pages.length <= index) this.#pages.push(undefined);
    this.#pages[index] = grown;
    return grown;
  }
}
