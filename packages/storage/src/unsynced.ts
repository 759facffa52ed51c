/**
 * Whether something was changed since it was last synced. A sync covers what had changed when it began: until it is done, and for
 * what changed meanwhile, it is still to be synced, by whoever comes next too.
 */
export class Unsynced {
  #changes: number;
  #synced = 0;

  constructor(isChanged: boolean) {
    this.#changes = isChanged ? 1 : 0;
  }

  get isChanged(): boolean {
    return this.#changes > this.#synced;
  }

  changed(): void {
    this.#changes++;
  }

  /** Hand the result to `synced` when the sync that begins now has succeeded. */
  begin(): number {
    return this.#changes;
  }

  synced(upTo: number): void {
    this.#synced = Math.max(this.#synced, upTo);
  }
}
