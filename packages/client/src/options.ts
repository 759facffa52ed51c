import type { Platform, TlsOptions } from '@ottla/platform';
import type { RequestObserver, SaslMechanism } from '@ottla/rpc';
import type { Diagnostics } from './telemetry/diagnostics.ts';

/** Of the whole client. In brackets: Java's name, where it is not the same in another spelling. */
export interface KafkaOptions {
  /** `host:port` of one broker or more, where the cluster is found [bootstrap.servers]. */
  readonly brokers: string | readonly string[];
  readonly clientId?: string | undefined;
  /** TLS with the system's authorities (`true`) or with these settings [security.protocol, ssl.*]. */
  readonly tls?: boolean | TlsOptions | undefined;
  /** `plain(...)`, `scram256(...)`, `scram512(...)`, `oauthBearer(...)`. */
  readonly sasl?: SaslMechanism | undefined;
  readonly requestTimeoutMs?: number | undefined;
  /** How long an operation tries in all, unless it names its own `timeout` [default.api.timeout.ms]. */
  readonly operationTimeoutMs?: number | undefined;
  /** For TCP, TLS and SASL together [socket.connection.setup.timeout.ms]. */
  readonly connectTimeoutMs?: number | undefined;
  readonly retryBackoffMs?: number | undefined;
  readonly retryBackoffMaxMs?: number | undefined;
  readonly reconnectBackoffMs?: number | undefined;
  readonly reconnectBackoffMaxMs?: number | undefined;
  readonly metadataMaxAgeMs?: number | undefined;
  readonly connectionsMaxIdleMs?: number | undefined;
  /** `none`: never go back to the bootstrap servers once the cluster is known [metadata.recovery.strategy]. */
  readonly metadataRecovery?: 'rebootstrap' | 'none' | undefined;
  /** What stands in front of its lines in the log, as `[AdminClient clientId=a] `. Default: `[<clientId>] `. */
  readonly logPrefix?: string | undefined;
  /** Told of every request. */
  readonly requestObserver?: RequestObserver | undefined;
  /** Whether the cluster may subscribe to this client's metrics (KIP-714); default true [enable.metrics.push]. */
  readonly metricsPush?: boolean | undefined;
  /** Whom to tell what happens, batch by batch; default: Node's `diagnostics_channel`, see `DiagnosticsEvents`. */
  readonly diagnostics?: Diagnostics | undefined;
  /** The world; default: this Node.js process. */
  readonly platform?: Platform | undefined;
}

/** The options with their defaults, which are Java's. */
export interface ConnectionOptions {
  readonly bootstrap: readonly { readonly host: string; readonly port: number }[];
  readonly clientId: string;
  readonly logPrefix: string;
  readonly tls: TlsOptions | undefined;
  readonly sasl: SaslMechanism | undefined;
  readonly requestTimeoutMs: number;
  readonly operationTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly retryBackoffMs: number;
  readonly retryBackoffMaxMs: number;
  readonly reconnectBackoffMs: number;
  readonly reconnectBackoffMaxMs: number;
  readonly metadataMaxAgeMs: number;
  readonly connectionsMaxIdleMs: number;
  readonly metadataRecovery: 'rebootstrap' | 'none';
  readonly requestObserver: RequestObserver | undefined;
}

/** On every asynchronous method. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds in all; default `operationTimeoutMs`. Infinity: no limit. */
  readonly timeout?: number | undefined;
}

import { invalidArgument } from './errors.ts';

export function connectionOptions(options: KafkaOptions): ConnectionOptions {
  return {
    bootstrap: parseBrokers(options.brokers),
    clientId: options.clientId ?? 'ottla-client',
    logPrefix: options.logPrefix ?? `[${options.clientId ?? 'ottla-client'}] `,
    tls: options.tls === true ? {} : options.tls === false ? undefined : options.tls,
    sasl: options.sasl,
    requestTimeoutMs: positive('requestTimeoutMs', options.requestTimeoutMs, 30_000),
    operationTimeoutMs: positive('operationTimeoutMs', options.operationTimeoutMs, 60_000),
    connectTimeoutMs: positive('connectTimeoutMs', options.connectTimeoutMs, 10_000),
    retryBackoffMs: positive('retryBackoffMs', options.retryBackoffMs, 100),
    retryBackoffMaxMs: positive('retryBackoffMaxMs', options.retryBackoffMaxMs, 1000),
    reconnectBackoffMs: positive('reconnectBackoffMs', options.reconnectBackoffMs, 50),
    reconnectBackoffMaxMs: positive('reconnectBackoffMaxMs', options.reconnectBackoffMaxMs, 1000),
    metadataMaxAgeMs: positive('metadataMaxAgeMs', options.metadataMaxAgeMs, 300_000),
    connectionsMaxIdleMs: positive('connectionsMaxIdleMs', options.connectionsMaxIdleMs, 540_000),
    metadataRecovery: options.metadataRecovery ?? 'rebootstrap',
    requestObserver: options.requestObserver,
  };
}

/** `host:port`, `[::1]:9092`, with or without a protocol in front (`PLAINTEXT://`), also comma-separated. */
export function parseBrokers(brokers: string | readonly string[]): { host: string; port: number }[] {
  const texts = typeof brokers === 'string' ? [brokers] : brokers;
  const addresses = texts
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map(parseBroker);
  if (addresses.length === 0) throw invalidArgument('brokers: give at least one host:port');
  return addresses;
}

function parseBroker(text: string): { host: string; port: number } {
  const match = /^(?:[A-Za-z0-9_]+:\/\/)?(?:\[([0-9a-fA-F:.%a-z]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || !(port > 0 && port <= 65_535))
    throw invalidArgument(`brokers: '${text}' is not host:port, such as localhost:9092`);
  return { host, port };
}

/** A number of milliseconds or bytes; zero is fine. */
export function positive(name: string, value: number | undefined, byDefault: number): number {
  if (value === undefined) return byDefault;
  if (!(value >= 0)) throw invalidArgument(`${name}: ${value} must be a number, at least 0`);
  return value;
}
