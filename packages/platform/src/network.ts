import type { DiskFile } from './disk.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where bytes lie in an open file. */
export interface FileRange {
  readonly file: DiskFile;
  readonly position: number;
}

/** Bytes that a connection pulls when the socket is ready for them: a file range of a fetch response. */
export interface ByteSource {
  readonly sizeBytes: number;
  /**
   * Copies `length` bytes from `start` of the source into `target` at `targetStart`. Synchronous: at most 256 KiB a
   * call. Throws when the bytes are gone; the connection is then destroyed, since the frame can't be finished.
   */
  copyTo(target: Uint8Array, targetStart: number, start: number, length: number): void;
  /**
   * Where `length` bytes from `start` lie in a file that stays open until `release`: a connection that can sends them
   * from there, and by `copyTo` where it can't or fails. Throws as `copyTo` does. Sources that lie in no file lack it.
   */
  fileRange?(start: number, length: number): FileRange;
  /** Called once, when sent in full or abandoned. */
  release(): void;
}

export type OutgoingPart = Uint8Array | ByteSource;

export interface ConnectionHandler {
  /**
   * Bytes arrived. They belong to the receiver until `connection.release(chunk)`: views into them may be kept until
   * then, not after. Simulated and debug runs overwrite released memory.
   */
  received(chunk: Buffer): void;
  /**
   * Where the next bytes should go, for who gathers much: without a chunk and a copy. Asked after every `received` and `filled`;
   * the memory is the connection's until `filled`, `closed`, or its `destroy` returned. A connection that can't does not ask.
   */
  room?(): Buffer | undefined;
  /** So many bytes arrived at the beginning of what `room` returned. */
  filled?(bytes: number): void;
  /** `unsentBytes` fell back below the low mark after `send` had returned false. */
  drained(): void;
  /** Called once, last. `error` is undefined for an orderly close. No other call follows. */
  closed(error: Error | undefined): void;
}

export interface Connection {
  /** Remote address without brackets or scope, e.g. `127.0.0.1`. */
  readonly remote: Address;
  readonly local: Address;
  readonly unsentBytes: number;
  /**
   * Queues `parts` in order; they leave together with everything else queued this turn. The connection owns them until
   * sent. False once more than 1 MiB is unsent: stop producing until `drained`.
   */
  send(parts: readonly OutgoingPart[]): boolean;
  release(chunk: Buffer): void;
  /** Stops and restarts reading; bytes already received are still delivered at most once more after `pause`. */
  pause(): void;
  resume(): void;
  /** Sends what is queued, then closes. */
  close(): void;
  /** Closes at once; what is unsent is dropped and its sources released. */
  destroy(): void;
}

export interface Listener {
  /** The bound address; the real port when 0 was asked for. */
  readonly address: Address;
  /** Stops accepting. Open connections stay. */
  close(): Promise<void>;
}

export interface ListenOptions extends Address {
  /** `socket.listen.backlog.size`. */
  readonly backlog?: number;
  /**
   * `socket.send.buffer.bytes`: what the kernel may hold unsent of a connection that sends from files, 256 KiB at least; -1: as much
   * as it likes. Not given: 256 KiB.
   */
  readonly sendBufferBytes?: number;
}

export interface ConnectOptions extends Address {
  /** For everything until the connection can be used. */
  readonly timeoutMs: number;
  /** Encrypts; the twin of simulated runs refuses it. */
  readonly tls?: TlsOptions | undefined;
  /** Gives up the attempt (ECANCELED); simulated attempts go on to their end. */
  readonly signal?: AbortSignal | undefined;
}

/** The client's side of TLS. Certificates and keys are PEM, or DER in a buffer. */
export interface TlsOptions {
  /** Authorities to trust, instead of the system's (`ssl.truststore.certificates`). */
  readonly ca?: string | Buffer | readonly (string | Buffer)[] | undefined;
  /** The client's own certificate chain and key (`ssl.keystore.certificate.chain`, `ssl.keystore.key`). */
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  /** PKCS#12 with certificate and key, instead of those two. */
  readonly pfx?: Buffer | undefined;
  /** Of the key or the PKCS#12 (`ssl.key.password`). */
  readonly passphrase?: string | undefined;
  /** The name the certificate must have; default: the host that is connected to. */
  readonly serverName?: string | undefined;
  /** False: any name will do (`ssl.endpoint.identification.algorithm=`). */
  readonly verifyHostName?: boolean | undefined;
  /** False: any certificate will do. For tests. */
  readonly verifyCertificate?: boolean | undefined;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  /** OpenSSL's names, separated by colons. */
  readonly ciphers?: string | undefined;
}

/** What `accept` returns handles the connection; undefined refuses it (closed at once). */
export type Accept = (connection: Connection) => ConnectionHandler | undefined;

export interface Network {
  /** Rejects with NetworkError (EADDRINUSE, EACCES, EADDRNOTAVAIL...). An empty host means every interface. */
  listen(options: ListenOptions, accept: Accept): Promise<Listener>;
  /** `handler` gets the connection before any of its calls. Rejects with NetworkError (ECONNREFUSED, ETIMEDOUT, ENOTFOUND...). */
  connect(options: ConnectOptions, handler: (connection: Connection) => ConnectionHandler): Promise<Connection>;
  /** The host's own canonical name, Kafka's default for an advertised host. */
  hostName(): string;
}

export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  readonly code: string;
  readonly address: Address;
  constructor(code: string, operation: string, address: Address, cause?: unknown) {
    const why = cause instanceof Error && cause.message !== '' ? ` (${cause.message})` : '';
    super(`${code}: ${operation} ${address.host}:${address.port}${why}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.address = address;
  }
}
