/** Pseudo-random numbers: for jitter, placement and sticky choices. Never for secrets. */
export interface Random {
  /** A float in [0, 1). */
  next(): number;
  /** An integer in [0, bound). */
  integer(bound: number): number;
}

/** Unpredictable bytes and digests. */
export interface Crypto {
  randomBytes(length: number): Buffer;
  hash(algorithm: 'md5' | 'sha1' | 'sha256' | 'sha512', data: Uint8Array): Buffer;
}

/**
 * Pure functions from bytes to bytes, run off the loop. A job is registered by name in the worker's bundle; the
 * simulator runs the same function inline and delivers its result later, or never.
 */
export interface Workers {
  run(job: string, input: readonly Uint8Array[]): Promise<Uint8Array[]>;
}

export type LogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL';

/** Where log lines go. `logger` is Kafka's logger name, e.g. `kafka.server.KafkaServer`. */
export interface LogSink {
  isEnabled(level: LogLevel, logger: string): boolean;
  write(level: LogLevel, logger: string, message: string, error?: unknown): void;
}

/** A broken invariant or the loss of the last log directory: the broker stops, loudly. */
export interface Fatal {
  /**
   * `halt` ends without clean-shutdown marks (Kafka's Exit.halt); `exit` runs an orderly shutdown first. A broker
   * inside another program's process never ends that process: its promise rejects instead.
   */
  halt(reason: string, error?: unknown): void;
  exit(code: number, reason: string): void;
}
