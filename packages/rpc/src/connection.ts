/**
 * One connection to one broker, seen from the client: requests leave in order without waiting for answers, answers are
 * matched in order. Rule: a request that timed out stays in line until its answer came or the connection ended, so a
 * late answer never harms the next request.
 */
import {
  type Connection,
  type ConnectionHandler,
  Logger,
  onAbort,
  type Platform,
  type Timer,
  type TlsOptions,
} from '@ottla/platform';
import {
  ApiVersionsRequest,
  ApiVersionsResponse,
  ErrorCode,
  encodeRequestFrame,
  Reader,
  responseHeaderVersion,
  SaslAuthenticateRequest,
  SaslHandshakeRequest,
  Writer,
} from '@ottla/protocol';
import { decodeAnswer, type RpcApi } from './api.ts';
import { FrameSplitter } from './frame-splitter.ts';
import type { Pending } from './pending.ts';
import { observed, type RequestObserver } from './request-observer.ts';
import { RpcError } from './rpc-error.ts';
import { authenticate } from './sasl/authenticate.ts';
import type { SaslMechanism } from './sasl/mechanism.ts';
import { refuseTlsAlert } from './tls-alert.ts';
import { ApiRanges } from './versions.ts';

export interface RpcOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  /** Default 10 s (`socket.connection.setup.timeout.ms`). */
  readonly connectTimeoutMs?: number;
  /** Default 30 s (`request.timeout.ms`); a call may name its own. */
  readonly requestTimeoutMs?: number;
  /** Largest answer taken, default 512 MiB. */
  readonly responseBytesMax?: number;
  readonly tls?: TlsOptions | undefined;
  readonly sasl?: SaslMechanism | undefined;
  readonly observer?: RequestObserver | undefined;
  /** Gives up the attempt to connect. */
  readonly signal?: AbortSignal | undefined;
}

export interface CallOptions {
  /** Default: the highest that both sides know. */
  readonly version?: number;
  readonly timeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const RESPONSE_BYTES_MAX = 512 * 1024 * 1024;
const SOFTWARE = { clientSoftwareName: 'ottla', clientSoftwareVersion: '0.1.0' };

export class RpcConnection implements ConnectionHandler {
  readonly peer: string;
  readonly #platform: Platform;
  readonly #options: RpcOptions;
  readonly #log: Logger;
  readonly #splitter: FrameSplitter;
  readonly #pending: Pending[] = [];
  readonly #closeListeners: (() => void)[] = [];
  #socket: Connection | undefined;
  #ranges = new ApiRanges([]);
  readonly #writer = new Writer();
  #nextCorrelationId = 0;
  #ended: RpcError | undefined;
  #closesWhenIdle = false;
  /** While it authenticates again the broker takes nothing else: what is to be sent waits here. */
  #held: (() => void)[] | undefined;
  #sessionTimer: Timer | undefined;
  #hasReceived = false;

  private constructor(platform: Platform, options: RpcOptions) {
    this.#platform = platform;
    this.#options = options;
    this.peer = `${options.host}:${options.port}`;
    this.#log = new Logger(platform.log, 'ottla.rpc', `[${this.peer}] `);
    this.#splitter = new FrameSplitter(options.responseBytesMax ?? RESPONSE_BYTES_MAX, (frame, borrowed) =>
      this.#frame(borrowed ? Buffer.from(frame) : frame),
    );
  }

  /** Connects and asks for the broker's versions. Rejects with `RpcError`. */
  static async connect(platform: Platform, options: RpcOptions): Promise<RpcConnection> {
    const connection = new RpcConnection(platform, options);
    try {
      await platform.network.connect(
        {
          host: options.host,
          port: options.port,
          timeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
          tls: options.tls,
          signal: options.signal,
        },
        (socket) => {
          connection.#socket = socket;
          return connection;
        },
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new RpcError(
        'CONNECT',
        connection.peer,
        `Connection to ${connection.peer} could not be established: ${reason}`,
        false,
        error,
      );
    }
    const { signal, sasl } = options;
    const forget = signal === undefined ? undefined : onAbort(signal, () => connection.close());
    try {
      if (signal?.aborted === true) connection.close();
      await connection.#negotiate();
      if (sasl !== undefined) await connection.#authenticate(sasl);
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      forget?.();
    }
    return connection;
  }

  get isOpen(): boolean {
    return this.#ended === undefined;
  }

  /** What the broker said it speaks. */
  get versions(): ApiRanges {
    return this.#ranges;
  }

  onClosed(listener: () => void): void {
    if (this.#ended !== undefined) listener();
    else this.#closeListeners.push(listener);
  }

  /** Sends a request and resolves with its decoded answer. Rejects with `RpcError`. */
  call<Req, Res>(api: RpcApi<Req, Res>, body: Req, options: CallOptions = {}): Promise<Res> {
    return new Promise((resolve, reject) => {
      const version = options.version ?? this.#ranges.pick(api);
      if (version === undefined) {
        reject(
          new RpcError(
            'UNSUPPORTED_VERSION',
            this.peer,
            `The broker at ${this.peer} does not support ${api.request.name}`,
            false,
          ),
        );
        return;
      }
      const accept = (reader: Reader): void => resolve(decodeAnswer(api, reader, version));
      const timeoutMs = options.timeoutMs ?? this.#options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
      const send = (): void => this.#send(api, body, version, accept, reject, timeoutMs);
      if (this.#held === undefined || this.#isAuthenticating(api)) send();
      else this.#held.push(send);
    });
  }

  /** Sends a request that gets no answer (Produce with acks=0). Throws `RpcError` when the connection is closed. */
  post<Req, Res>(api: RpcApi<Req, Res>, body: Req, options: CallOptions = {}): void {
    const version = options.version ?? this.#ranges.pick(api);
    if (version === undefined)
      throw new RpcError(
        'UNSUPPORTED_VERSION',
        this.peer,
        `The broker at ${this.peer} does not support ${api.request.name}`,
        false,
      );
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#held !== undefined) {
      this.#held.push(() => this.post(api, body, { version }));
      return;
    }
    this.#socket?.send(
      encodeRequestFrame(this.#writer, api.request, version, this.#correlationId(), this.#options.clientId, body),
    );
  }

  /** Ends the connection; calls that wait are rejected. Idempotent. */
  close(): void {
    this.#end(new RpcError('CLOSED', this.peer, `The connection to ${this.peer} was closed`, true));
    this.#socket?.destroy();
  }

  /** Ends the connection as soon as no call waits for its answer. Calls that ran out of time are not waited for. */
  closeWhenIdle(): void {
    this.#closesWhenIdle = true;
    this.#closeIfIdle();
  }

  received(chunk: Buffer): void {
    try {
      if (!this.#hasReceived) refuseTlsAlert(chunk, this.#options);
      this.#hasReceived = true;
      this.#splitter.push(chunk);
    } catch (error) {
      this.#malformed(error);
    }
    this.#socket?.release(chunk);
  }

  drained(): void {}

  closed(error: Error | undefined): void {
    const hint = this.#hint();
    const why = error === undefined ? `the broker closed the connection${hint}` : error.message;
    this.#end(new RpcError('DISCONNECTED', this.peer, `Disconnected from ${this.peer}: ${why}`, true, error));
  }

  /** What a broker that closes at once may expect. */
  #hint(): string {
    if (!this.#hasReceived) return ' before its first answer: does it expect TLS, or something else than Kafka?';
    return this.#nextCorrelationId <= 2 && this.#options.sasl === undefined ? ': does it expect SASL?' : '';
  }

  /** ApiVersions at our newest; a broker that lacks that version tells which it has (KIP-511). */
  async #negotiate(): Promise<void> {
    const api = { request: ApiVersionsRequest, response: ApiVersionsResponse };
    const newest = 4;
    let answer = await this.call(api, SOFTWARE, { version: newest });
    if (answer.errorCode === ErrorCode.UNSUPPORTED_VERSION) {
      const range = answer.apiKeys.find((key) => key.apiKey === ApiVersionsRequest.apiKey);
      answer = await this.call(api, SOFTWARE, { version: Math.min(newest, range?.maxVersion ?? 0) });
    }
    if (answer.errorCode !== ErrorCode.NONE) {
      this.close();
      throw new RpcError(
        'UNSUPPORTED_VERSION',
        this.peer,
        `ApiVersions was refused by ${this.peer} with error ${answer.errorCode}`,
        false,
      );
    }
    this.#ranges = new ApiRanges(answer.apiKeys, answer.finalizedFeatures);
  }

  /** Again before the session ends (KIP-368), in the middle of its life's last tenths, as Java's client does. */
  async #authenticate(mechanism: SaslMechanism): Promise<void> {
    const lifetimeMs = await authenticate(this.#platform, this.peer, mechanism, (api, body, minVersion) => {
      const version = this.#ranges.pick(api);
      if (version !== undefined && version >= minVersion) return this.call(api, body, { version });
      const message = `The broker at ${this.peer} is too old for SASL by this client: ${api.request.name}`;
      return Promise.reject(new RpcError('UNSUPPORTED_VERSION', this.peer, message, false));
    });
    if (lifetimeMs <= 0 || this.#ended !== undefined) return;
    const share = 0.85 + 0.1 * this.#platform.random.next();
    this.#sessionTimer = this.#platform.clock.setTimer(
      lifetimeMs * share,
      () => void this.#authenticateAgain(mechanism),
    );
  }

  async #authenticateAgain(mechanism: SaslMechanism): Promise<void> {
    this.#held = [];
    try {
      await this.#authenticate(mechanism);
    } catch (error) {
      this.#log.warn('Closing the connection: authenticating again failed', error);
      const why = error instanceof Error ? error.message : String(error);
      this.#end(error instanceof RpcError ? error : new RpcError('AUTHENTICATION', this.peer, why, false, error));
      this.#socket?.destroy();
    }
    const held = this.#held;
    this.#held = undefined;
    for (const send of held) send();
  }

  #isAuthenticating(api: RpcApi<never, unknown>): boolean {
    const { apiKey } = api.request;
    return apiKey === SaslHandshakeRequest.apiKey || apiKey === SaslAuthenticateRequest.apiKey;
  }

  #send<Req, Res>(
    api: RpcApi<Req, Res>,
    body: Req,
    version: number,
    accept: (reader: Reader) => void,
    reject: (error: Error) => void,
    timeoutMs: number,
  ): void {
    if (this.#ended !== undefined) {
      reject(new RpcError('DISCONNECTED', this.peer, this.#ended.message, false));
      return;
    }
    const correlationId = this.#correlationId();
    let frame: ReturnType<typeof encodeRequestFrame>;
    try {
      frame = encodeRequestFrame(this.#writer, api.request, version, correlationId, this.#options.clientId, body);
    } catch (error) {
      reject(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    const pending: Pending = {
      correlationId,
      name: api.request.name,
      apiKey: api.request.apiKey,
      version,
      sentAtMs: this.#options.observer === undefined ? 0 : this.#platform.clock.wallMs(),
      accept,
      reject,
      headerVersion: responseHeaderVersion(api.request.apiKey, version),
      timer: undefined,
      abandoned: false,
    };
    pending.timer = this.#platform.clock.setTimer(timeoutMs, () => this.#timedOut(pending, timeoutMs));
    this.#pending.push(pending);
    this.#options.observer?.waiting?.(this.peer, this.#pending.length);
    this.#socket?.send(frame);
  }

  #correlationId(): number {
    const id = this.#nextCorrelationId;
    this.#nextCorrelationId = (id + 1) & 0x7fffffff;
    return id;
  }

  #timedOut(pending: Pending, timeoutMs: number): void {
    pending.abandoned = true;
    this.#options.observer?.timedOut?.(observed(pending, this.peer, this.#platform.clock.wallMs()));
    this.#closeIfIdle();
    pending.reject(
      new RpcError(
        'TIMEOUT',
        this.peer,
        `${pending.name} got no answer from ${this.peer} within ${timeoutMs} ms`,
        true,
      ),
    );
  }

  #frame(frame: Buffer): void {
    const pending = this.#pending.shift();
    if (pending === undefined) throw new RangeError('an answer that nobody asked for');
    pending.timer?.cancel();
    const reader = new Reader(frame);
    const correlationId = reader.int32();
    if (correlationId !== pending.correlationId) {
      this.#pending.unshift(pending);
      throw new RangeError(`an answer to request ${correlationId}, expected ${pending.correlationId}`);
    }
    this.#options.observer?.waiting?.(this.peer, this.#pending.length);
    if (pending.abandoned) return;
    this.#options.observer?.answered?.(observed(pending, this.peer, this.#platform.clock.wallMs()), frame.length);
    try {
      if (pending.headerVersion >= 1) reader.taggedFields();
      pending.accept(reader);
      if (this.#closesWhenIdle) this.#closeIfIdle();
    } catch (error) {
      pending.reject(
        new RpcError(
          'MALFORMED',
          this.peer,
          `The answer to ${pending.name} from ${this.peer} can't be read`,
          true,
          error,
        ),
      );
      throw error;
    }
  }

  #closeIfIdle(): void {
    if (this.#closesWhenIdle && this.#pending.every(({ abandoned }) => abandoned)) this.close();
  }

  #malformed(error: unknown): void {
    this.#log.warn('Closing the connection: its answers cannot be read', error);
    const why = error instanceof Error ? `: ${error.message}` : '';
    this.#end(
      new RpcError('MALFORMED', this.peer, `${this.peer} sent bytes that are no Kafka answer${why}`, true, error),
    );
    this.#socket?.destroy();
  }

  #end(error: RpcError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#sessionTimer?.cancel();
    for (const pending of this.#pending.splice(0)) {
      pending.timer?.cancel();
      if (!pending.abandoned) pending.reject(error);
    }
    for (const listener of this.#closeListeners.splice(0)) listener();
  }
}
