import type { LogLevel, LogSink } from '../ports.ts';
import type { LineFormat } from './log-format.ts';
import { formatJson, formatLog4j } from './log-format.ts';
import type { RollingFileOptions } from './rolling-file.ts';
import { RollingFile } from './rolling-file.ts';

/** Characters that may wait to be written; past it a line is written synchronously, so that nothing is lost. */
const pendingCharsMax = 4 * 1024 * 1024;

const severity = { TRACE: 0, DEBUG: 1, INFO: 2, WARN: 3, ERROR: 4, FATAL: 5, OFF: 6 } as const;

/** Written out when the process ends. One listener for all: a test may have many brokers, and Node warns from the eleventh on. */
const openLogs = new Set<NodeLog>();
const flushAll = (): void => {
  for (const log of openLogs) log.flushSync();
};

export type LogThreshold = LogLevel | 'OFF';

export interface NodeLogOptions {
  /** Lowest level written where no prefix says otherwise. Default INFO. */
  readonly rootLevel?: LogThreshold;
  /** Per logger name or dotted prefix of it, as in log4j: the longest one decides. */
  readonly levels?: Readonly<Record<string, LogThreshold>>;
  /** `text`: log4j's `[%d] %p %m (%c)%n`. `json`: one object a line. Default text. */
  readonly format?: LineFormat;
  /** Where lines are also printed: `stdout` (default), `stderr`, nowhere, or a function given whole lines. */
  readonly console?: 'stdout' | 'stderr' | 'none' | ((lines: string) => void);
  /** Also write `server.log` here, rotated. */
  readonly file?: RollingFileOptions;
}

/** Lines in log4j's format, gathered and written once per turn. */
export class NodeLog implements LogSink {
  readonly #levels = new Map<string, LogThreshold>();
  readonly #resolved = new Map<string, number>();
  readonly #format: typeof formatLog4j;
  readonly #print: ((lines: string) => void) | undefined;
  readonly #file: RollingFile | undefined;
  #rootLevel: LogThreshold;
  #pending = '';
  #flushQueued = false;

  constructor(options: NodeLogOptions = {}) {
    this.#rootLevel = options.rootLevel ?? 'INFO';
    for (const [name, level] of Object.entries(options.levels ?? {})) this.#levels.set(name, level);
    this.#format = options.format === 'json' ? formatJson : formatLog4j;
    this.#print = printer(options.console ?? 'stdout');
    this.#file = options.file === undefined ? undefined : new RollingFile(options.file);
    if (openLogs.size === 0) process.on('exit', flushAll);
    openLogs.add(this);
  }

  isEnabled(level: LogLevel, logger: string): boolean {
    let threshold = this.#resolved.get(logger);
    if (threshold === undefined) {
      threshold = severity[this.levelOf(logger)];
      this.#resolved.set(logger, threshold);
    }
    return severity[level] >= threshold;
  }

  /** The level in force for a logger: its own, or that of the nearest dotted ancestor, or the root's. */
  levelOf(logger: string): LogThreshold {
    for (let name = logger; ; name = name.slice(0, name.lastIndexOf('.'))) {
      const level = this.#levels.get(name);
      if (level !== undefined) return level;
      if (!name.includes('.')) return this.#rootLevel;
    }
  }

  /** Sets a logger's level (`root` for all that have none), or with undefined lets it follow its parent again. */
  setLevel(logger: string, level: LogThreshold | undefined): void {
    if (logger === 'root') this.#rootLevel = level ?? 'INFO';
    else if (level === undefined) this.#levels.delete(logger);
    else this.#levels.set(logger, level);
    this.#resolved.clear();
  }

  /** Every logger that has written or has a level of its own, with the level in force. */
  levels(): Map<string, LogThreshold> {
    const names = [...new Set([...this.#levels.keys(), ...this.#resolved.keys()])].sort();
    return new Map([['root', this.#rootLevel], ...names.map((name) => [name, this.levelOf(name)] as const)]);
  }

  write(level: LogLevel, logger: string, message: string, error?: unknown): void {
    if (!this.isEnabled(level, logger)) return;
    const nowMs = Date.now();
    if (this.#file?.isRollDue(nowMs) === true) {
      // Lines of the hour that ended belong in its file.
      this.#handOver();
      this.#file.roll(nowMs);
    }
    this.#pending += this.#format(nowMs, level, logger, message, error);
    if (level === 'FATAL' || this.#pending.length > pendingCharsMax) {
      this.flushSync();
    } else if (!this.#flushQueued) {
      this.#flushQueued = true;
      setImmediate(this.#flush);
    }
  }

  /** Everything written so far has reached the file and the console's descriptor when this returns. */
  flushSync(): void {
    this.#handOver();
    this.#file?.flushSync();
  }

  /** Flushes, closes the file and lets go of the process. Later lines go to the console only. */
  close(): void {
    this.flushSync();
    this.#file?.closeSync();
    openLogs.delete(this);
    if (openLogs.size === 0) process.off('exit', flushAll);
  }

  readonly #flush = (): void => {
    this.#flushQueued = false;
    this.#handOver();
  };

  #handOver(): void {
    if (this.#pending === '') return;
    const lines = this.#pending;
    this.#pending = '';
    this.#print?.(lines);
    this.#file?.append(lines);
  }
}

function printer(
  console: 'stdout' | 'stderr' | 'none' | ((lines: string) => void),
): ((lines: string) => void) | undefined {
  if (typeof console === 'function') return console;
  if (console === 'none') return undefined;
  let stream: NodeJS.WriteStream | undefined;
  return (lines) => {
    if (stream === undefined) {
      stream = console === 'stdout' ? process.stdout : process.stderr;
      // A reader of the console that went away (EPIPE) must not take the broker with it.
      if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore);
    }
    stream.write(lines);
  };
}

function ignore(): void {}
