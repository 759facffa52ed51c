import type { Socket } from 'node:net';
import type * as nodeTls from 'node:tls';
import type { ConnectOptions, TlsOptions } from '../network.ts';
import { NetworkError } from '../network.ts';
import { toNetworkError } from './connection.ts';

/** A socket that is ready on `secureConnect`. `node:tls` is loaded when first used: it is among the dearer modules. */
export function tlsSocket(options: ConnectOptions, host: string, tls: TlsOptions): Socket {
  const { connect }: typeof nodeTls = process.getBuiltinModule('node:tls');
  const { isIP } = process.getBuiltinModule('node:net');
  const { ca, cert, key, pfx, passphrase, minVersion, maxVersion, ciphers } = tls;
  const name = tls.serverName ?? host;
  const settings: nodeTls.ConnectionOptions = {
    host,
    port: options.port,
    rejectUnauthorized: tls.verifyCertificate ?? true,
    // An address is no name to ask for (RFC 6066), but it may be in the certificate.
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(tls.verifyHostName === false ? { checkServerIdentity: () => undefined } : {}),
    ...(ca === undefined ? {} : { ca: typeof ca === 'string' || ca instanceof Uint8Array ? [ca] : [...ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(pfx === undefined ? {} : { pfx }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(ciphers === undefined ? {} : { ciphers }),
  };
  const socket = connect(settings);
  socket.setNoDelay(true);
  socket.setKeepAlive(true);
  return socket;
}

/** What went wrong with TLS keeps OpenSSL's words: they say which certificate or version it was. */
export function toTlsError(error: Error, options: ConnectOptions): NetworkError {
  // Time was up: that says nothing about certificates.
  if (error instanceof NetworkError) return error;
  const plain = toNetworkError(error, options, 'connect');
  if ('syscall' in error && plain.code !== 'ECONNRESET') return plain;
  return new NetworkError(plain.code === 'ECONNRESET' ? plain.code : 'ETLS', 'TLS handshake with', options, error);
}
