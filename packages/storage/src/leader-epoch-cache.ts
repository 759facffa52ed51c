import { checkpointInteger, formatCheckpoint, parseCheckpoint } from './checkpoint-text.ts';
import type { EpochEndOffset } from './read.ts';

export interface EpochEntry {
  readonly epoch: number;
  readonly startOffset: number;
}

/**
 * Where each leader epoch began, both strictly increasing (Java: LeaderEpochFileCache; KIP-101, KIP-279). This is what
 * replicas truncate by, so every change is handed to `store` before the call returns.
 */
export class LeaderEpochCache {
  readonly #store: (text: string) => void;
  #entries: EpochEntry[];

  constructor(entries: readonly EpochEntry[], store: (text: string) => void) {
    this.#entries = [...entries];
    this.#store = store;
  }

  /** Throws CheckpointError, also for entries out of order. */
  static parse(text: string, path: string): EpochEntry[] {
    const entries: EpochEntry[] = [];
    for (const [epoch, startOffset] of parseCheckpoint(text, path, 2)) {
      addEntry(entries, { epoch: checkpointInteger(epoch, path), startOffset: checkpointInteger(startOffset, path) });
    }
    return entries;
  }

  get entries(): readonly EpochEntry[] {
    return this.#entries;
  }

  get latest(): EpochEntry | undefined {
    return this.#entries[this.#entries.length - 1];
  }

  get latestEpoch(): number | undefined {
    return this.latest?.epoch;
  }

  /** Notes that `epoch` begins at `startOffset`. Entries that this contradicts go: they were of a log that was cut since. */
  assign(epoch: number, startOffset: number): void {
    if (epoch < 0 || startOffset < 0) return;
    const latest = this.latest;
    if (latest !== undefined && latest.epoch === epoch && startOffset >= latest.startOffset) return;
    addEntry(this.#entries, { epoch, startOffset });
    this.#write();
  }

  /** Forgets epochs that begin at or beyond `endOffset`: the log now ends there. */
  truncateFromEnd(endOffset: number): void {
    const kept = this.#entries.filter((entry) => entry.startOffset < endOffset);
    if (kept.length === this.#entries.length) return;
    this.#entries = kept;
    this.#write();
  }

  /** The log now starts at `startOffset`: of the epochs that began before it, the last one begins there. */
  truncateFromStart(startOffset: number): void {
    const later = this.#entries.findIndex((entry) => entry.startOffset > startOffset);
    const keepFrom = (later < 0 ? this.#entries.length : later) - 1;
    const first = this.#entries[keepFrom];
    if (first === undefined || (keepFrom === 0 && first.startOffset === startOffset)) return;
    this.#entries = [{ epoch: first.epoch, startOffset }, ...this.#entries.slice(keepFrom + 1)];
    this.#write();
  }

  /** In one step: part of the entries on file would pass for all of them. */
  replace(entries: readonly EpochEntry[]): void {
    this.#entries = [...entries];
    this.#write();
  }

  clear(): void {
    if (this.#entries.length === 0) return;
    this.#entries = [];
    this.#write();
  }

  /** KIP-279: the largest epoch <= `epoch` and the start of the next one, or the log end for the latest. */
  endOffsetFor(epoch: number, logEndOffset: number): EpochEndOffset {
    if (epoch < 0) return UNKNOWN;
    if (this.latestEpoch === epoch) return { epoch, endOffset: logEndOffset };
    const higher = this.#entries.findIndex((entry) => entry.epoch > epoch);
    const next = this.#entries[higher];
    if (next === undefined) return UNKNOWN;
    const floor = this.#entries[higher - 1];
    return { epoch: floor === undefined ? epoch : floor.epoch, endOffset: next.startOffset };
  }

  /** The epoch of the batch at `offset`; undefined before the first entry. */
  epochOf(offset: number): number | undefined {
    let found: number | undefined;
    for (const entry of this.#entries) {
      if (entry.startOffset > offset) break;
      found = entry.epoch;
    }
    return found;
  }

  format(): string {
    return formatCheckpoint(this.#entries.map((entry) => `${entry.epoch} ${entry.startOffset}`));
  }

  #write(): void {
    this.#store(this.format());
  }
}

const UNKNOWN: EpochEndOffset = { epoch: -1, endOffset: -1 };

/** Adds `entry` after dropping what contradicts it. */
function addEntry(entries: EpochEntry[], entry: EpochEntry): void {
  while (entries.length > 0) {
    const last = entries[entries.length - 1];
    if (last === undefined || (last.epoch < entry.epoch && last.startOffset < entry.startOffset)) break;
    entries.pop();
  }
  entries.push(entry);
}
