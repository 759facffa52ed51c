/** A first-in first-out queue in a ring that doubles up to `limit` entries. `T` must not include undefined. */
export class RingQueue<T> {
  readonly limit: number;
  #ring: (T | undefined)[];
  #head = 0;
  #size = 0;

  constructor(limit: number) {
    this.limit = limit;
    this.#ring = Array.from({ length: Math.max(1, Math.min(limit, 16)) });
  }

  get size(): number {
    return this.#size;
  }

  /** False, and nothing is added, when `limit` entries wait already. */
  push(value: T): boolean {
    if (this.#size >= this.limit) return false;
    if (this.#size === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#size) % this.#ring.length] = value;
    this.#size++;
    return true;
  }

  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const value = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#ring.length;
    this.#size--;
    return value;
  }

  peek(): T | undefined {
    return this.at(0);
  }

  /** The entry at `index`, 0 the oldest. */
  at(index: number): T | undefined {
    if (index < 0 || index >= this.#size) return undefined;
    return this.#ring[(this.#head + index) % this.#ring.length];
  }

  clear(): void {
    this.#ring.fill(undefined);
    this.#head = 0;
    this.#size = 0;
  }

  #grow(): void {
    const size = this.#size;
    const larger: (T | undefined)[] = Array.from({ length: Math.min(this.limit, this.#ring.length * 2) });
    for (let index = 0; index < size; index++) larger[index] = this.at(index);
    this.#ring = larger;
    this.#head = 0;
  }
}
