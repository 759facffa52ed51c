import type { LogLevel, LogSink } from './ports.ts';

/** A sink bound to one logger name and an optional prefix such as `[Log partition=a-0, dir=/d] `. */
export class Logger {
  readonly #sink: LogSink;
  readonly #name: string;
  readonly #prefix: string;

  constructor(sink: LogSink, name: string, prefix = '') {
    this.#sink = sink;
    this.#name = name;
    this.#prefix = prefix;
  }

  isEnabled(level: LogLevel): boolean {
    return this.#sink.isEnabled(level, this.#name);
  }

  debug(message: string, error?: unknown): void {
    this.#write('DEBUG', message, error);
  }

  info(message: string, error?: unknown): void {
    this.#write('INFO', message, error);
  }

  warn(message: string, error?: unknown): void {
    this.#write('WARN', message, error);
  }

  error(message: string, error?: unknown): void {
    this.#write('ERROR', message, error);
  }

  fatal(message: string, error?: unknown): void {
    this.#write('FATAL', message, error);
  }

  #write(level: LogLevel, message: string, error: unknown): void {
    if (this.#sink.isEnabled(level, this.#name)) this.#sink.write(level, this.#name, this.#prefix + message, error);
  }
}
