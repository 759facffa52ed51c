/** kafkajs's configuration of a client, and ours made from it. */
import type { TlsOptions } from '@ottla/platform';
import { oauthBearer, plain, type SaslMechanism, scram256, scram512 } from '@ottla/rpc';
import type { logLevel } from './constants.ts';
import { KafkaJSConnectionError, KafkaJSNonRetriableError, KafkaJSNotImplemented } from './errors.ts';
import type { logCreator } from './logger.ts';
import type { RetryOptions } from './retrier.ts';

export type BrokersFunction = () => string[] | Promise<string[]>;

/** What of Node's `tls.ConnectionOptions` has a meaning here. */
export interface SslOptions {
  readonly ca?: string | Buffer | (string | Buffer)[] | undefined;
  readonly cert?: string | Buffer | (string | Buffer)[] | undefined;
  readonly key?: string | Buffer | readonly unknown[] | undefined;
  readonly pfx?: string | Buffer | readonly unknown[] | undefined;
  readonly passphrase?: string | undefined;
  readonly servername?: string | undefined;
  readonly rejectUnauthorized?: boolean | undefined;
  readonly checkServerIdentity?: unknown;
  readonly minVersion?: string | undefined;
  readonly maxVersion?: string | undefined;
  readonly ciphers?: string | undefined;
}

export interface OauthbearerProviderResponse {
  value: string;
}

interface SASLMechanismOptionsMap {
  plain: { username: string; password: string };
  'scram-sha-256': { username: string; password: string };
  'scram-sha-512': { username: string; password: string };
  aws: { authorizationIdentity: string; accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  oauthbearer: { oauthBearerProvider: () => Promise<OauthbearerProviderResponse> };
}

export type SASLMechanism = keyof SASLMechanismOptionsMap;
export type SASLOptions = { [M in SASLMechanism]: { mechanism: M } & SASLMechanismOptionsMap[M] }[SASLMechanism];

/** kafkajs's own kind of plugged-in authentication: refused, since connections are not made by kafkajs's code here. */
export interface Mechanism {
  mechanism: string;
  authenticationProvider: (...args: never[]) => unknown;
}

export interface KafkaConfig {
  brokers: string[] | BrokersFunction;
  ssl?: SslOptions | boolean;
  sasl?: SASLOptions | Mechanism;
  clientId?: string;
  connectionTimeout?: number;
  authenticationTimeout?: number;
  reauthenticationThreshold?: number;
  requestTimeout?: number;
  enforceRequestTimeout?: boolean;
  retry?: RetryOptions;
  /** Refused: sockets are the platform's. */
  socketFactory?: unknown;
  logLevel?: logLevel;
  logCreator?: logCreator;
}

export const CONNECTION_TIMEOUT_MS = 1_000;
export const REQUEST_TIMEOUT_MS = 30_000;
export const DEFAULT_CLIENT_ID = 'kafkajs';

/** The brokers to begin with. */
export async function brokersOf(brokers: unknown): Promise<string[]> {
  let list: unknown = brokers;
  if (typeof brokers === 'function') {
    try {
      list = await brokers();
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      throw new KafkaJSConnectionError(`Failed to connect: "config.brokers" threw: ${why}`);
    }
  }
  if (list === undefined || list === null)
    throw new KafkaJSNonRetriableError('Failed to connect: brokers should not be null');
  if (!Array.isArray(list)) throw new KafkaJSNonRetriableError('Failed to connect: brokers should be an array');
  if (list.length === 0) throw new KafkaJSNonRetriableError('Failed to connect: brokers array is empty');
  return list.map((broker: unknown, index) => {
    if (typeof broker === 'string' && broker !== '') return broker;
    throw new KafkaJSNonRetriableError(`Failed to connect: broker at index ${index} is invalid "${typeof broker}"`);
  });
}

export function tlsOf(ssl: KafkaConfig['ssl']): TlsOptions | undefined {
  if (ssl === undefined || ssl === false) return undefined;
  if (ssl === true) return {};
  return {
    ca: ssl.ca,
    cert: joined(ssl.cert),
    key: single('ssl.key', ssl.key),
    pfx: pfxOf(ssl.pfx),
    passphrase: ssl.passphrase,
    serverName: ssl.servername,
    verifyCertificate: ssl.rejectUnauthorized,
    ...identityCheck(ssl.checkServerIdentity),
    minVersion: tlsVersion(ssl.minVersion),
    maxVersion: tlsVersion(ssl.maxVersion),
    ciphers: ssl.ciphers,
  };
}

/** The usual way to switch the check of names off is a function that looks at nothing; one that looks cannot be used. */
function identityCheck(check: unknown): { verifyHostName?: false } {
  if (check === undefined) return {};
  if (typeof check === 'function' && check.length === 0) return { verifyHostName: false };
  throw new KafkaJSNotImplemented(
    'ssl.checkServerIdentity: a check of your own cannot be used here; `() => undefined` switches the check off',
  );
}

function joined(parts: SslOptions['cert']): string | Buffer | undefined {
  return Array.isArray(parts) ? parts.map((part) => part.toString()).join('\n') : parts;
}

function single(name: string, value: SslOptions['key']): string | Buffer | undefined {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  if (one === undefined || typeof one === 'string' || Buffer.isBuffer(one)) return one;
  throw new KafkaJSNonRetriableError(`${name}: PEM text or a Buffer is needed`);
}

function pfxOf(value: SslOptions['pfx']): Buffer | undefined {
  const one = single('ssl.pfx', value);
  return typeof one === 'string' ? Buffer.from(one, 'latin1') : one;
}

function tlsVersion(version: string | undefined): 'TLSv1.2' | 'TLSv1.3' | undefined {
  return version === 'TLSv1.3' ? version : version === undefined ? undefined : 'TLSv1.2';
}

export function saslOf(sasl: SASLOptions | Mechanism | undefined): SaslMechanism | undefined {
  if (sasl === undefined) return undefined;
  if ('authenticationProvider' in sasl)
    throw new KafkaJSNotImplemented(`SASL mechanism ${sasl.mechanism}: an authenticationProvider cannot be used here`);
  switch (sasl.mechanism.toLowerCase()) {
    case 'plain':
    case 'scram-sha-256':
    case 'scram-sha-512': {
      const { username, password } = credentials(sasl);
      const kind = sasl.mechanism.toLowerCase();
      return (kind === 'plain' ? plain : kind === 'scram-sha-256' ? scram256 : scram512)(username, password);
    }
    case 'oauthbearer': {
      if (!('oauthBearerProvider' in sasl))
        throw new KafkaJSNonRetriableError('SASL OAUTHBEARER: Missing OAuth bearer token provider');
      const { oauthBearerProvider } = sasl;
      return oauthBearer(oauthBearerProvider);
    }
    case 'aws':
      throw new KafkaJSNotImplemented(
        'SASL mechanism aws is not supported: it is no mechanism of Apache Kafka; use oauthbearer with a token provider',
      );
    default:
      throw new KafkaJSNonRetriableError(
        `SASL ${sasl.mechanism.toUpperCase()} mechanism is not supported by the client`,
      );
  }
}

function credentials(sasl: SASLOptions): { username: string; password: string } {
  if ('username' in sasl && typeof sasl.username === 'string' && typeof sasl.password === 'string')
    return { username: sasl.username, password: sasl.password };
  throw new KafkaJSNonRetriableError(`SASL ${sasl.mechanism.toUpperCase()}: Invalid username or password`);
}
