import type { DirectoryNode, TreeChange } from '../memory/file-tree.ts';
import type { Prng } from './prng.ts';

/** Changes a file system keeps unsynced at most; beyond, the oldest are durable, as a journal commits on its own. */
const pendingMax = 10_000;

/**
 * Which changes of names (creations, renames, unlinks) a power loss may undo: those whose directory was not synced since.
 * Of each directory's changes a prefix survives, as in a journaling file system; changes of one call stay together.
 */
export class NameJournal {
  #pending: TreeChange[] = [];

  add(change: TreeChange): void {
    this.#pending.push(change);
    if (this.#pending.length > pendingMax) this.#pending.shift();
  }

  synced(directory: DirectoryNode): void {
    // A move between directories drags along what happened before it in the other one: the journal has one order.
    const directories = new Set([directory]);
    const kept: TreeChange[] = [];
    for (let index = this.#pending.length - 1; index >= 0; index--) {
      const change = this.#pending[index];
      if (change === undefined) continue;
      if (change.some((edge) => directories.has(edge.directory)))
        for (const edge of change) directories.add(edge.directory);
      else kept.push(change);
    }
    this.#pending = kept.reverse();
  }

  /** Everything so far is certain. */
  commit(): void {
    this.#pending = [];
  }

  powerLoss(prng: Prng): void {
    const survivors = new Map<DirectoryNode, number>();
    for (const change of this.#pending) {
      for (const { directory } of change) survivors.set(directory, (survivors.get(directory) ?? 0) + 1);
    }
    for (const [directory, count] of survivors) {
      survivors.set(directory, prng.pick([0, count, prng.integer(count + 1)]));
    }
    for (let index = this.#pending.length - 1; index >= 0; index--) {
      for (const { directory, name, before } of this.#pending[index] ?? []) {
        if (before === undefined) directory.entries.delete(name);
        else directory.entries.set(name, before);
      }
    }
    for (const change of this.#pending) {
      if (change.some(({ directory }) => (survivors.get(directory) ?? 0) <= 0)) {
        for (const { directory } of change) survivors.set(directory, 0);
        continue;
      }
      for (const { directory, name, after } of change) {
        if (after === undefined) directory.entries.delete(name);
        else directory.entries.set(name, after);
        survivors.set(directory, (survivors.get(directory) ?? 0) - 1);
      }
    }
    this.#pending = [];
  }
}
