import type { LogLevel, LogSink } from '../ports.ts';
import type { SimulatedProcess } from './process.ts';

export interface LogEntry {
  /** Virtual time of the world. */
  readonly atMs: number;
  readonly level: LogLevel;
  readonly logger: string;
  readonly message: string;
  readonly error: unknown;
}

/** Entries a node remembers; the oldest go first. */
const entriesMax = 10_000;

/** A node's log, kept over restarts, as a file would be. */
export class SimulatedLog {
  #entries: LogEntry[] = [];

  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  add(entry: LogEntry): void {
    this.#entries.push(entry);
    if (this.#entries.length >= 2 * entriesMax) this.#entries = this.#entries.slice(-entriesMax);
  }
}

/** Writes to the log of the process's node. All levels from DEBUG are on: what only a debug line touches runs, too. */
export class SimulatedLogSink implements LogSink {
  readonly #process: SimulatedProcess;

  constructor(process: SimulatedProcess) {
    this.#process = process;
  }

  isEnabled(level: LogLevel, _logger: string): boolean {
    return level !== 'TRACE';
  }

  write(level: LogLevel, logger: string, message: string, error?: unknown): void {
    const { world, node, alive } = this.#process;
    if (!alive || level === 'TRACE') return;
    const entry: LogEntry = { atMs: world.nowMs, level, logger, message, error };
    node.log.add(entry);
    world.options.logLine?.(node.name, entry);
  }
}
