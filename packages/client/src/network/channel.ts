/**
 * One broker for one purpose: a connection that is made when it is needed and made again when it was lost. Rules:
 * - a lost or refused connection is tried again after a backoff that grows (KIP-580, `reconnect.backoff.*`);
 * - a broker that asked for a pause (`throttleTimeMs`, KIP-219) gets it;
 * - a connection on which a request ran out of time takes no new ones: what it still answers is delivered or skipped.
 */
import { ExponentialBackoff } from '@ottla/common';
import { type Address, Logger, type Platform, type Timer } from '@ottla/platform';
import { type RpcApi, RpcConnection, RpcError } from '@ottla/rpc';
import { closedError, KafkaError } from '../errors.ts';
import type { ConnectionOptions } from '../options.ts';
import type { NetworkMeters } from '../telemetry/network-meters.ts';
import type { Message, RequestOptions } from './cluster.ts';
import { abortable } from './operation.ts';

export class Channel {
  /** Negative for a bootstrap server whose id is not known. */
  readonly node: number;
  readonly #platform: Platform;
  readonly #options: ConnectionOptions;
  readonly #backoff: ExponentialBackoff;
  readonly #meters: NetworkMeters;
  #address: Address;
  #connection: RpcConnection | undefined;
  #connecting: Promise<RpcConnection> | undefined;
  #attempt: AbortController | undefined;
  readonly #retired = new Set<RpcConnection>();
  #failures = 0;
  #retryAtMs = 0;
  #mutedUntilMs = 0;
  #inFlight = 0;
  #usedAtMs = 0;
  #idleTimer: Timer | undefined;
  #isClosed = false;

  constructor(platform: Platform, options: ConnectionOptions, node: number, address: Address, meters: NetworkMeters) {
    this.#meters = meters;
    this.#platform = platform;
    this.#options = options;
    this.node = node;
    this.#address = address;
    this.#backoff = new ExponentialBackoff(
      { initialMs: options.reconnectBackoffMs, maxMs: options.reconnectBackoffMaxMs },
      platform.random,
    );
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** A connection that takes requests now. */
  get open(): RpcConnection | undefined {
    const connection = this.#connection;
    return connection?.isOpen === true && this.#waitMs() === 0 ? connection : undefined;
  }

  /** When it may be tried again, on the monotonic clock; in the past: now. */
  get retryAtMs(): number {
    return this.#connection?.isOpen === true ? 0 : this.#retryAtMs;
  }

  /** The broker's address may change under its id. */
  moveTo(address: Address): void {
    if (address.host === this.#address.host && address.port === this.#address.port) return;
    this.#address = address;
    this.#failures = 0;
    this.#retryAtMs = 0;
    const old = this.#connection;
    if (old !== undefined) this.#retire(old);
  }

  /** An open connection that may be written to. Rejects with KafkaError when the attempt failed. */
  async ready(signal?: AbortSignal): Promise<RpcConnection> {
    for (;;) {
      if (this.#isClosed) throw closedError('client');
      const open = this.open;
      if (open !== undefined) return open;
      const waitMs = this.#waitMs();
      if (waitMs > 0) await abortable(this.#platform.clock.sleep(waitMs, signal), signal);
      else if (this.#connection?.isOpen !== true) {
        this.#connecting ??= this.#connect();
        await abortable(this.#connecting, signal);
      }
    }
  }

  /** One attempt; see `Cluster.request`. */
  async request<Req extends object, Res>(
    api: RpcApi<Req, Res>,
    message: Message<Req>,
    options: RequestOptions = {},
  ): Promise<Res> {
    const connection = await this.ready(options.signal);
    return this.send(connection, api, message, options);
  }

  /** Sends at once, so that requests leave in the order of these calls. */
  send<Req extends object, Res>(
    connection: RpcConnection,
    api: RpcApi<Req, Res>,
    message: Message<Req>,
    options: RequestOptions = {},
  ): Promise<Res> {
    const answer = this.#call(connection, api, message, options);
    return options.signal === undefined ? answer : abortable(answer, options.signal);
  }

  /** A request without an answer (Produce with acks 0). Throws KafkaError. */
  post<Req extends object>(connection: RpcConnection, api: RpcApi<Req, unknown>, message: Message<Req>): void {
    try {
      const version = pickVersion(connection, api, {});
      connection.post(api, bodyOf(message, version), { version });
      this.#usedAtMs = this.#platform.clock.monotonicMs();
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Gives up its connection when that is idle; it may be used again. */
  rest(): void {
    if (this.#connection !== undefined) this.#retire(this.#connection);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#attempt?.abort(closedError('client'));
    this.#idleTimer?.cancel();
    this.#connection?.close();
    for (const connection of this.#retired) connection.close();
  }

  async #call<Req extends object, Res>(
    connection: RpcConnection,
    api: RpcApi<Req, Res>,
    message: Message<Req>,
    options: RequestOptions,
  ): Promise<Res> {
    const timeoutMs = options.timeoutMs ?? this.#options.requestTimeoutMs;
    this.#inFlight++;
    const beganMs = this.#platform.clock.monotonicMs();
    this.#usedAtMs = beganMs;
    this.#meters.asked();
    let version = -1;
    let failure: KafkaError | undefined;
    try {
      version = pickVersion(connection, api, options);
      const answer = await connection.call(api, bodyOf(message, version), { version, timeoutMs });
      this.#throttle(answer);
      return answer;
    } catch (error) {
      if (error instanceof RpcError && error.failure === 'TIMEOUT' && timeoutMs >= this.#options.requestTimeoutMs)
        this.#retire(connection);
      failure = this.#failed(error);
      throw failure;
    } finally {
      this.#inFlight--;
      const latencyMs = this.#platform.clock.monotonicMs() - beganMs;
      this.#meters.answered(api.request.name, version, this.node, latencyMs, failure);
    }
  }

  async #connect(): Promise<RpcConnection> {
    const attempt = new AbortController();
    this.#attempt = attempt;
    const { host, port } = this.#address;
    const { clientId, connectTimeoutMs, requestTimeoutMs, tls, sasl, requestObserver } = this.#options;
    try {
      const connection = await RpcConnection.connect(this.#platform, {
        host,
        port,
        clientId,
        connectTimeoutMs,
        requestTimeoutMs,
        tls,
        sasl,
        observer: requestObserver,
        signal: attempt.signal,
      });
      if (this.#isClosed) {
        connection.close();
        throw closedError('client');
      }
      this.#opened(connection);
      return connection;
    } catch (error) {
      this.#countFailure();
      if (!this.#isClosed) this.#warn(error);
      throw this.#failed(error);
    } finally {
      this.#connecting = undefined;
      this.#attempt = undefined;
    }
  }

  /** What operators look for in the logs of Java's clients. */
  #warn(error: unknown): void {
    const { host, port } = this.#address;
    const log = new Logger(this.#platform.log, 'org.apache.kafka.clients.NetworkClient', this.#options.logPrefix);
    const name = /^[\d.]+$|:/.test(host) ? '' : host;
    const where = `Connection to node ${this.node} (${name}/${host}:${port})`;
    if (error instanceof RpcError && error.failure === 'CONNECT')
      log.warn(`${where} could not be established. Node may not be available.`);
    else if (error instanceof RpcError && error.failure === 'AUTHENTICATION')
      log.error(`${where} failed authentication due to: ${error.reason ?? error.message}`);
    else log.warn(`${where} failed: ${error instanceof Error ? error.message : String(error)}`);
  }

  #opened(connection: RpcConnection): void {
    this.#meters.connected();
    this.#connection = connection;
    this.#failures = 0;
    this.#retryAtMs = 0;
    this.#usedAtMs = this.#platform.clock.monotonicMs();
    connection.onClosed(() => {
      this.#meters.disconnected();
      this.#retired.delete(connection);
      if (this.#connection !== connection) return;
      this.#connection = undefined;
      this.#idleTimer?.cancel();
      if (!this.#isClosed) this.#countFailure();
    });
    this.#watchIdle();
  }

  #countFailure(): void {
    this.#retryAtMs = this.#platform.clock.monotonicMs() + this.#backoff.delayMs(this.#failures++);
  }

  /** No new requests; closes when the last answer came or is given up. */
  #retire(connection: RpcConnection): void {
    if (this.#connection === connection) {
      this.#connection = undefined;
      this.#idleTimer?.cancel();
    }
    if (!connection.isOpen || this.#retired.has(connection)) return;
    this.#retired.add(connection);
    connection.closeWhenIdle();
  }

  #throttle(answer: unknown): void {
    if (typeof answer !== 'object' || answer === null || !('throttleTimeMs' in answer)) return;
    const { throttleTimeMs } = answer;
    if (typeof throttleTimeMs !== 'number' || throttleTimeMs <= 0) return;
    this.#mutedUntilMs = Math.max(this.#mutedUntilMs, this.#platform.clock.monotonicMs() + throttleTimeMs);
  }

  /** How long nothing may be sent: throttled, or between two attempts to connect. */
  #waitMs(): number {
    const isOpen = this.#connection?.isOpen === true;
    if (this.#mutedUntilMs === 0 && (isOpen || this.#retryAtMs === 0)) return 0;
    const until = isOpen ? this.#mutedUntilMs : Math.max(this.#mutedUntilMs, this.#retryAtMs);
    const waitMs = until - this.#platform.clock.monotonicMs();
    if (waitMs > 0) return waitMs;
    if (isOpen) this.#mutedUntilMs = 0;
    return 0;
  }

  #watchIdle(): void {
    const idleMs = this.#options.connectionsMaxIdleMs;
    const sinceMs = this.#platform.clock.monotonicMs() - this.#usedAtMs;
    this.#idleTimer?.cancel();
    if (!Number.isFinite(idleMs)) return;
    this.#idleTimer = this.#platform.clock.setTimer(Math.max(1, idleMs - sinceMs), () => {
      const connection = this.#connection;
      if (connection === undefined) return;
      const isIdle = this.#inFlight === 0 && this.#platform.clock.monotonicMs() - this.#usedAtMs >= idleMs;
      if (isIdle) this.#retire(connection);
      else this.#watchIdle();
    });
  }

  #failed(error: unknown): KafkaError {
    const broker = this.node >= 0 ? this.node : `${this.#address.host}:${this.#address.port}`;
    return KafkaError.from(error, { broker });
  }
}

function bodyOf<Req extends object>(message: Message<Req>, version: number): Req {
  return isBuilder(message) ? message(version) : message;
}

function isBuilder<Req extends object>(message: Message<Req>): message is (version: number) => Req {
  return typeof message === 'function';
}

function pickVersion(
  connection: RpcConnection,
  api: RpcApi<never, unknown>,
  { minVersion = 0, maxVersion = 0x7fff }: RequestOptions,
): number {
  const range = connection.versions.range(api.request.apiKey);
  const version = Math.min(range?.max ?? -1, api.request.maxVersion, maxVersion);
  const lowest = Math.max(range?.min ?? 0, api.request.minVersion, minVersion);
  if (range !== undefined && version >= lowest) return version;
  const has = range === undefined ? 'does not have it' : `has versions ${range.min} to ${range.max}`;
  const needs = `${lowest} to ${Math.min(api.request.maxVersion, maxVersion)}`;
  throw new RpcError(
    'UNSUPPORTED_VERSION',
    connection.peer,
    `${api.request.name} is needed in versions ${needs}; the broker at ${connection.peer} ${has}`,
    false,
  );
}
