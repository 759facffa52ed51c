/** A map of at most `limit` entries that drops the one least recently read or written. */
export class LruMap<K, V> {
  readonly limit: number;
  readonly #entries = new Map<K, V>();
  readonly #evicted: ((key: K, value: V) => void) | undefined;

  constructor(limit: number, evicted?: (key: K, value: V) => void) {
    this.limit = limit;
    this.#evicted = evicted;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, value);
    }
    return value;
  }

  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.limit) return;
    for (const [oldKey, oldValue] of this.#entries) {
      this.#entries.delete(oldKey);
      this.#evicted?.(oldKey, oldValue);
      return;
    }
  }

  delete(key: K): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Least recently used first. */
  entries(): IterableIterator<[K, V]> {
    return this.#entries.entries();
  }
}
