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
  hmac(algorithm: 'sha256' | 'sha512', key: Uint8Array, data: Uint8Array): Buffer;
  /** RFC 8018; as long as the digest. Off the loop: it is slow by design. */
  pbkdf2(algorithm: 'sha256' | 'sha512', password: Uint8Array, salt: Uint8Array, iterations: number): Promise<Buffer>;
}

/**
 * Pure functions from bytes to bytes, run off the loop. A job is registered by name in the worker's bundle; the
 * simulator runs the same function inline and delivers its result later, or never.
 */
export interface Workers {
  run(job: string, input: readonly Uint8Array[]): Promise<Uint8Array[]>;
}

/** A job of `Workers`: a pure function. It must not keep or change its input. */
export type Job = (input: readonly Uint8Array[]) => Uint8Array[];

/** The jobs there are, by name. The worker's bundle holds the same table. */
export type JobRegistry = ReadonlyMap<string, Job>;

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

/** One broker per log directory, whichever process it runs in. */
export interface DirectoryLocks {
  /** Takes the lock of an existing directory, or rejects with `DirectoryLockedError` when another broker has it. */
  lock(path: string): Promise<DirectoryLock>;
}

export interface DirectoryLock {
  /** Idempotent. A process that dies releases what it held. */
  release(): Promise<void>;
}

/** Kafka's text, followed by the holder's process id where it can be told. */
export class DirectoryLockedError extends Error {
  override readonly name = 'DirectoryLockedError';
  /** The operator's to mend: no stack is printed. */
  readonly code = 'ELOCKED';
  readonly path: string;
  readonly holderPid: number | undefined;
  constructor(path: string, holderPid?: number) {
    super(
      `Failed to acquire lock on file .lock in ${path}. A Kafka instance in another process or thread is using this directory.` +
        (holderPid === undefined ? '' : ` It is held by process ${holderPid}.`),
    );
    this.path = path;
    this.holderPid = holderPid;
  }
}
