/** Batches remembered per active segment: readers at the tail are found their place without looking into the file. */
const KEPT = 32;
const FIELDS = 3;

/** Last offset, position and size of the newest batches of a segment, in a ring. */
export class RecentBatches {
  readonly #ring = new Float64Array(KEPT * FIELDS);
  #added = 0;

  add(lastOffset: number, position: number, sizeBytes: number): void {
    const at = (this.#added % KEPT) * FIELDS;
    this.#ring[at] = lastOffset;
    this.#ring[at + 1] = position;
    this.#ring[at + 2] = sizeBytes;
    this.#added++;
  }

  /** The first batch whose last offset is at least `offset`; undefined when an older one might be it, or none is. */
  find(offset: number): { position: number; sizeBytes: number } | undefined {
    let found = -1;
    const oldest = Math.max(0, this.#added - KEPT);
    for (let index = this.#added - 1; index >= oldest; index--) {
      const at = (index % KEPT) * FIELDS;
      if (this.#ring[at] < offset) {
        return found < 0 ? undefined : { position: this.#ring[found + 1], sizeBytes: this.#ring[found + 2] };
      }
      found = at;
    }
    return undefined;
  }

  clear(): void {
    this.#added = 0;
  }
}
