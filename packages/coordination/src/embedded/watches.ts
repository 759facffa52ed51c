import type { Watch, WatchEvent } from '../coordination.ts';

export interface Fired {
  readonly watch: Watch;
  readonly event: WatchEvent;
}

/** One kind of one-shot watches (data or children), by path and by session. */
export class WatchTable {
  readonly #byPath = new Map<string, Map<Watch, string>>();

  add(path: string, sessionId: string, watch: Watch): void {
    let watches = this.#byPath.get(path);
    if (watches === undefined) {
      watches = new Map();
      this.#byPath.set(path, watches);
    }
    watches.set(watch, sessionId);
  }

  /** Takes the watches of `path` out and adds them to `fired`; a watch is there once per event. Returns what puts them back. */
  trigger(event: WatchEvent, fired: Fired[]): (() => void) | undefined {
    const watches = this.#byPath.get(event.path);
    if (watches === undefined) return undefined;
    this.#byPath.delete(event.path);
    for (const watch of watches.keys()) {
      if (!fired.some((other) => other.watch === watch && other.event.path === event.path))
        fired.push({ watch, event });
    }
    return () => {
      for (const [watch, sessionId] of watches) this.add(event.path, sessionId, watch);
    };
  }

  dropSession(sessionId: string): void {
    for (const [path, watches] of this.#byPath) {
      for (const [watch, owner] of watches) if (owner === sessionId) watches.delete(watch);
      if (watches.size === 0) this.#byPath.delete(path);
    }
  }

  get size(): number {
    let total = 0;
    for (const watches of this.#byPath.values()) total += watches.size;
    return total;
  }
}
